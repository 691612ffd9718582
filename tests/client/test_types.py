"""What `openai.types` has for assistants, files and vector stores has a home here."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import attrs
import openai.types
import pydantic
import pytest
import yaml
from typing_extensions import is_typeddict

import assistants_client.types
from assistants_client.types.beta.threads import Message, MessageListParams
from codegen.errors import SpecError
from codegen.methods import type_names
from codegen.paths import TYPES
from tests.cases import each_case
from tests.docs.pages import Page

OURS, THEIRS = assistants_client.types.__name__, openai.types.__name__
TABLE: dict[str, dict[str, str]] = yaml.safe_load(TYPES.read_text("utf-8"))
# What the modules of a folder that are about assistants, files and vector stores begin
# with; all other modules are about other APIs, such as chat, responses and audio.
SURFACE = {
    "beta": ("assistant", "thread", "code_interpreter_tool", "file_search_tool"),
    "beta.threads": ("",),
    "beta.threads.runs": ("",),
    "vector_stores": ("",),
    "": ("file_", "model", "vector_store", "static_file_", "auto_file_", "other_file_"),
}
NOT_OURS = {
    "file_content": "it is text: `files.content` returns the content itself",
}
PAGE = Page("docs/reference/types.md")


def modules() -> list[str]:
    """Return the modules of `openai.types` that are about what this package does."""
    found = ["beta.function_tool", "beta.function_tool_param"]
    for folder, beginnings in SURFACE.items():
        package = import_module(f"{THEIRS}.{folder}".rstrip("."))
        found += [
            f"{folder}.{each.name}".lstrip(".")
            for each in pkgutil.iter_modules(package.__path__)
            if each.name.startswith(beginnings) and not each.ispkg
        ]
    return sorted(found)


def names_in(module: ModuleType) -> list[str]:
    """Return the names that a module has of its own."""
    own = set(getattr(module, "__all__", ()))
    own |= {
        name
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__
        and not name.startswith("_")
    }
    return sorted(own)


def test_table_has_every_module_and_no_other() -> None:
    theirs = modules()
    assert len(theirs) > 110
    shared = {name for name in TABLE if name.startswith("shared")}
    assert {*TABLE} - shared == {*theirs} - NOT_OURS.keys()
    assert {*NOT_OURS} <= {*theirs}


@each_case("name", TABLE)
def test_every_name_has_a_home_of_its_kind(name: str) -> None:
    theirs = import_module(f"{THEIRS}.{name}")
    ours = import_module(f"{OURS}.{name}")
    if not name.startswith("shared"):
        # What is shared with other APIs has names of theirs too.
        assert {*names_in(theirs)} <= {*ours.__all__}
    for each in ours.__all__:
        # A union of theirs may be one thing here, with and without `stream`.
        kind = _kind(getattr(theirs, each))
        assert kind in ("alias", _kind(getattr(ours, each))), each


def test_models_have_the_properties_that_openai_knows() -> None:
    """So a name doesn't lead to another object that happens to exist."""
    compared = 0
    for name, names in TABLE.items():
        # Other APIs have more of what is shared.
        for each in () if name.startswith("shared") else names:
            ours = getattr(import_module(f"{OURS}.{name}"), each)
            theirs = getattr(import_module(f"{THEIRS}.{name}"), each)
            if _kind(theirs) == "model":
                known = {field.alias.rstrip("_") for field in attrs.fields(ours)}
                assert {*theirs.model_fields} <= known, f"{name}.{each}"
                compared += 1
                kinds = {
                    field: get_args(about.annotation)
                    for field, about in theirs.model_fields.items()
                    if field in ("type", "object", "event")
                }
                for field, allowed in kinds.items():  # vacuous: some have none
                    default = attrs.fields_dict(ours)[field].default
                    assert not isinstance(default, str) or default in allowed
            elif _kind(theirs) == "dict" and not names[each].startswith("params."):
                # Some have arguments that aren't in the body.
                others = {"stream", "include", "thread_id", "vector_store_id"}
                wanted = {*theirs.__annotations__} - others
                assert wanted <= {*ours.__annotations__}, f"{name}.{each}"
                compared += 1
    assert compared > 150


@pytest.mark.parametrize("folder", SURFACE)
def test_packages_have_the_names_of_their_modules(folder: str) -> None:
    theirs = import_module(f"{THEIRS}.{folder}".rstrip("."))
    ours = import_module(f"{OURS}.{folder}".rstrip("."))
    own = {name: each for name, each in TABLE.items() if _folder(name) == folder}
    there = {name for each in own.values() for name in each if hasattr(theirs, name)}
    there = {
        name
        for name in there
        if vars(theirs)[name].__class__ is not ModuleType
        and _comes_from(theirs, name, own)
    }
    assert there
    for name in there:
        assert getattr(ours, name), name
    assert there <= {*dir(ours)}


def test_import_alone_moves_code_over() -> None:
    assert issubclass(assistants_client.Message, Message)
    assert issubclass(assistants_client.AsyncMessage, Message)
    assert is_typeddict(MessageListParams)
    with pytest.raises(ImportError, match="Realtime"):
        exec("from assistants_client.types.beta import Realtime")


def test_name_without_a_counterpart_is_an_error(tmp_path: Path) -> None:
    table = tmp_path / "types.yaml"
    assert type_names.load(table, ()) == []
    table.write_text("beta.thread:\n  Thread: ThreadThing\n")
    with pytest.raises(SpecError, match=r"beta\.thread: Thread is ThreadThing"):
        type_names.load(table, {"ThreadObject"})


def test_page_has_the_table() -> None:
    rows = [
        f"| `{name}.{each}` | {_in_words(ours)} |"
        for name, names in sorted(TABLE.items())
        for each, ours in sorted(names.items())
    ]
    text = PAGE.text
    assert [row for row in rows if row not in text] == []
    assert text.count("\n| `") == len(rows)
    for name, reason in NOT_OURS.items():
        assert f"`{name}`: {reason}" in text.replace("\n", " ")


def _in_words(ours: str) -> str:
    keywords = ours.removeprefix("params.")
    if keywords == ours:
        return f"`{ours}`"
    return f"the keywords of the method, `{keywords}`"


def _folder(name: str) -> str:
    return name.rpartition(".")[0]


def _comes_from(package: ModuleType, name: str, own: dict[str, Any]) -> bool:
    """Return whether a package has a name from one of its modules in the table."""
    value = getattr(package, name)
    return any(
        name in names
        and getattr(import_module(f"{THEIRS}.{module}"), name, None) is value
        for module, names in own.items()
    )


def _kind(value: Any) -> str:
    if isinstance(value, type) and (
        attrs.has(value) or issubclass(value, pydantic.BaseModel)
    ):
        return "model"
    if is_typeddict(value):
        return "dict"
    return "alias"
