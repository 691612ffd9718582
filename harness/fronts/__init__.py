"""Clients that others wrote, in front of our server with a model behind it."""
