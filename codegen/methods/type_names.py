"""Read types.yaml: what the names of `openai.types` are called in this project."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from codegen import source
from codegen.errors import SpecError
from codegen.identifiers import pascal_case

Modules = Mapping[str, Mapping[str, str]]

# What stands before the keywords of a method.
KEYWORDS = "params."


@dataclass(frozen=True)
class TypeModule:
    """A module with names of `openai.types`.

    Attributes:
        path: the module below `types`, "" for that one itself.
        dots: what leads from it to the client's own folder, in an import.
        names: its names, with the names of ours.
        homes: for a package, the module below it that each of its names comes from.
    """

    path: str
    dots: str
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    homes: Mapping[str, str] | None = None

    @property
    def theirs(self) -> str:
        """Return the name of the module that it stands for."""
        return f"openai.types.{self.path}".rstrip(".")

    @property
    def file(self) -> str:
        """Return its path in the client."""
        folder = f"types/{self.path.replace('.', '/')}".rstrip("/")
        return f"{folder}.py" if self.homes is None else f"{folder}/__init__.py"

    @property
    def imports(self) -> Iterator[tuple[str, str, str]]:
        """Yield what is imported: from where, by which name, as what."""
        for name, ours in self.names.items():
            if ours.startswith(KEYWORDS):
                keywords = ours.removeprefix(KEYWORDS)
                yield f"{self.dots}resources._params", keywords, name
            else:
                yield f"{self.dots}_api", ours, name


def load(path: FilePath, known: Collection[str]) -> list[TypeModule]:
    """Read the file and return its modules and their packages; none without the file.

    Args:
        path: of the file.
        known: the names that the package has.

    Raises:
        SpecError: a name is not known.
    """
    if not path.exists():
        return []
    modules: Modules = source.load(path).document
    for module, names in modules.items():
        for name, ours in names.items():
            if not ours.startswith(KEYWORDS) and ours not in known:
                raise SpecError(
                    f"{path.name}: {module}: {name} is {ours}: no such name"
                )
    folders = {module.rpartition(".")[0] for module in modules}
    return [
        *(TypeModule(m, "." * (m.count(".") + 2), n) for m, n in modules.items()),
        *(_package(folder, modules) for folder in sorted(folders)),
    ]


def _package(folder: str, modules: Modules) -> TypeModule:
    homes = {}
    for module, names in modules.items():
        parent, _, own = module.rpartition(".")
        if parent == folder:
            wanted = pascal_case(own).casefold()
            homes.update({n: own for n in names if n.casefold() == wanted})
    dots = "." * (folder.count(".") + 3 if folder else 2)
    return TypeModule(folder, dots, homes=dict(sorted(homes.items())))
