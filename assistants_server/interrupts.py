"""The one interruption that ends the server at once."""

from __future__ import annotations


class StopNow(KeyboardInterrupt):
    """Somebody asked a second time for the server to stop."""
