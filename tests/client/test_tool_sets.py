"""Sets of tools: what they hold, what they call, and what they put out."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from assistants_api.models import AssistantToolsFileSearch
from assistants_client import ConfigurationError, Tool, ToolError, ToolSet, tool
from assistants_client.tools import tool_output
from tests.cases import each_case
from tests.client.functions import Day, Unit, everything, small


def test_a_set_holds_tools_and_definitions() -> None:
    search = AssistantToolsFileSearch()
    tools = ToolSet([small, tool(everything), {"type": "code_interpreter"}, search])
    assert len(tools) == 4
    assert [each["type"] for each in tools] == [
        *("function", "function", "code_interpreter", "file_search")
    ]
    assert repr(tools) == "<ToolSet small, everything>"
    tools.definitions[0]["function"]["name"] = "changed"
    assert tools[0]["function"]["name"] == "small"
    assert repr(ToolSet()) == "<ToolSet without functions>"
    with pytest.raises(ConfigurationError, match="two tools have the name small"):
        ToolSet([small, small])
    with pytest.raises(
        ConfigurationError, match="on_error must be 'report' or 'raise'"
    ):
        ToolSet([small], on_error="ignore")  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [b"x", float("nan"), 10**5000], ids=type)
def test_a_definition_has_to_be_json(wrong: object) -> None:
    with pytest.raises(ConfigurationError, match="of a tool can't be written as JSON"):
        ToolSet([{"type": "function", "function": {"name": wrong}}])


NAMES = [
    "__import__",
    "os.system",
    "eval",
    "small.__globals__",
    "",
    "smal",
    "Small",
    None,
]


@each_case("name", [*NAMES, 7, ["small"], {"name": "small"}])
def test_only_what_was_gathered_is_ever_called(name: Any) -> None:
    with pytest.raises(ToolError, match=r"there is no function .*; there are: small"):
        ToolSet([small]).bind(name, '{"a": 1}')


def test_async_functions_are_seen_as_such() -> None:
    async def wait(seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "waited"

    call = ToolSet([wait]).bind("wait", {"seconds": 0})
    assert inspect.iscoroutinefunction(call)
    assert asyncio.run(call()) == "waited"


@pytest.mark.parametrize(
    ("output", "written"),
    [
        *(("text", "text"), ("", ""), (None, "null"), (7, "7"), ([1, "ü"], '[1,"ü"]')),
        (Day(1), '{"number":1,"notes":[]}'),
        (Unit.CELSIUS, '"c"'),
        (AssistantToolsFileSearch(), '{"type":"file_search"}'),
    ],
    ids=str,
)
def test_outputs_are_text_or_json(output: Any, written: str) -> None:
    assert tool_output("call_1", output) == {
        "tool_call_id": "call_1",
        "output": written,
    }


def test_an_output_that_can_t_be_written_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    for output in (object(), loop, {1: {2}, (1,): 2}):
        with pytest.raises(
            ConfigurationError, match="output of call_1 can't be written"
        ):
            tool_output("call_1", output)


# What follows is for type checkers.
_typed: Callable[[int, str], Any] = tool(small)
_mapped: Mapping[str, Any] = Tool(small).definition
