"""Fuzzing of what reads input: responses, streams, headers, documents."""
