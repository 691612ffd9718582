"""Where the types that annotations name are imported from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from codegen.errors import SpecError, meant
from codegen.methods.mapping import Mapped
from codegen.plan import Package

_NAME = re.compile(r"\"[^\"]*\"|'[^']*'|\b([A-Za-z_]\w*)\b")
_BUILT_IN = "False None True bool bytes dict float int list str tuple"
_KNOWN = {
    **dict.fromkeys(("Any", "Literal"), "typing"),
    **dict.fromkeys(("Callable", "Iterable", "Mapping", "Sequence"), "collections.abc"),
    **dict.fromkeys(_BUILT_IN.split(), ""),
}
_MODELS = "_api"


def twin(annotation: str, mapped: Mapped) -> str:
    """Write an annotation as it is under the async client."""
    results = {path.rpartition(".")[2] for path in mapped.results.values()}
    with_twins = mapped.twins.keys() | results

    def replaced(found: re.Match[str]) -> str:
        return f"Async{found[0]}" if found[1] in with_twins else found[0]

    return _NAME.sub(replaced, annotation)


def names_in(annotation: str) -> set[str]:
    """Return the names in an annotation, but for those in quotation marks."""
    return {found[1] for found in _NAME.finditer(annotation) if found[1]}


class Names:
    """All names that annotations may use, and their modules."""

    def __init__(self, mapped: Mapped, package: Package) -> None:
        self._decorators = mapped.decorators
        self._modules = dict(_KNOWN)
        for schema in package.schemas:
            names = schema.names
            for name in (names.class_, names.dict_):
                self._modules[name] = f"..{_MODELS}"
        for name, module in mapped.names.items():
            self._modules[name] = f"..{module}"
        for name, module in mapped.twins.items():
            self._modules[name] = self._modules[f"Async{name}"] = f"..{module}"
        self._modules |= dict.fromkeys(mapped.generics, "")
        for path in mapped.results.values():
            module, _, name = path.rpartition(".")
            if module:
                self._modules[name] = self._modules[f"Async{name}"] = f"..{module}"

    def decorators(self, decorators: Iterable[str]) -> list[tuple[str, list[str]]]:
        """Return the modules of decorators, and the names of each."""
        found: dict[str, set[str]] = {}
        for name in decorators:
            found.setdefault(f".{self._decorators[name]}", set()).add(name)
        return [(module, sorted(names)) for module, names in sorted(found.items())]

    def imports(self, annotations: Iterable[str]) -> list[tuple[str, list[str]]]:
        """Return the modules that annotations need, and the names of each.

        Raises:
            SpecError: nothing defines a name.
        """
        found: dict[str, set[str]] = {}
        for annotation in annotations:
            for name in names_in(annotation):
                module = self._modules.get(name)
                if module is None:
                    raise SpecError(
                        f"nothing says where {name} comes from"
                        f"{meant(name, self._modules)}",
                        at=("names",),
                    )
                if module:
                    found.setdefault(module, set()).add(name)
        return [(module, sorted(names)) for module, names in sorted(found.items())]
