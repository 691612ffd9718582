"""Types of pydantic, which describes and reads them itself."""

from __future__ import annotations

import json
import sys
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from .readers import VOID, Reader, Unfit

if TYPE_CHECKING:
    import inspect
    from collections.abc import Iterable, Iterator

    from .schemas import Definitions

_OF_PYDANTIC: Final = frozenset({"pydantic", "pydantic_core", "annotated_types"})
# Each costs reading all of it once more.
_MOST_VOIDS: Final = 20
_MOST_PROBLEMS: Final = 5


def is_pydantic(part: Any) -> bool:
    """Return whether a class is read by pydantic."""
    names = ("__pydantic_validator__", "__get_pydantic_core_schema__")
    return isinstance(part, type) and any(hasattr(part, name) for name in names)


def constrains(metadata: Iterable[Any]) -> bool:
    """Return whether an annotation has more of pydantic's than words."""
    return "pydantic" in sys.modules and any(
        type(each).__module__.partition(".")[0] in _OF_PYDANTIC
        and (
            not hasattr(each, "description")
            or each.metadata
            or each.discriminator is not None
        )
        for each in metadata
    )


def is_field(default: Any) -> bool:
    """Return whether a default is a `Field(...)` of pydantic's."""
    return type(default).__module__ == "pydantic.fields"


def default_of(parameter: inspect.Parameter) -> Any:
    """Return the default of a parameter, also where pydantic would find it."""
    if is_field(parameter.default):
        return parameter.default.get_default(call_default_factory=True)
    return parameter.default


@frozen
class Adapted:
    """Reads as a type of pydantic."""

    adapter: Any

    @classmethod
    def of(cls, type_: Any) -> Adapted:
        """Return the reader of a type.

        Raises:
            TypeError: pydantic can't read it; so do others of pydantic's errors.
        """
        # Whoever has such a type has imported it; we don't depend on it.
        return cls(sys.modules["pydantic"].TypeAdapter(type_))

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return the schema, as pydantic has it."""
        return definitions.inlined(self.adapter.json_schema())

    def read(self, data: Any, path: str) -> Any:
        """Return data as the type, without what stands for what is left out."""
        refused: Any = None
        for _ in range(_MOST_VOIDS):
            try:
                return self.adapter.validate_json(json.dumps(data))
            except ValueError as error:
                # The last one would say that it is missing.
                refused = refused or error
                places = [each["loc"] for each in _problems(error)]
            data = deepcopy(data)
            if not [place for place in places if _drop_void(data, place)]:
                break
        raise Unfit("; ".join(_texts(refused, path)), "") from None


@frozen
class Dumped:
    """Reads as the arguments of a model of pydantic."""

    model: Reader

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return the schema of the model."""
        return self.model.schema(definitions)

    def read(self, data: Any, path: str) -> Any:
        """Return the arguments, by the names that the model has for them."""
        found = self.model.read(data, path)
        return found.model_dump(by_alias=True, exclude_unset=True)


def _problems(error: Any) -> list[Any]:
    """Return what pydantic found; nothing for an error of somebody else's."""
    if not hasattr(error, "errors"):
        return []
    found: list[Any] = error.errors(include_url=False, include_context=False)
    return found


def _texts(error: Any, path: str) -> Iterator[str]:
    problems = _problems(error)
    for each in problems[:_MOST_PROBLEMS]:
        steps = "".join(
            f"[{step}]" if isinstance(step, int) else f".{step}" for step in each["loc"]
        )
        yield str(Unfit(each["msg"], path + steps))
    if len(problems) > _MOST_PROBLEMS:
        yield f"and {len(problems) - _MOST_PROBLEMS} more"
    if not problems:
        yield str(Unfit(str(error), path))


def _drop_void(data: Any, place: tuple[Any, ...]) -> bool:
    """Leave out what stands for what is left out; return whether anything does.

    Args:
        data: JSON data, which is changed.
        place: names and indexes, and the names of types between them.
    """
    holder, last = None, None
    for step in place:
        if isinstance(data, dict) and step in data:
            holder, last = data, step
        elif not (isinstance(data, list) and isinstance(step, int)):
            continue
        data = data[step]
    if holder is None or data is not holder[last] or data not in VOID:
        return False
    del holder[last]
    return True
