"""Create a thread and a run in it, where the server has no operation that does both.

Some servers have the routes of threads, messages and runs, but not POST /threads/runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .. import _api
from .._call import Call
from .._effects import Log
from .._errors import APIError, APIStatusError
from .._json import decode
from .retry import IDEMPOTENCY_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._call import CallResult
    from .._effects import Flow

    Perform = Callable[[Call[Any]], Flow[CallResult[Any]]]

CREATE_AND_RUN: Final = "threads.create_and_run"
MISSING: Final = (404, 405)
"""The statuses by which a server says that it lacks an operation."""


def create_one_by_one(
    call: Call[Any], content: Any, refused: APIStatusError, perform: Perform
) -> Flow[CallResult[Any]]:
    """Create a thread, its messages and a run by requests of their own.

    A 404 may also mean that there is no such assistant, so that is asked for first.
    Where the run is refused, the thread is deleted again.

    Args:
        call: the call of the operation that the server lacks.
        content: its body, as it was sent.
        refused: its error.
        perform: performs another call.

    Raises:
        APIError: the assistant is unknown, which is the error of the call; or a request
            fails.
    """
    body: dict[str, Any] = decode(content)
    if refused.status_code == 404:
        yield from _ask_for_assistant(call, body, refused, perform)
    how = "thread, messages and run are created one by one"
    yield Log("info", f"{call.operation}: status {refused.status_code}; {how}")
    thread = dict(body.pop("thread", None) or {})
    messages = thread.pop("messages", None) or []
    resources = body.pop("tool_resources", None)
    if resources is not None:
        thread.setdefault("tool_resources", resources)
    thread_id = yield from _thread(call, thread, perform)
    try:
        for number, message in enumerate(messages, start=1):
            endpoint = _api.endpoint("messages.create_message")
            request = endpoint.build_request(thread_id, body=message)
            part = f"message-{number}"
            yield from perform(_step(call, "threads.messages.create", request, part))
        request = _api.endpoint("runs.create_run").build_request(thread_id, body=body)
        return (yield from perform(_run(call, request, thread_id)))
    except APIError as error:
        yield from _clear_away(call, thread_id, error, perform)
        raise


def _ask_for_assistant(
    call: Call[Any], body: Mapping[str, Any], refused: APIStatusError, perform: Perform
) -> Flow[None]:
    """Raise the error of the call unless its assistant is there."""
    assistant_id = body.get("assistant_id")
    if not isinstance(assistant_id, str) or not assistant_id:
        raise refused
    request = _api.endpoint("assistants.get_assistant").build_request(assistant_id)
    try:
        yield from perform(_step(call, "assistants.retrieve", request, "assistant"))
    except APIError:
        raise refused from None


def _thread(call: Call[Any], body: Mapping[str, Any], perform: Perform) -> Flow[str]:
    """Create the thread, and return its id."""
    request = _api.endpoint("threads.create_thread").build_request(body=body)
    result = yield from perform(_step(call, "threads.create", request, "thread"))
    data = result.json()
    found = data.get("id") if isinstance(data, dict) else None
    if isinstance(found, str) and found:
        return found
    # Tools that report local variables must not report secrets that it repeats.
    del data, found
    raise result.undecodable(result.response, "no thread")


def _clear_away(
    call: Call[Any], thread_id: str, error: APIError, perform: Perform
) -> Flow[None]:
    """Delete a thread that has no run; where it may have one, name it."""
    if isinstance(error, APIStatusError) and error.status_code < 500:
        request = _api.endpoint("threads.delete_thread").build_request(thread_id)
        try:
            yield from perform(_step(call, "threads.delete", request, "delete"))
        except APIError:
            pass
        else:
            return
    error.add_note(f"the thread {thread_id} was created for this run, and stays")


def _run(call: Call[Any], request: Any, thread_id: str) -> Call[Any]:
    def read(result: CallResult[object]) -> Any:
        run = call.read(result)
        if isinstance(run, _api.RunObject) and not run.thread_id:
            # Whoever asked for both knows it from the response alone.
            run.thread_id = thread_id
        return run

    step = _step(call, "threads.runs.create", request, "run")
    return step.replaced(read=read, stream=call.stream, unread=call.unread)


def _step(call: Call[Any], operation: str, request: Any, part: str) -> Call[Any]:
    """Return a call with the options of another one."""
    options: Any = {n: v for n, v in call.options.items() if n != "extra_body"}
    # Each request is one of its own to the server.
    key = options.get("idempotency_key")
    if key:
        options["idempotency_key"] = f"{key}-{part}"
    headers = options.get("extra_headers")
    if headers:
        options["extra_headers"] = {
            name: f"{value}-{part}" if name.lower() == IDEMPOTENCY_KEY else value
            for name, value in headers.items()
        }
    return Call(
        operation=operation,
        request=request,
        read=lambda result: result,
        options=options,
    )
