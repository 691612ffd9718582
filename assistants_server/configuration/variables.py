"""Environment variables that were meant for an option, and aren't those of any."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from .option import PREFIX, OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .option import Option

# How alike two names have to be, from 0 to 1.
_CLOSE: Final = 0.8
# What Kubernetes sets for a Service whose name begins as options do.
_OF_SERVICES: Final = re.compile(
    r"_SERVICE_HOST\Z|_SERVICE_PORT(_\w+)?\Z|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?\Z"
)
_ADDRESSES: Final = ("tcp://", "udp://", "sctp://")


def check_variables(environment: Mapping[str, str], options: Sequence[Option]) -> None:
    """Check that no variable has nearly the name of an option.

    It would count for nothing, and nobody would know. Names that are close to none
    belong to somebody else, such as our client and other programs.

    Args:
        environment: the environment variables.
        options: all options that there are.

    Raises:
        OptionError: one has.
    """
    meant = {each.in_environment: each.in_environment for each in options}
    for option in options:
        # Some have another name than their option.
        meant.setdefault(PREFIX + option.attribute.upper(), option.in_environment)
    known = {*meant.values()}
    rest = {each.removeprefix(PREFIX): to for each, to in meant.items()}
    for name, value in environment.items():
        if (
            not name.upper().startswith(PREFIX)
            or name in known
            or not value.strip()
            or value.startswith(_ADDRESSES)
            or _OF_SERVICES.search(name)
        ):
            continue
        near = get_close_matches(name.upper().removeprefix(PREFIX), rest, 1, _CLOSE)
        if near:
            raise OptionError(
                f"{name} is no variable of the server; did you mean {rest[near[0]]}?"
            )
