"""Faults on demand: what is asked for, and what it does to a response."""
