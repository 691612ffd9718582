"""Reading a response as a type that the caller names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _api
from ._error_messages import is_error, properties_of
from ._errors import ConfigurationError
from ._json import converted
from ._text import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ._call import CallResult


def caster(to: Any) -> Callable[[CallResult[object]], Any]:
    """Return what reads the result of a call as a type.

    Args:
        to: `bytes`, `str` or None for the body as it is; a model of the generated
            package; a class with `model_validate`, as of pydantic; or any type that
            JSON data can be read as: `dict`, a TypedDict, a dataclass, `list[int]`.

    Raises:
        ConfigurationError: nothing can be read as that.
    """
    if to is None or to is type(None):
        return lambda _: None
    if to is bytes:
        return lambda result: result.response.content
    if to is str:
        return lambda result: result.response.content.decode("utf-8", "replace")
    read = _reader(to)
    properties = _properties(to)

    def cast(result: CallResult[object]) -> Any:
        data = result.json()
        if properties and type(data) is dict and is_error(data, properties):
            del data
            raise result.false_success()
        try:
            return read(data)
        except (ValueError, TypeError, RecursionError) as error:
            why = f"not what {getattr(to, '__name__', str(to))} is: {error}"
        # Not from within, nor with it: a traceback would repeat the body.
        del data
        raise result.undecodable(result.response, why)

    return cast


def _properties(to: Any) -> Mapping[str, bool]:
    """Return the properties of a model of ours, none for any other type."""
    is_model = isinstance(to, type) and issubclass(to, _api.Model)
    return properties_of(to) if is_model else {}


def _reader(to: Any) -> Callable[[Any], Any]:
    if to in (Any, object):
        return lambda data: data
    if isinstance(to, type) and issubclass(to, _api.Model):
        read: Callable[[Any], Any] = to.from_json
        return read
    validate: Callable[[Any], Any] | None = getattr(to, "model_validate", None)
    if validate is None:
        _check(to)
    return validate or (lambda data: converted(data, to))


def _check(to: Any) -> None:
    # A response that can't be read would be lost, and what it says was done.
    try:
        converted(None, to)
    except ValueError:
        # It is no null, as hardly any type is.
        return
    except Exception as error:
        name = getattr(to, "__name__", repr(to))
        raise ConfigurationError(
            f"cast_to can't be {shortened(name)}: {shortened(str(error))}"
        ) from error
