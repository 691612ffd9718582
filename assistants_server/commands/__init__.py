"""What `python -m assistants_server` does besides serving; each has a `main`."""
