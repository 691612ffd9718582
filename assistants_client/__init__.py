"""A client for the Assistants API: assistants, threads, messages, runs, run steps."""

from typing import TYPE_CHECKING

__all__ = ["__version__"]

__version__: str

# Hidden from type checkers, to whom it would mean that every name exists.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> str:
        """Read the version from the installed package once someone asks for it."""
        if name == "__version__":
            from importlib.metadata import version

            return version("assistants-client")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
