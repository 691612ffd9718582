"""A store in PostgreSQL, for several servers at once; it needs psycopg."""

from .store import PostgresStore

__all__ = ["PostgresStore"]
