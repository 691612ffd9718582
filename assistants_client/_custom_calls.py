"""Requests to endpoints that the document doesn't list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from . import _api
from ._call import OPTIONS, Call
from ._casts import caster
from ._errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

# What the `openai` package calls the options of a call that is made by hand.
_THEIRS = {
    "headers": "extra_headers",
    "params": "extra_query",
    "extra_json": "extra_body",
    "timeout": "timeout",
    "max_retries": "max_retries",
    "idempotency_key": "idempotency_key",
}


def free_call(
    method: str,
    path: str,
    base_url: str,
    *,
    cast_to: Any,
    body: Any = None,
    options: Mapping[str, Any] | None,
    more: Mapping[str, Any],
) -> Call[Any]:
    """Make a call of a path.

    Args:
        method: such as "GET".
        path: below the base URL, with a query or without; or a whole URL that begins
            with the base URL.
        base_url: that of the client.
        cast_to: what to read the answer as; `caster` tells which types there are.
        body: what is sent as JSON; none for nothing.
        options: by their names in the `openai` package.
        more: by their names here, which win.

    Raises:
        ConfigurationError: the path leads elsewhere, or there is no such option.
    """
    below, query = _split(path, base_url)
    given = dict(options or {})
    renamed = {_THEIRS[name]: given.pop(name) for name in _THEIRS if name in given}
    unknown = sorted({*given, *(more.keys() - OPTIONS)})
    if unknown:
        raise ConfigurationError(f"{method} {below} takes no {', '.join(unknown)}")
    settings: Any = {**renamed, **more}
    return Call(
        operation=f"{method} {below}",
        request=_api.Request(
            method=method,
            path=below,
            query=query,
            json=_api.UNSET if body is None else _api.to_json(body),
        ),
        read=caster(cast_to),
        options=settings,
    )


def _split(path: str, base_url: str) -> tuple[str, list[tuple[str, str]]]:
    below, _, query = path.partition("?")
    if below == base_url or below.startswith(f"{base_url}/"):
        below = below[len(base_url) :]
    elif "://" in below or below.startswith("//"):
        # The key would go there, too.
        raise ConfigurationError(
            f"{below!r} is not below {base_url}; give a path such as '/models'"
        )
    if "#" in path or not path.isprintable() or {"..", "."} & {*below.split("/")}:
        raise ConfigurationError(f"{path!r} is no path such as '/models'")
    return f"/{below.lstrip('/')}", parse_qsl(query, keep_blank_values=True)
