"""Turn an OpenAPI document into a Python package. For development only."""

__version__ = "0.1.0"
