"""The functions of a module of the user, as tools."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from inspect import isfunction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistants_client import AssistantsError, Tool, ToolSet

from .failures import WrongUse

if TYPE_CHECKING:
    from types import ModuleType


def tools_in(place: str) -> ToolSet:
    """Return the tools of a module.

    They are its `tools` if it has a name like that; else what is decorated with
    `@tool`; else the functions that it defines, those with an underscore aside.

    Args:
        place: a file, such as tools.py, or the name of a module.

    Raises:
        WrongUse: it can't be imported, or has no tools.
    """
    module = _imported(place)
    try:
        found = ToolSet(_tools_of(module))
    except AssistantsError as error:
        raise WrongUse(f"--tools {place}: {error}") from error
    if not found.names:
        raise WrongUse(
            f"--tools {place}: there is no function in it; a tool is a function with "
            "types and a docstring, and its name has no underscore in front"
        )
    return found


def _tools_of(module: ModuleType) -> Any:
    if hasattr(module, "tools"):
        return module.tools
    mine = [value for name, value in vars(module).items() if not name.startswith("_")]
    return [each for each in mine if isinstance(each, Tool)] or [
        each for each in mine if isfunction(each) and each.__module__ == module.__name__
    ]


def _imported(place: str) -> ModuleType:
    path = Path(place)
    try:
        if path.suffix != ".py":
            # As `python -m` does by itself, but a script's command doesn't.
            sys.path.insert(0, str(Path.cwd()))
            return import_module(place)
        # So that it finds what lies beside it.
        sys.path.insert(0, str(path.resolve().parent))
        spec = spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        # Types are looked up by the name of their module.
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
    except Exception as error:  # importing runs other people's code
        what = f"{type(error).__name__}: {error}"
        raise WrongUse(f"--tools {place}: importing it raised {what}") from error
    return module
