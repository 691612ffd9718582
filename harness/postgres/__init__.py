"""PostgreSQL for tests, benchmarks and proofs: a server of its own, and its package."""

from .cluster import Cluster
from .programs import pgvector_programs

__all__ = ["Cluster", "pgvector_programs"]
