"""Reading the answers of endpoints that the document doesn't list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _api
from ._call import UnfitError
from ._json import converted

if TYPE_CHECKING:
    from collections.abc import Callable


def caster(to: Any) -> Callable[[Any], Any]:
    """Give what reads an answer as a type.

    Args:
        to: `bytes`, `str` or None for the body as it is; a model of the generated
            package; a class with `model_validate`, as of pydantic; or any type that
            JSON data can be read as: `dict`, a TypedDict, a dataclass, `list[int]`.
    """
    if to is None or to is type(None):
        return lambda _: None
    if to is bytes:
        return lambda answer: answer.content
    if to is str:
        return lambda answer: answer.content.decode("utf-8", "replace")
    read = _reader(to)

    def cast(answer: Any) -> Any:
        try:
            data = answer.json()
        except ValueError as error:
            raise UnfitError("not JSON") from error
        try:
            return read(data)
        except (ValueError, TypeError, RecursionError) as error:
            name = getattr(to, "__name__", str(to))
            raise UnfitError(f"not what {name} is: {error}") from error

    return cast


def _reader(to: Any) -> Callable[[Any], Any]:
    if to in (Any, object):
        return lambda data: data
    if isinstance(to, type) and issubclass(to, _api.Model):
        read: Callable[[Any], Any] = to.from_json
        return read
    validate: Callable[[Any], Any] | None = getattr(to, "model_validate", None)
    if validate is not None:
        return validate
    return lambda data: converted(data, to)
