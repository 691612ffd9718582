"""Fuzzing streams: events typed, then an end, or an error of ours; nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import httpx

from harness.contract.document import PREFIX
from harness.fuzz.bench import Body, same
from harness.fuzz.mutations import instance, spoil, written
from harness.fuzz.runner import halves, text
from harness.fuzz.stream_faults import split, told
from harness.fuzz.stream_use import follow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from harness.fuzz.bench import Bench
    from harness.fuzz.runner import Case

ENDS: Final[dict[str, Exception | None]] = {
    "whole": None,
    "reset": httpx.ReadError("the connection was reset"),
    "late": httpx.ReadTimeout("nothing came"),
    "short": httpx.RemoteProtocolError("the body is shorter than it was to be"),
}
_WAYS = ("plain", "plain", "handler", "handler", "texts", "tools", "resume", "submit")
_TYPES = ("text/event-stream",) * 12 + (
    *("text/event-stream; charset=utf-8", "", "application/octet-stream", "text/plain"),
    *("application/json", "text/html; charset=hex", "text/event-stream; charset=hex"),
)
# What is asked for besides the stream, where that breaks off.
_ASKED = ("RunObject", "ListRunStepsResponse", "ListMessagesResponse")


class Streams:
    """The target: streams of one run, and what is answered where they break off."""

    name = "streams"

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def make(self, rng: Random) -> Case:
        """Make streams that were right before something was done to them."""
        way = rng.choice(_WAYS)
        streams = [
            {
                "pieces": [text(piece) for piece in split(rng, told(rng))],
                "end": rng.choice(("whole", "whole", *ENDS)),
            }
            for _ in range(rng.randrange(1, 4) if way == "tools" else 1)
        ]
        return {
            "way": way,
            "asynchronous": rng.random() < 0.4,
            "type": rng.choice(_TYPES),
            "streams": streams,
            "more": [text(_other(rng, each)) for each in _ASKED],
        }

    def smaller(self, case: Case) -> Iterator[Case]:
        """Leave out streams, or parts of one, which then comes as a whole."""
        simpler: tuple[Case, ...]
        simpler = ({"asynchronous": False}, {"more": []}, {"way": "plain"})
        for simple in simpler:
            if not simple.items() <= case.items():
                yield {**case, **simple}
        for at, other in enumerate(case["more"]):
            if other != "{}":
                more = [*case["more"]]
                more[at] = "{}"
                yield {**case, "more": more}
        for at, stream in enumerate(case["streams"]):
            rest = [*case["streams"]]
            del rest[at]
            if rest:
                yield {**case, "streams": rest}
            whole = "".join(stream["pieces"])
            others = [[whole]] if len(stream["pieces"]) > 1 else []
            frames = whole.split("\n\n")
            if len(frames) > 2:
                others += [
                    ["\n\n".join(frames[:i] + frames[i + 1 :])]
                    for i in range(len(frames))
                ]
            else:
                others += [[each] for each in halves(whole)]
            for pieces in others:
                changed = [*case["streams"]]
                changed[at] = {**stream, "pieces": pieces}
                yield {**case, "streams": changed}

    def judge(self, case: Case) -> str:
        """Follow the streams in the one way, and then by the other kind of client.

        That one gets them in one piece, and must come to the same.
        """
        outcome, log = self._followed(case)
        whole = [
            {**each, "pieces": ["".join(each["pieces"])]} for each in case["streams"]
        ]
        other = {**case, "streams": whole, "asynchronous": not case["asynchronous"]}
        again, told_again = self._followed(other)
        assert again == outcome, f"in one piece it is {again}, else {outcome}"
        assert same(told_again, log), f"{told_again!s:.300} is not {log!s:.300}"
        return outcome

    def _followed(self, case: Case) -> tuple[str, list[Any]]:
        streams, more = iter(case["streams"]), iter(case["more"])

        def answer(request: httpx.Request) -> httpx.Response:
            headers = {"openai-poll-after-ms": "1", "x-request-id": "req_1"}
            if "event-stream" in request.headers["accept"]:
                stream = next(streams, None)
                if stream is not None:
                    pieces = [each.encode("latin-1") for each in stream["pieces"]]
                    if case["type"]:
                        headers["content-type"] = case["type"]
                    body = Body(pieces, ENDS[stream["end"]])
                    return httpx.Response(200, headers=headers, stream=body)
            content = next(more, None)
            if content is None or request.method != "GET":
                return httpx.Response(404, json={"error": {"message": "It is gone."}})
            reply = content.encode("latin-1")
            return httpx.Response(200, headers=headers, stream=Body([reply]))

        self._bench.answer = answer
        asynchronous = case["asynchronous"]
        client = self._bench.client(asynchronous=asynchronous)
        log: list[Any] = []
        use = follow(client, case, log)
        kind = self._bench.run(use, asynchronous=asynchronous)
        return f"{case['way']}: {kind}", log


def _other(rng: Random, schema: str) -> bytes:
    value = instance(rng, {"$ref": f"{PREFIX}{schema}"})
    if schema == "RunObject":
        ended = ("completed", "failed", "requires_action", "in_progress", "napping")
        value["status"] = rng.choice(ended)
    for _ in range(rng.choice((0, 0, 1, 2, 5))):
        value = spoil(rng, value)
    return written(value).encode("utf-8", "surrogatepass")
