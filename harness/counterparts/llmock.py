"""llmock, from PyPI: a scripted server that breaks in many ways on demand."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from harness.checks import NotOfferedError
from harness.counterparts.counterpart import Asked, Call, Counterpart, Refuse, Say
from harness.environments import python_with
from harness.processes import free_port, is_listening, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from harness.counterparts.counterpart import Step

JSON = dict[str, Any]
VERSION = "0.2.2"
# By then some words have come, whatever else a stream begins with.
_BROKEN_AFTER = 6
# Who has passed on half an answer can't ask for it again: the run fails instead.
_NOT_OURS = ("truncated_stream_accepted", "malformed_chunk_ignored", "gave_up")


class LlmockScript:
    """The queue of llmock's behaviours, and its journal."""

    def __init__(self, url: str) -> None:
        """Take over a server.

        Args:
            url: where it is, without a path.
        """
        self._http = httpx.Client(base_url=f"{url}/_llmock", timeout=20)

    def play(self, *steps: Step) -> None:
        """Queue behaviours in the place of what is there."""
        self._post("reset", {})
        behaviours = [each for step in steps for each in _behaviours(step)]
        self._post("scenario", {"behaviors": behaviours})

    def asked(self) -> Sequence[Asked]:
        """Return what the journal has."""
        found = self._http.get("requests").raise_for_status().json()["requests"]
        return [
            Asked(each["body"], each["completed"]) for each in found if each["body"]
        ]

    def findings(self) -> Sequence[str]:
        """Return what its verdict says of how the client went on after each fault."""
        found = self._http.get("verdict").raise_for_status().json()["findings"]
        return [each["title"] for each in found if each["code"] not in _NOT_OURS]

    def _post(self, what: str, body: JSON) -> None:
        self._http.post(what, json=body).raise_for_status()


def _behaviours(step: Step) -> list[JSON]:
    match step:
        case Refuse():
            return [
                {
                    "type": "fail",
                    "status": step.status,
                    "message": step.message,
                    "code": step.code,
                    "retry_after": step.retry_after,
                    "times": step.times,
                }
            ]
        case Call(calls=calls, thought=thought, after=after):
            if thought or after:
                raise NotOfferedError("it doesn't think, and calls last")
            made = [{"name": name, "arguments": given} for name, given in calls]
            return [{"type": "reply", "tool_calls": made}]
        case Say():
            reply: JSON = {"type": "reply", "text": step.text}
            if step.finish:
                reply["finish_reason"] = step.finish
            fault = "stall" if step.held else step.broken
            if not fault:
                return [reply]
            broken: JSON = {"kind": fault, "after_chunks": _BROKEN_AFTER}
            if step.held:
                broken["stall_seconds"] = step.held
            return [reply, {"type": "stream_fault", **broken}]


@contextmanager
def llmock(folder: Path) -> Iterator[Counterpart]:
    """Serve it while the block lasts.

    Args:
        folder: takes its log.

    Raises:
        ProcessError: it can't be installed, or doesn't start.
    """
    python = python_with(f"llmock-{VERSION}", f"llmock=={VERSION}")
    port = free_port()
    command: list[str | Path] = [
        *(python.with_name("llmock"), "serve", "--log-level", "warning"),
        *("--host", "127.0.0.1", "--port", str(port)),
    ]
    url = f"http://127.0.0.1:{port}"
    with running(command, folder / "llmock.log", lambda: is_listening(port)):
        yield Counterpart(
            "llmock",
            f"{url}/v1",
            "gpt-4-turbo",
            script=LlmockScript(url),
            lacks={"responses filtered": "its Responses have no filter"},
        )
