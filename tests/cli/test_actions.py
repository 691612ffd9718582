"""Runs that wait for approval, or for what this client lacks."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_cli import connection
from assistants_cli.chat.manual_answers import answers_for
from assistants_cli.chat.reader import Reader
from assistants_cli.output import Output
from assistants_client import Assistant, Client
from tests.cli.invocation import Done, run
from tests.client.lagging import Lagging
from tests.client.test_approvals import APPROVAL, FUNCTION, OTHER, Asking

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], Asking]:
    """Return what has the command use a server whose run waits for something."""

    def use(action: Any) -> Asking:
        server = Asking(action)
        monkeypatch.setattr(connection, "client_of", lambda _: client_of(server))
        return server

    return use


def client_of(server: Asking) -> Client:
    http = httpx.Client(transport=httpx.MockTransport(server))
    return Client(base_url="http://x/v1", api_key="none", http_client=http)


def asked() -> Done:
    return run("ask", "--assistant", "asst_1", "--thread", "thread_1", "Buy it")


def test_approvals_are_given_by_id(asking: Callable[[Any], Asking]) -> None:
    server = asking(APPROVAL)
    done = asked()
    assert done.code == 4
    assert "run run_1 waits for the approval of calls:\n  call_1  search()" in done.err
    how = "runs submit thread_1 run_1 --approve call_1 --approve call_2"
    assert done.err.endswith(f"submit them: assistants {how}\n")
    words = ("--approve", "call_1", "--deny", "call_2")
    assert run("runs", "submit", "thread_1", "run_1", *words).code == 0
    (body,) = server.bodies
    assert body["tool_approvals"] == [
        {"tool_call_id": "call_1", "approve": True},
        {"tool_call_id": "call_2", "approve": False},
    ]


def test_calls_of_the_same_function_are_told_apart_by_id(
    asking: Callable[[Any], Asking],
) -> None:
    server = asking(
        Lagging().run("requires_action", ["call_1", "call_2"])["required_action"]
    )
    words = ("runs", "submit", "thread_1", "run_1")
    vague = run(*words, "--output", "pay=1", "--output", "call_2=2")
    assert vague.code == 2
    assert "there is no output for call_1: add --output call_1=TEXT" in vague.err
    assert run(*words, "--output", "call_1=", "--output", "call_2=2").code == 0
    (body,) = server.bodies
    assert body["tool_outputs"] == [
        {"tool_call_id": "call_1", "output": ""},
        {"tool_call_id": "call_2", "output": "2"},
    ]


def test_who_is_made_for_a_question_stays_while_its_run_waits(
    asking: Callable[[Any], Asking], monkeypatch: pytest.MonkeyPatch
) -> None:
    asking(APPROVAL)
    deleted: list[Any] = []
    monkeypatch.setattr(Assistant, "delete", lambda self, **_: deleted.append(self.id))
    done = run("ask", "--model", "m", "--thread", "thread_1", "Buy it")
    assert done.code == 4
    assert done.err.endswith("is left for the run that goes on\n")
    assert deleted == []


def test_what_this_client_lacks_is_named(asking: Callable[[Any], Asking]) -> None:
    asking(OTHER)
    done = asked()
    assert done.code == 4
    assert "waits for what this client lacks: x_payment" in done.err


@pytest.mark.parametrize(
    ("action", "typed", "submitted"),
    [
        (
            APPROVAL,
            "y\nno\n",
            {
                "tool_approvals": [
                    {"tool_call_id": "call_1", "approve": True},
                    {"tool_call_id": "call_2", "approve": False},
                ]
            },
        ),
        (
            FUNCTION,
            "9\n",
            {"tool_outputs": [{"tool_call_id": "call_9", "output": "9"}]},
        ),
        (OTHER, "", None),
        (APPROVAL, "y\n", None),
    ],
    ids=["approval", "function", "unknown", "end"],
)
def test_people_decide_by_hand(
    monkeypatch: pytest.MonkeyPatch, action: Any, typed: str, submitted: Any
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    with client_of(Asking(action)) as client:
        found = client.threads.runs.retrieve("run_1", thread_id="thread_1")
        given = answers_for(found, Reader(), Output(json=False))
    assert given == submitted
