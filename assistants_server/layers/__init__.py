"""Layers around the application: who is let in, how often, and what is remembered.

`order` puts them around it, with those of `faults`, `page` and `telemetry`.
"""
