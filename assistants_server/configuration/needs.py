"""Options that do nothing without another: refused where that one is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..store import DatabaseURL
from .sources import COMMAND_LINE
from .upstream import ENGINES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping

    from .option import Option
    from .sources import Configuration

    Need = tuple[str, Callable[[argparse.Namespace], bool]]

_UPSTREAM: Need = (
    "--engine chat or --engine responses",
    lambda given: given.engine in ENGINES,
)
_CHAT: Need = ("--engine chat", lambda given: given.engine == "chat")
_RESPONSES: Need = ("--engine responses", lambda given: given.engine == "responses")
_EMBEDDINGS: Need = ("--embeddings URL", lambda given: bool(given.embeddings))
_METRICS: Need = ("--metrics-port PORT", lambda given: given.metrics_port is not None)
_DATABASE: Need = (
    "--store postgresql://..., which several servers share",
    lambda given: isinstance(given.store, DatabaseURL),
)
_NEEDS: Final[Mapping[str, Need]] = {
    "upstream": _UPSTREAM,
    "upstream-key-file": _UPSTREAM,
    "model": _UPSTREAM,
    "built-in": _RESPONSES,
    "leave-out": _UPSTREAM,
    "thoughts": _UPSTREAM,
    "role": _CHAT,
    "no-check": _UPSTREAM,
    "embeddings-model": _EMBEDDINGS,
    "embeddings-key": _EMBEDDINGS,
    "metrics-host": _METRICS,
    "lease": _DATABASE,
}


def refuse_idle_options(found: Configuration, options: Iterable[Option]) -> None:
    """Refuse options that would do nothing, as another one is missing.

    Whoever gives them means something else than what would happen. A value that is the
    default changes nothing anyhow: what `--show-config` prints is a file of options.
    Keys in the environment are let be, as they are often there for several programs.

    Raises:
        ValueError: there is one.
    """
    for option in options:
        need = _NEEDS.get(option.name)
        value = getattr(found.options, option.attribute)
        if need is None or value == option.start or need[1](found.options):
            continue
        origin = found.origins[option.name]
        name = option.flag
        if origin != COMMAND_LINE:
            is_variable = origin == option.in_environment
            name = origin if is_variable else f"{origin}: {option.name}"
        raise ValueError(f"{name} needs {need[0]}")
