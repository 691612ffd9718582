"""nginx as Debian has it, with the configuration of the guide, before our server."""
