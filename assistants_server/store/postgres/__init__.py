"""A store in PostgreSQL, for several servers at once; it needs psycopg."""

from .store import PostgresStore, is_store

__all__ = ["PostgresStore", "is_store"]
