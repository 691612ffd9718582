"""The store: where the objects are kept."""
