"""Plan how objects are recognised whose union has no discriminator.

An object is one of those classes whose required properties it has, and whose constants
it doesn't contradict. Of several, it is the one that it contradicts nowhere, and of
these the one that knows most of its properties.
"""

from __future__ import annotations

from typing import Any

from codegen.errors import Path
from codegen.plan.literal import string
from codegen.plan.shapes import set_of, shape_of
from codegen.unions import Schemas, constants_of

# Longer descriptions of what stands in a property cost more than they tell.
_LONGEST = 300


def candidates(classes: dict[str, Any], schemas: Schemas, at: Path) -> list[str]:
    """Write a `Candidate` for each class, with what tells it from the others.

    Args:
        classes: the schemas of the classes by their names.
        schemas: all schemas of the document.
        at: the place of the union.
    """
    knowing: dict[str, list[Any]] = {}
    for schema in classes.values():
        for key in schema["properties"]:
            knowing.setdefault(key, []).append(schema["properties"])
    told = {
        key: _Told(key, known, len(known) == len(classes), schemas, at)
        for key, known in knowing.items()
    }
    return [_candidate(name, schema, told) for name, schema in classes.items()]


class _Told:
    """What one property tells about the classes that know it."""

    def __init__(
        self,
        key: str,
        knowing: list[Any],
        is_shared: bool,
        schemas: Schemas,
        at: Path,
    ) -> None:
        # By identity: these are the properties of the document's own schemas.
        self._constants = {
            id(known): constants_of(known[key], schemas, at) for known in knowing
        }
        self._shapes = {
            id(known): shape_of(known[key], schemas, at).text for known in knowing
        }
        self.is_shared = is_shared
        every = [*self._constants.values()]
        # An enum may get more values; where no other class has one, it tells nothing.
        self._is_kind = _are_apart(every) and (len(every) > 1 or len(every[0]) == 1)
        self._sorts = len({repr(values) for values in self._constants.values()})
        self._differs = len({*self._shapes.values()}) > 1
        self._at = at

    def constants(self, schema: Any) -> str:
        """Write the values by which a class is told from all others that know it."""
        values = self._constants[id(schema["properties"])]
        return set_of(values, self._at) if self._is_kind else ""

    def shape(self, schema: Any) -> str:
        """Write what a class has there, where others have something else."""
        own = id(schema["properties"])
        values = self._constants[own]
        if self._is_kind:
            return ""
        if values and self._sorts > 1:
            return f'("values", {set_of(values, self._at)})'
        shape = self._shapes[own]
        says = self._differs and shape != '"any"' and len(shape) <= _LONGEST
        return shape if says else ""


def _are_apart(found: list[list[Any]]) -> bool:
    """Return whether all are constants, and none is that of two classes."""
    if not all(found):
        return False
    sets = [{repr(value) for value in values} for values in found]
    return len(set().union(*sets)) == sum(map(len, sets))


def _candidate(name: str, schema: Any, told: dict[str, _Told]) -> str:
    written = {k for k, v in schema["properties"].items() if _is_only_written(v)}
    required = sorted({*(schema.get("required") or [])} - written)
    own = sorted(schema["properties"])
    closed = schema.get("additionalProperties") is False
    optional = [
        k for k in own if k not in required and (closed or not told[k].is_shared)
    ]
    constants = {key: text for key in own if (text := told[key].constants(schema))}
    shapes = {key: text for key in own if (text := told[key].shape(schema))}
    parts = [string(name)]
    parts += [f"required={_names(required)}"] if required else []
    parts += [f"constants={_dict(constants)}"] if constants else []
    parts += [f"optional={_names(optional)}"] if optional else []
    parts += [f"shapes={_dict(shapes)}"] if shapes else []
    parts += ["closed=True"] if closed else []
    return f"Candidate({', '.join(parts)})"


def _is_only_written(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("writeOnly") is True


def _names(names: list[str]) -> str:
    return "{" + ", ".join(map(string, names)) + "}"


def _dict(texts: dict[str, str]) -> str:
    return "{" + ", ".join(f"{string(k)}: {text}" for k, text in texts.items()) + "}"
