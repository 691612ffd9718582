"""Media types, told apart by name, by range, and by parameters such as a version."""

from __future__ import annotations

from collections.abc import Iterable
from email.message import Message

from codegen.document import plain_media_type
from codegen.plan.literal import string

# What says how a body is written, not what is in it.
_OF_WRITING = ("charset", "boundary", "q")


def parameters_of(media_type: str) -> dict[str, str]:
    """Return the parameters that tell a media type from others."""
    message = Message()
    message["Content-Type"] = media_type
    found = {str(k).lower(): str(v) for k, v in (message.get_params() or [])[1:]}
    return {k: v for k, v in found.items() if k not in _OF_WRITING}


def first_of(media_types: Iterable[str]) -> str:
    """Return the first one, or what it is without parameters if that is there too."""
    first, *others = media_types
    alike = [m for m in others if plain_media_type(m) == plain_media_type(first)]
    return max([first, *alike], key=breadth)


def breadth(media_type: str) -> tuple[bool, int]:
    """Return how much a media type takes in: a range last, more parameters first."""
    return "*" in plain_media_type(media_type), -len(parameters_of(media_type))


def asked(media_type: str, others: Iterable[str]) -> str:
    """Write the test of a response for a media type.

    Parameters count where there are others that differ by nothing else.
    """
    plain = plain_media_type(media_type)
    parameters = parameters_of(media_type)
    if sum(plain_media_type(m) == plain for m in others) < 2:
        parameters = {}
    if "*" not in plain and not parameters:
        return f"media_type_of(response) == {string(plain)}"
    pairs = ", ".join(f"{string(k)}: {string(v)}" for k, v in parameters.items())
    more = f", {{{pairs}}}" if pairs else ""
    return f"has_media_type(response.headers, {string(plain)}{more})"
