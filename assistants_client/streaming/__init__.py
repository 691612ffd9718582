"""Streams of events: iterated, handled by callbacks, or followed to the end."""
