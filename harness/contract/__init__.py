"""The document, and what generated code is to make of it."""
