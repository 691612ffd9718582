"""Build whole upstream documents, count, and check."""
