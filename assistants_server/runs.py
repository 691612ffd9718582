"""What the operations of runs do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from . import objects
from .engines.scripted import HEADER, ScriptError, parse_script, script_of
from .events import Listener
from .http_errors import Refusal, not_found, shown
from .limits import tools_of_run
from .pages import list_page
from .resources import Answer, Resource, add_thread
from .run_task import GOING_ON
from .validation import wrong_value

if TYPE_CHECKING:
    from .scheduler import Conductor
    from .store.sqlite import Store
    from .validation import Call

JSON = dict[str, Any]


class Runs(Resource):
    """The operations of runs."""

    def __init__(self, store: Store, conductor: Conductor, poll_after: int) -> None:
        """Prepare.

        Args:
            store: where everything is.
            conductor: what keeps runs going.
            poll_after: milliseconds that a client is to let pass between two looks.
        """
        super().__init__(store, conductor)
        self._poll_after = poll_after

    def create_thread_and_run(self, call: Call) -> Answer:
        """Add a thread and let a run begin in it."""
        body = call.body
        self._check(call)
        thread_body = body.get("thread", {})
        resources = {
            **(body.get("tool_resources") or {}),
            **(thread_body.get("tool_resources") or {}),
        }
        thread = add_thread(self.store, {**thread_body, "tool_resources": resources})
        listener = Listener() if body.get("stream") else None
        if listener:
            listener.send("thread.created", thread)
        return self._start(call, thread["id"], listener)

    def create_run(self, call: Call) -> Answer:
        """Let a run begin in a thread that no other works on."""
        thread = self.find("thread", call.path["thread_id"])["id"]
        self._check(call)
        active = self.store.active_run(thread)
        if active:
            raise Refusal(400, f"{thread} already has an active run: {active}.")
        for each in call.body.get("additional_messages") or ():
            self.store.add("message", objects.message(each, thread), thread=thread)
        return self._start(
            call, thread, Listener() if call.body.get("stream") else None
        )

    def list_runs(self, call: Call) -> Answer:
        """Give a page of a thread's runs."""
        thread = self.find("thread", call.path["thread_id"])["id"]
        return Answer(list_page(self.store, call, "run", thread=thread))

    def get_run(self, call: Call) -> Answer:
        """Give a run."""
        return self._answer(self._run(call))

    def modify_run(self, call: Call) -> Answer:
        """Change a run's metadata."""
        run = objects.modified(self._run(call), call.body)
        self.store.put(run, active=run["status"] in GOING_ON)
        return self._answer(run)

    def cancel_run(self, call: Call) -> Answer:
        """Begin to cancel a run that goes on."""
        run = self._run(call)
        if run["status"] not in GOING_ON:
            message = f"{run['id']} is {run['status']}, so it can't be cancelled."
            raise Refusal(400, message)
        if run["status"] != "cancelling":
            run = self.conductor.cancel(run["id"])
        return self._answer(run)

    def submit_tool_outputs_to_run(self, call: Call) -> Answer:
        """Take the outputs of the calls that a run waits for, all at once."""
        run = self._run(call)
        if run["status"] != "requires_action":
            message = f"{run['id']} is {run['status']} and waits for no tool outputs."
            raise Refusal(400, message)
        calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
        outputs = _outputs(call.body["tool_outputs"], [each["id"] for each in calls])
        listener = Listener() if call.body.get("stream") else None
        run = self.conductor.submit(run["id"], outputs, listener)
        return self._answer(run, listener)

    def _run(self, call: Call) -> JSON:
        return self.find("run", call.path["run_id"], thread=call.path["thread_id"])

    def _check(self, call: Call) -> None:
        """Refuse a run whose assistant isn't there or that can't be made."""
        assistant = self.store.get("assistant", call.body["assistant_id"])
        if assistant is None:
            raise not_found("assistant", call.body["assistant_id"])
        count, most = len(assistant["tools"]), tools_of_run()
        if call.body.get("tools") is None and count > most:
            message = f"expected at most {most} tools; the assistant has {count}"
            raise wrong_value("$.tools", message)
        _check_choice(call.body, assistant)
        strategy = call.body.get("truncation_strategy") or {}
        if strategy.get("type") == "last_messages" and not strategy.get(
            "last_messages"
        ):
            path = "$.truncation_strategy.last_messages"
            raise wrong_value(path, "is required, but missing")
        script = script_of(call.headers)
        if script is not None:
            try:
                parse_script(script)
            except ScriptError as error:
                raise Refusal(400, f"{HEADER}: {error}", param=HEADER) from error

    def _start(self, call: Call, thread: str, listener: Listener | None) -> Answer:
        found = self.store.get("assistant", call.body["assistant_id"])
        assert found is not None
        deadline = self.conductor.deadline()
        # In whole seconds for clients, and never before the run does expire.
        run = objects.run(call.body, found, thread, expires_at=math.ceil(deadline))
        notes = {
            "thread": thread,
            "expires": deadline,
            "script": script_of(call.headers),
            "results": bool(call.query.get("include[]")),
        }
        self.store.add("run", run, thread=thread, active=True, notes=notes)
        self.conductor.start(run, listener)
        return self._answer(run, listener)

    def _answer(self, run: JSON, listener: Listener | None = None) -> Answer:
        headers = {}
        if run["status"] in GOING_ON:
            headers["openai-poll-after-ms"] = str(self._poll_after)
        return Answer(run, headers, listener)


def _check_choice(body: JSON, assistant: JSON) -> None:
    """Refuse a tool choice that names a tool which the run doesn't have."""
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
    wanted = f"the function {shown(name)}" if kind == "function" else kind
    raise wrong_value("$.tool_choice", f"names {wanted}, which the run doesn't have")


def _outputs(given: list[JSON], pending: list[str]) -> dict[str, str]:
    """Give the outputs by their calls; every pending call must be named, once."""
    outputs: dict[str, str] = {}
    for index, each in enumerate(given):
        path = f"$.tool_outputs[{index}].tool_call_id"
        called = each.get("tool_call_id")
        if called is None:
            raise wrong_value(path, "is required, but missing")
        if called in outputs:
            raise wrong_value(path, f"names {shown(called)} a second time")
        if called not in pending:
            expected = ", ".join(pending)
            raise wrong_value(
                path, f"expected one of {expected}, found {shown(called)}"
            )
        outputs[called] = each.get("output", "")
    missing = [called for called in pending if called not in outputs]
    if missing:
        names = ", ".join(missing)
        raise wrong_value("$.tool_outputs", f"lacks the output of {names}")
    return outputs
