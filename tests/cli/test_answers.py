"""What is printed of the events of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistants_cli.output import Output
from assistants_cli.printing.answer import AnswerPrinter
from assistants_cli.printing.calls import call_text, outcome_texts
from assistants_server import LocalServer
from tests.cases import each_case
from tests.cli.invocation import run

if TYPE_CHECKING:
    import pytest


@dataclass
class Event:
    event: str
    data: Any

    def to_dict(self) -> dict[str, Any]:
        return {"event": self.event, "data": self.data}


def printed(capsys: pytest.CaptureFixture[str], *events: Event) -> str:
    output = Output(json=False)
    printer = AnswerPrinter(output, output.aside)
    for each in events:
        printer.take(each)
    return capsys.readouterr().out


def text(value: str, *annotations: Any) -> dict[str, Any]:
    part = {"type": "text", "text": {"value": value, "annotations": [*annotations]}}
    return {"id": "msg_1", "content": [part]}


def delta(value: str, key: str = "msg_1") -> Event:
    return Event("thread.message.delta", {"id": key, "delta": text(value)})


def call(**more: Any) -> dict[str, Any]:
    function = {"name": "tide", "arguments": '{"harbour": "Hull"}', **more}
    return {"id": "call_1", "type": "function", "function": function}


def test_a_message_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    done = Event("thread.message.completed", text("one two"))
    assert printed(capsys, delta("one "), delta("two"), done) == "one two\n"
    # As servers do that don't stream.
    assert printed(capsys, done) == "one two\n"
    assert printed(capsys, delta("one"), delta("two", "msg_2")) == "one\ntwo"


def test_each_place_that_is_cited_is_named_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    cited = {"text": "[1]", "file_citation": {"file_id": "file-1"}}
    linked = {"text": "[2]", "url_citation": {"url": "http://x"}}
    done = Event("thread.message.completed", text("said", cited, cited, linked, {}))
    assert printed(capsys, done) == "said\n  [1] file-1\n  [2] http://x\n"


def test_a_call_is_named_once_and_then_what_it_gave(
    capsys: pytest.CaptureFixture[str],
) -> None:
    action = {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {"tool_calls": [call()]},
    }
    step = {
        "status": "completed",
        "step_details": {"tool_calls": [call(output="4 m")]},
    }
    asks = Event("thread.run.requires_action", {"required_action": action})
    gave = Event("thread.run.step.completed", step)
    assert printed(capsys, asks, gave) == '> tide(harbour="Hull")\n  = 4 m\n'
    assert printed(capsys, gave) == '> tide(harbour="Hull")\n  = 4 m\n'


@each_case(
    "call, shown, gave",
    [
        ({"name": "find", "arguments": "{}", "output": [1]}, "find()", ["[1]"]),
        ({"name": "f", "arguments": "not json"}, "f(not json)", []),
        ({"name": "f", "arguments": "[1, 2]"}, "f([1, 2])", []),
        ({"function": {"name": "f", "output": {"a": 1}}}, "f()", ['{"a": 1}']),
        ({"type": "file_search"}, "file_search", []),
        ({"type": 7}, "tool", []),
        (
            {
                "type": "code_interpreter",
                "code_interpreter": {
                    "input": "print(1)\nprint(2)",
                    "outputs": [{"logs": "1\n2"}, {"image": {"file_id": "file-1"}}],
                },
            },
            "code_interpreter: print(1)\\nprint(2)",
            ["1\\n2", "file-1"],
        ),
        ({"name": "f" * 400, "arguments": ""}, "f" * 297 + "...", []),
    ],
)
def test_calls_of_all_kinds_take_a_line(call: Any, shown: str, gave: list[str]) -> None:
    assert call_text(call) == shown
    assert [*outcome_texts(call)] == gave


def test_servers_that_do_not_stream_are_followed() -> None:
    with LocalServer(faults=["run-as-json"], poll_after=2) as server:
        done = run("ask", "--model", "any", "Good day!", url=server.url)
    assert (done.code, done.out) == (0, "You said: Good day!\n")
