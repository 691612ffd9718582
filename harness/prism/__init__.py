"""Call a mock server that judges what it gets by openapi.yaml."""
