"""aimock, from npm: a server that answers with fixtures, and wants a key."""

from __future__ import annotations

import json
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from harness.counterparts.counterpart import Asked, Call, Counterpart, Refuse, Say
from harness.environments import node, node_with
from harness.processes import free_port, is_listening, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from harness.counterparts.counterpart import Step

JSON = dict[str, Any]
VERSION = "1.43.0"
_CHUNK = 4
# By then some words have come, whatever else a stream begins with.
_BROKEN_AFTER = 6
_PACE_MS = 30
_COUNTS = 123, 45
_USAGE = dict(zip(("prompt_tokens", "completion_tokens"), _COUNTS, strict=True))


class AimockScript:
    """The fixtures of aimock, used one after the other, and its journal."""

    def __init__(self, url: str, key: str) -> None:
        """Take over a server.

        Args:
            url: where it is, without a path.
            key: its key.
        """
        headers = {"authorization": f"Bearer {key}"}
        self._http = httpx.Client(
            base_url=f"{url}/__aimock", headers=headers, timeout=20
        )

    def play(self, *steps: Step) -> None:
        """Set fixtures in the place of what is there."""
        self._http.post("reset").raise_for_status()
        made = [
            _fixture(step)
            for step in steps
            for _ in range(step.times if isinstance(step, Refuse) else 1)
        ]
        fixtures = [
            {"match": {"sequenceIndex": number}, **fixture}
            for number, fixture in enumerate(made)
        ]
        added = self._http.post("fixtures", json={"fixtures": fixtures})
        added.raise_for_status()

    def asked(self) -> Sequence[Asked]:
        """Return what the journal has."""
        found = self._http.get("journal").raise_for_status().json()
        return [
            Asked(each["body"], not each["response"].get("interrupted"))
            for each in found
            if each["body"]
        ]

    def findings(self) -> Sequence[str]:
        """Return nothing: it doesn't judge."""
        return ()


def _fixture(step: Step) -> JSON:
    match step:
        case Refuse():
            error = {"message": step.message, "type": "error", "code": step.code}
            made: JSON = {"response": {"error": error, "status": step.status}}
            if step.retry_after is not None:
                made["response"]["retryAfter"] = step.retry_after
            return made
        case Call(calls=calls, thought=thought, after=after):
            asked = [
                {"name": name, "arguments": json.dumps(given)} for name, given in calls
            ]
            blocks: list[JSON] = [{"type": "toolCall", **each} for each in asked]
            blocks.append({"type": "text", "text": after})
            made = {"response": {"blocks": blocks} if after else {"toolCalls": asked}}
            if thought:
                made["response"]["reasoning"] = thought
            return {**made, "chunkSize": _CHUNK}
        case Say():
            response = {"content": step.text, "usage": _USAGE}
            made = {"response": response, "chunkSize": _CHUNK}
            if step.finish:
                made["response"]["finishReason"] = step.finish
            if step.held:
                made["latency"] = int(step.held * 1000 / _BROKEN_AFTER)
            elif step.broken == "truncate":
                made |= {"latency": _PACE_MS, "truncateAfterChunks": _BROKEN_AFTER}
            elif step.broken == "disconnect":
                late = _PACE_MS * _BROKEN_AFTER
                made |= {"latency": _PACE_MS, "disconnectAfterMs": late}
            elif step.broken == "malformed":
                made["chaos"] = {"malformedRate": 1}
            return made


@contextmanager
def aimock(folder: Path) -> Iterator[Counterpart]:
    """Serve it while the block lasts.

    Args:
        folder: takes its log and its settings.

    Raises:
        ProcessError: it can't be installed, or doesn't start.
    """
    package = node_with(f"aimock-{VERSION}", f"@copilotkit/aimock@{VERSION}")
    key = f"sk-{secrets.token_hex(16)}"
    port = free_port()
    (folder / "fixtures.json").write_text('{"fixtures": []}', "utf-8")
    settings = folder / "aimock.json"
    llm = {"fixtures": str(folder / "fixtures.json"), "logLevel": "warn"}
    settings.write_text(json.dumps({"auth": {"apiKeys": [key]}, "llm": llm}), "utf-8")
    command: list[str | Path] = [
        *(node(), package / "dist" / "aimock-cli.js", "--config", settings),
        *("--host", "127.0.0.1", "--port", str(port)),
    ]
    url = f"http://127.0.0.1:{port}"
    with running(command, folder / "aimock.log", lambda: is_listening(port)):
        script = AimockScript(url, key)
        yield Counterpart(
            "aimock",
            f"{url}/v1",
            "gpt-4o",
            key,
            script,
            lists="gpt-4",
            counts=_COUNTS,
            lacks={
                "cancelled": "it doesn't notice who hangs up",
                "responses images": "its journal leaves images out",
            },
        )
