"""PostgreSQL for tests, benchmarks and proofs: a server of its own, and its package."""

from .cluster import Cluster

__all__ = ["Cluster"]
