"""What `python -m assistants_server` does besides serving: each command has a `main`."""
