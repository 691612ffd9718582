"""Requests that come again with their key: they are answered again, not done again."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from .http_errors import Refusal, shown
from .resources import Answer
from .stored_responses import Kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from .stored_responses import Answers
    from .validation import Call

HEADER = "Idempotency-Key"
REPLAYED = "idempotent-replayed"
"""The header of an answer that is given again."""
LONGEST = 255
"""How many characters a key may have."""


def once(answers: Answers, call: Call, act: Callable[[Call], Answer]) -> Answer:
    """Carry out a call, or give the answer that the same call got before.

    Acting is one step that nothing comes between, so a request never finds another
    with its key in progress. Only what was carried out is kept: a refusal has changed
    nothing, and what is wrong may be put right before the request comes again.

    Args:
        answers: those that were given.
        call: the call; its key counts where it may create or change something.
        act: carries it out.

    Raises:
        Refusal: the key can't be one, belongs to another request, or to a stream.
    """
    key = _key_of(call)
    if key is None:
        return act(call)
    request = _fingerprint(call)
    kept = answers.get(key)
    if kept is None:
        answer = act(call)
        streamed = answer.listener is not None
        answers.keep(key, Kept(request, answer.body, answer.headers, streamed))
        return answer
    if kept.request != request:
        message = (
            f"The {HEADER} {shown(key)} came with another request before; a new "
            "request needs a new key."
        )
        raise _refusal(422, message, "idempotency_key_reused")
    if kept.streamed:
        raise _stream_is_gone(key, kept.body)
    return Answer(kept.body, {**kept.headers, REPLAYED: "true"})


def _stream_is_gone(key: str, run: dict[str, Any]) -> Refusal:
    """Refuse to stream again.

    Events are kept for nobody: they have gone to who asked first, who perhaps still
    listens. To let another run begin is what the key forbids, so the run is named,
    which can be followed by reading it; to ask a third time would not help.
    """
    message = (
        f"The {HEADER} {shown(key)} has begun a stream of {run['id']} in "
        f"{run['thread_id']}, whose events are not given again; retrieve the run."
    )
    headers = {"x-should-retry": "false"}
    return _refusal(409, message, "idempotent_stream", headers)


def _key_of(call: Call) -> str | None:
    key = call.headers.get(HEADER.lower())
    if key is None or call.operation.method != "POST":
        return None
    if not 1 <= len(key) <= LONGEST:
        message = (
            f"Invalid header {HEADER}: expected 1 to {LONGEST} characters, found "
            f"{len(key)}."
        )
        raise _refusal(400, message, "invalid_value")
    return key


def _refusal(
    status: int, message: str, code: str, headers: dict[str, str] | None = None
) -> Refusal:
    return Refusal(status, message, param=HEADER, code=code, headers=headers)


def _fingerprint(call: Call) -> str:
    """Give what two requests have in common that ask for the same."""
    asked = [
        *(call.operation.method, call.operation.path),
        *(dict(call.path), call.query, call.body),
    ]
    text = json.dumps(asked, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
