"""Streams of events: what they say, what it adds up to, and whom it is told."""
