"""Every operation has its module, with the arguments and results that it documents."""

from __future__ import annotations

import inspect
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistants_api import UNSET, api
from harness.contract.annotations import expected_argument, spelled, union
from harness.contract.document import (
    OPERATIONS,
    OTHER_OPERATIONS,
    STREAMING,
    Operation,
    class_name,
)
from harness.contract.each import for_each

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

PURE = ["build_request", "parse_response"]
CALLS = ["sync", "sync_detailed", "asyncio", "asyncio_detailed"]
STREAMS = ["stream", "stream_async"]
PURE_STREAMS = ["build_stream_request", "parse_event"]
ASYNCHRONOUS = ["asyncio", "asyncio_detailed"]


def test_document_has_all_operations() -> None:
    # The upload and the download are tested in test_files.py.
    assert OTHER_OPERATIONS == ["createFile", "downloadFile"]
    assert len(OPERATIONS) + len(OTHER_OPERATIONS) == 47
    assert len({operation.module_name for operation in OPERATIONS}) == len(OPERATIONS)
    assert {str(operation) for operation in STREAMING} == {
        "create_run",
        "create_thread_and_run",
        "submit_tool_outputs_to_run",
    }


def test_modules_are_those_of_the_document() -> None:
    found = {
        module.name
        for module in pkgutil.walk_packages(api.__path__, f"{api.__name__}.")
        if not module.ispkg
    }
    assert {operation.module_name for operation in OPERATIONS} <= found
    assert len(found) == len(OPERATIONS) + len(OTHER_OPERATIONS)


@for_each(OPERATIONS)
def test_functions_are_those_promised(operation: Operation) -> None:
    functions = {
        name
        for name, value in vars(operation.module).items()
        if inspect.isfunction(value)
        and value.__module__ == operation.module_name
        and not name.startswith("_")
    }
    streaming = [*STREAMS, *PURE_STREAMS] if operation.event else []
    assert functions == {*PURE, *CALLS, *streaming}


@for_each(OPERATIONS)
def test_kind_of_each_function(operation: Operation) -> None:
    for name in [*PURE, *CALLS]:
        function = getattr(operation.module, name)
        assert inspect.iscoroutinefunction(function) == (name in ASYNCHRONOUS), name


@for_each(OPERATIONS)
def test_arguments_are_those_of_the_document(operation: Operation) -> None:
    found = _parameters(operation.module.build_request)
    assert found == _expected_parameters(operation)


@for_each(OPERATIONS)
def test_path_arguments_come_in_the_order_of_the_path(operation: Operation) -> None:
    positional = [
        parameter.name
        for parameter in _signature(operation.module.build_request)
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    ]
    assert positional == re.findall(r"{(.+?)}", operation.path)


@for_each(OPERATIONS)
def test_all_calls_take_the_same_arguments(operation: Operation) -> None:
    names = CALLS + (STREAMS if operation.event else [])
    expected = _expected_parameters(operation)
    for name in names:
        found = _parameters(getattr(operation.module, name))
        kind, client, default = found.pop("client")
        assert kind == "keyword", name
        assert default == "none", name
        assert client.endswith("Client"), name
        assert found == expected, name


@for_each(OPERATIONS)
def test_results_are_the_documented_models(operation: Operation) -> None:
    module = operation.module
    none = ["None"] if operation.empty else []
    both = union([*map(class_name, operation.responses.values()), *none])
    assert _result(module.build_request) == "Request"
    assert _result(module.parse_response) == both
    for name in ("sync", "asyncio"):
        assert _result(getattr(module, name)) == class_name(operation.success)
    for name in ("sync_detailed", "asyncio_detailed"):
        returned = _result(getattr(module, name))
        if hasattr(module, "DetailedResponse"):
            # With the headers that the document describes.
            assert returned == "DetailedResponse"
            returned = _detailed(module)
        assert returned == f"Response[{both}]"


def _detailed(module: ModuleType) -> str:
    """Return the base of the class of responses, as type checkers see it."""
    source = Path(str(module.__file__)).read_text("utf-8")
    (found,) = re.findall(
        r"^    _Response = (Response\[.*?\n?\])$", source, re.M | re.S
    )
    return spelled(" ".join(found.split()))


@for_each(STREAMING)
def test_streams_give_the_documented_events(operation: Operation) -> None:
    module = operation.module
    assert operation.event == "AssistantStreamEvent"
    assert _result(module.parse_event) == operation.event
    assert _result(module.build_stream_request) == "Request"
    found = _parameters(module.build_stream_request)
    assert found == _expected_parameters(operation)
    arguments = _signature(module.parse_event)
    assert [(each.name, spelled(each.annotation)) for each in arguments] == [
        ("event", "str"),
        ("data", "str"),
    ]
    sync, asynchronous = _result(module.stream), _result(module.stream_async)
    assert re.match(r"(Iterator|Generator)\[AssistantStreamEvent\b", sync)
    assert re.match(r"Async(Iterator|Generator)\[AssistantStreamEvent\b", asynchronous)


@for_each(OPERATIONS)
def test_method_and_path(operation: Operation) -> None:
    ids = {each.name: f"id-{each.name}" for each in operation.placed("path")}
    keywords: dict[str, Any] = {"body": {}} if operation.body_required else {}
    for parameter in operation.placed("query"):
        if parameter.required:
            keywords[parameter.argument] = UNSET
    request = operation.module.build_request(*ids.values(), **keywords)
    assert request.method == operation.method
    assert request.path == operation.path.format(**ids)
    assert request.query == []
    assert request.json == ({} if operation.body else UNSET)
    for other in ("content", "data", "files"):
        assert getattr(request, other) is UNSET


@for_each(OPERATIONS)
def test_every_query_parameter_has_its_name(operation: Operation) -> None:
    for parameter in operation.placed("query"):  # vacuous: some have none
        assert not parameter.required
        ids = ["id" for _ in operation.placed("path")]
        value: Any = ["one", "two"] if parameter.schema.get("type") == "array" else "v"
        keywords = {parameter.argument: value}
        if operation.body_required:
            keywords["body"] = {}
        request = operation.module.build_request(*ids, **keywords)
        values = value if isinstance(value, list) else [value]
        assert request.query == [(parameter.name, each) for each in values]


@for_each(OPERATIONS)
def test_module_says_which_operation_it_is(operation: Operation) -> None:
    words = (operation.module.__doc__ or "").split()
    assert f"{operation.method} {operation.path}" in " ".join(words)


def test_every_module_says_that_it_is_generated() -> None:
    for operation in OPERATIONS:
        first = inspect.getsource(operation.module).splitlines()[0]
        assert re.match(r"# Generated by `.*python -m codegen build.*`", first)


def _signature(function: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(function).parameters.values())


def _parameters(function: Callable[..., Any]) -> dict[str, tuple[str, str, str]]:
    kinds: dict[Any, str] = {
        inspect.Parameter.POSITIONAL_OR_KEYWORD: "positional",
        inspect.Parameter.KEYWORD_ONLY: "keyword",
    }
    return {
        each.name: (
            kinds[each.kind],
            spelled(each.annotation),
            "none" if each.default is inspect.Parameter.empty else repr(each.default),
        )
        for each in _signature(function)
    }


def _expected_parameters(operation: Operation) -> dict[str, tuple[str, str, str]]:
    found = {}
    for parameter in operation.parameters:
        found[parameter.argument] = (
            "positional" if parameter.place == "path" else "keyword",
            expected_argument(parameter.schema, required=parameter.required),
            "none" if parameter.required else repr(UNSET),
        )
    if operation.body:
        required = operation.body_required
        forms = [class_name(operation.body), f"{class_name(operation.body)}Dict"]
        found["body"] = (
            "keyword",
            union([*forms, *([] if required else ["Unset"])]),
            "none" if required else repr(UNSET),
        )
    return found


def _result(function: Callable[..., Any]) -> str:
    annotation = inspect.signature(function).return_annotation
    return spelled(annotation)
