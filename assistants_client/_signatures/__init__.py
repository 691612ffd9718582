"""Signatures of functions: described to a model, and what it passes read by them."""
