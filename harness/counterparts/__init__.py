"""Servers of models that others wrote, behind ours: scripted ones, and a proxy."""
