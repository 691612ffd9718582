"""The upstream: the server of models that answers for an engine."""
