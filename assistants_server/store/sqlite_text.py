"""Errors of SQLite in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

NO_DATABASE = "is no store of this server; name another file"
# What SQLite says, in part, and what it means for who started the server.
_MEANINGS = {
    "locked": "another server uses this file; end it, or name another file",
    "not a database": NO_DATABASE,
    "unable to open": "can't be opened; is its folder there, and may you write to it?",
    "readonly": "can't be written to; change its permissions, or name another file",
    "disk I/O": "can't be written to; is there room, and may you write to its folder?",
    "is full": "can't be written to: its disk is full; make room there",
    "malformed": "is damaged; restore it from a copy, or name another file",
    "no such table": "is damaged; restore it from a copy, or name another file",
}


def explained(error: sqlite3.Error) -> str:
    """Return what an error of SQLite means for who started the server."""
    text = str(error)
    for part, meaning in _MEANINGS.items():
        if part in text:
            return meaning
    return f"{text}; name another file"
