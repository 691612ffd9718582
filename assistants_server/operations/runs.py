"""The operations of runs."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

from ..contract import objects
from ..contract.limits import tools_of_run
from ..engines.interface import refusal_of
from ..engines.scripted import HEADER, ScriptError, parse_script, script_of
from ..execution.replay import Replay
from ..execution.run_record import ACTIVE
from ..faults.stale import StaleActions
from ..http.errors import HTTPError, not_found, quoted
from ..http.events import Listener
from ..http.results import Result
from ..http.validation import wrong_value
from ..telemetry.instruments import instruments
from .pages import list_page
from .resources import Resource
from .run_errors import (
    has_ended,
    named,
    takes_no_outputs,
    takes_no_runs,
    wrong_outputs,
)

if TYPE_CHECKING:
    from ..http.validation import ValidRequest

JSON = dict[str, Any]


class Runs(Resource):
    """The operations of runs."""

    def __init__(self, *shared: Any) -> None:
        """Prepare, with what all resources share."""
        super().__init__(*shared)
        self._stale = StaleActions()

    def create_thread_and_run(self, request: ValidRequest) -> Result:
        """Add a thread and start a run in it."""
        body = request.body
        self._check(request)
        self.check_files(request)
        thread_body = body.get("thread", {})
        resources = {
            **(body.get("tool_resources") or {}),
            **(thread_body.get("tool_resources") or {}),
        }
        thread = self.add_thread({**thread_body, "tool_resources": resources})
        listener = Listener() if body.get("stream") else None
        if listener:
            listener.send("thread.created", thread)
        return self._start(request, thread["id"], listener)

    def create_run(self, request: ValidRequest) -> Result:
        """Start a run in a thread without an active one."""
        thread = self.find("thread", request.path["thread_id"])["id"]
        self._check(request)
        active = self.store.active_run(thread)
        if active:
            raise takes_no_runs(thread, active)
        self.check_files(request)
        self.add_messages(request.body.get("additional_messages") or (), thread)
        return self._start(
            request, thread, Listener() if request.body.get("stream") else None
        )

    def list_runs(self, request: ValidRequest) -> Result:
        """Return a page of a thread's runs."""
        thread = self.find("thread", request.path["thread_id"])["id"]
        return list_page(self.store, request, "run", thread=thread)

    def get_run(self, request: ValidRequest) -> Result:
        """Return a run."""
        return self.polled(self._stale.shown(self._run(request)))

    def modify_run(self, request: ValidRequest) -> Result:
        """Modify a run's metadata."""
        run = objects.modified(self._run(request), request.body)
        self.store.put(run, active=run["status"] in ACTIVE)
        return self.polled(run)

    def cancel_run(self, request: ValidRequest) -> Result:
        """Begin to cancel an active run."""
        run = self._run(request)
        if run["status"] not in ACTIVE:
            raise has_ended(run["status"])
        if run["status"] != "cancelling":
            run = self.scheduler.cancel(run["id"])
        return self.polled(run)

    def submit_tool_outputs_to_run(self, request: ValidRequest) -> Result:
        """Accept the outputs of all tool calls that a run waits for."""
        run = self._run(request)
        if run["status"] != "requires_action":
            raise takes_no_outputs(run["status"])
        calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
        outputs = _outputs(request.body["tool_outputs"], [each["id"] for each in calls])
        listener = Listener() if request.body.get("stream") else None
        if request.stale and listener is None:
            self._stale.begin(run, request.stale)
        run = self.scheduler.submit(run["id"], outputs, listener)
        return self.polled(self._stale.shown(run), listener)

    def replay(self, request: ValidRequest, reported: JSON) -> Listener:
        """Return the stream that a request asked for, from its beginning.

        Args:
            request: the request, which has come before.
            reported: the run as the stream began with it.
        """
        is_new = request.operation.name == "create_thread_and_run"
        outputs = request.body.get("tool_outputs", ())
        replay = Replay(
            reported,
            thread=self.store.get("thread", reported["thread_id"]) if is_new else None,
            answered=[each["tool_call_id"] for each in outputs],
            results=self.store.notes(reported["id"])["results"],
        )
        listener = Listener()
        self.scheduler.replay(replay, self.store, listener)
        return listener

    def _run(self, request: ValidRequest) -> JSON:
        return self.find(
            "run", request.path["run_id"], thread=request.path["thread_id"]
        )

    def _check(self, request: ValidRequest) -> None:
        """Raise an HTTPError where no run can be created from a request."""
        assistant = self.store.get("assistant", request.body["assistant_id"])
        if assistant is None:
            raise not_found("assistant", request.body["assistant_id"])
        count, most = len(assistant["tools"]), tools_of_run()
        if request.body.get("tools") is None and count > most:
            message = f"expected at most {most} tools; the assistant has {count}"
            raise wrong_value("$.tools", message)
        _check_choice(request.body, assistant)
        strategy = request.body.get("truncation_strategy") or {}
        if strategy.get("type") == "last_messages" and not strategy.get(
            "last_messages"
        ):
            path = "$.truncation_strategy.last_messages"
            raise wrong_value(path, "is required, but missing")
        script = script_of(request.headers)
        if script is not None:
            try:
                parse_script(script)
            except ScriptError as error:
                raise HTTPError(400, f"{HEADER}: {error}", param=HEADER) from error

    def _start(
        self, request: ValidRequest, thread: str, listener: Listener | None
    ) -> Result:
        found = self.store.get("assistant", request.body["assistant_id"])
        assert found is not None
        deadline = self.scheduler.deadline()
        # In whole seconds for clients, and never before the run expires.
        run = objects.run(request.body, found, thread, expires_at=math.ceil(deadline))
        notes = {
            "thread": thread,
            "expires": deadline,
            "script": script_of(request.headers),
            "results": bool(request.query.get("include[]")),
            "spends": request.spends,
        }
        if trace := instruments().trace():
            notes["trace"] = trace
        refused = refusal_of(self.scheduler.engine, run)
        if refused:
            raise HTTPError(400, refused, code="not_supported")
        self.store.add("run", run, thread=thread, active=True, notes=notes)
        self.scheduler.start(run, listener)
        return self.polled(run, listener)


def _check_choice(body: JSON, assistant: JSON) -> None:
    """Raise an HTTPError where the tool choice names a tool that the run lacks."""
    choice = body.get("tool_choice")
    if not isinstance(choice, dict):
        return
    tools = body.get("tools")
    tools = assistant["tools"] if tools is None else tools
    kind = choice["type"]
    name = choice.get("function", {}).get("name")
    if kind == "function" and name is None:
        raise wrong_value("$.tool_choice.function", "is required, but missing")
    for tool in tools:
        if tool["type"] == kind and (
            kind != "function" or tool["function"]["name"] == name
        ):
            return
    wanted = f"the function {quoted(name)}" if kind == "function" else kind
    raise wrong_value("$.tool_choice", f"names {wanted}, which the run doesn't have")


def _outputs(given: list[JSON], pending: list[str]) -> dict[str, str]:
    """Return the outputs by call id; every pending call must be named, once."""
    outputs: dict[str, str] = {}
    for index, each in enumerate(given):
        if each.get("tool_call_id") is None:
            path = f"$.tool_outputs[{index}].tool_call_id"
            raise wrong_value(path, "is required, but missing")
    wrong = partial(
        wrong_outputs, pending=pending, given=[each["tool_call_id"] for each in given]
    )
    for index, each in enumerate(given):
        path = f"$.tool_outputs[{index}].tool_call_id"
        called = each["tool_call_id"]
        if called in outputs:
            raise wrong(path, f"names {quoted(called)} a second time")
        if called not in pending:
            raise wrong(path, f"names {quoted(called)}, for which the run doesn't wait")
        outputs[called] = each.get("output", "")
    missing = [called for called in pending if called not in outputs]
    if missing:
        raise wrong("$.tool_outputs", f"lacks the output of {named(missing)}")
    return outputs
