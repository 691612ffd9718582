"""Look at the server's page in a real browser, as its users do."""
