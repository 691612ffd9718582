"""The configuration as `--show-config` prints it: TOML, with secrets redacted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from .redaction import REDACTED, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .option import Option
    from .sources import Configuration

_HEAD: Final = """\
# Every option of the server, its value, and where that comes from. What begins
# with # has no value, or can't stand in a file."""


def shown(found: Configuration, options: Sequence[Option]) -> str:
    """Return the configuration as text: a file of options, but for its secrets."""
    rows = [*_rows(found, options)]
    width = max((len(row) for row, _ in rows if len(row) <= 40), default=0)
    return "\n".join((_HEAD, *(f"{row:<{width}}  # {why}" for row, why in rows)))


def _rows(found: Configuration, options: Sequence[Option]) -> Iterator[tuple[str, str]]:
    for option in options:
        if option.name == "show-config":
            continue
        name = option.in_environment if option.only_variable else option.name
        value = getattr(found.options, option.attribute)
        why = found.origins[option.name]
        if value is None or value == []:
            why += f": {option.otherwise}" if option.otherwise else ""
            yield f"# {name} =", why
            continue
        row = f"{name} = {_written(value, secret=option.secret)}"
        yield f"# {row}" if option.secret or option.name == "config" else row, why


def _written(value: Any, *, secret: bool) -> str:
    """Return a value as TOML has it."""
    if secret:
        return _written(REDACTED, secret=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(_written(each, secret=False) for each in value)}]"
    if isinstance(value, int | float):
        return str(value)
    # Strings of JSON are strings of TOML, but for one character.
    text = json.dumps(without_secrets(str(value)), ensure_ascii=False)
    return text.replace("\x7f", "\\u007f")
