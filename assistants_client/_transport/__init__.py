"""HTTP: the only room that knows an HTTP library."""
