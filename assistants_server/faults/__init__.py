"""Faults on demand: the server fails in the ways that a text describes."""

from .fault import HEADER, HELP, Fault, FaultError, Faults, parse
from .middleware import FaultMiddleware

__all__ = [
    "HEADER",
    "HELP",
    "Fault",
    "FaultError",
    "FaultMiddleware",
    "Faults",
    "parse",
]
