"""Parts of messages and tool calls, and the deltas that add up to them."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from assistants_client._events.parse import ParsedEvent

Json = dict[str, Any]
Draw = Any

MESSAGE, STEP = "thread.message", "thread.run.step"
PARTS = {MESSAGE: "content", STEP: "step_details"}
texts = st.text(max_size=12)
ids = st.text("abc123", min_size=1, max_size=6)


def split(draw: Draw, text: str) -> list[str]:
    """Cut a text anywhere, into pieces that may be empty."""
    cuts = draw(st.lists(st.integers(0, len(text)), max_size=4).map(sorted))
    ends = [0, *cuts, len(text)]
    return [text[a:b] for a, b in pairwise(ends)]


def annotation(kind: str, **of_kind: Any) -> st.SearchStrategy[Json]:
    """Make annotations of a kind."""
    return st.fixed_dictionaries(
        {
            "type": st.just(kind),
            "text": texts,
            "start_index": st.integers(0, 9),
            "end_index": st.integers(0, 9),
            kind: st.fixed_dictionaries({"file_id": ids}),
        }
    )


notes: st.SearchStrategy[Json] = annotation("file_citation") | annotation("file_path")


@st.composite
def text_part(draw: Draw) -> tuple[Json, list[Json]]:
    """Return a text with annotations, and deltas that add up to it."""
    value, noted = draw(texts), draw(st.lists(notes, max_size=3))
    deltas: list[Json] = [{"text": {"value": piece}} for piece in split(draw, value)]
    for index, each in enumerate(noted):
        deltas.append({"text": {"annotations": [{"index": index, **each}]}})
    # Begun as servers do; what grows and what is noted then come in any order.
    order = _merged(
        draw, [deltas[: -len(noted) or None], deltas[len(deltas) - len(noted) :]]
    )
    begun: Json = {"type": "text", "text": {"value": "", "annotations": []}}
    return (
        {"type": "text", "text": {"value": value, "annotations": noted}},
        [begun, *order],
    )


@st.composite
def refusal_part(draw: Draw) -> tuple[Json, list[Json]]:
    """Return a refusal, and deltas that add up to it."""
    value = draw(texts)
    pieces: list[Json] = [{"refusal": piece} for piece in split(draw, value)]
    begun: Json = {"type": "refusal", "refusal": ""}
    return {"type": "refusal", "refusal": value}, [begun, *pieces]


@st.composite
def image_part(draw: Draw) -> tuple[Json, list[Json]]:
    """Return an image, which comes as a whole."""
    kind, name = draw(
        st.sampled_from([("image_file", "file_id"), ("image_url", "url")])
    )
    whole = {"type": kind, kind: {name: draw(ids), "detail": "auto"}}
    return whole, [copy.deepcopy(whole)]


@st.composite
def function_call(draw: Draw) -> tuple[Json, list[Json]]:
    """Return a call of a function, and deltas that add up to it."""
    name, key, arguments = draw(ids), draw(ids), draw(texts)
    output = draw(st.none() | texts)
    begun = {"name": name, "arguments": "", "output": None}
    deltas: list[Json] = [{"id": key, "type": "function", "function": begun}]
    deltas += [{"function": {"arguments": each}} for each in split(draw, arguments)]
    if output is not None:
        deltas.append({"function": {"output": output}})
    whole = {"name": name, "arguments": arguments, "output": output}
    return {"id": key, "type": "function", "function": whole}, deltas


@st.composite
def code_call(draw: Draw) -> tuple[Json, list[Json]]:
    """Return a use of the code interpreter, and deltas that add up to it."""
    key, code = draw(ids), draw(texts)
    outputs: list[Json] = []
    grow: list[list[Json]] = [
        [{"code_interpreter": {"input": each}} for each in split(draw, code)]
    ]
    for index, kind in enumerate(
        draw(st.lists(st.sampled_from(["logs", "image"]), max_size=3))
    ):
        at: Json = {"index": index, "type": kind}
        if kind == "logs":
            logs = draw(texts)
            outputs.append({"type": "logs", "logs": logs})
            given: list[Json] = [{**at, "logs": each} for each in split(draw, logs)]
        else:
            image = {"file_id": draw(ids)}
            outputs.append({"type": "image", "image": image})
            given = [{**at, "image": image}]
        grow.append([{"code_interpreter": {"outputs": [each]}} for each in given])
    begun: Json = {"input": "", "outputs": []}
    kind = "code_interpreter"
    return (
        {"id": key, "type": kind, kind: {"input": code, "outputs": outputs}},
        [{"id": key, "type": kind, kind: begun}, *_merged(draw, grow)],
    )


@st.composite
def file_search(draw: Draw) -> tuple[Json, list[Json]]:
    """Return a search, whose results come at once."""
    key = draw(ids)
    found = st.fixed_dictionaries(
        {
            "file_id": ids,
            "file_name": ids,
            "score": st.floats(0, 1),
            "content": st.lists(
                st.fixed_dictionaries({"type": st.just("text"), "text": texts}),
                max_size=2,
            ),
        }
    )
    whole = {
        "ranking_options": {"ranker": "auto", "score_threshold": draw(st.floats(0, 1))},
        "results": draw(st.lists(found, max_size=2)),
    }
    begun: Json = {"id": key, "type": "file_search", "file_search": {}}
    return {**begun, "file_search": whole}, [begun, {"file_search": whole}]


def _merged(draw: Draw, queues: list[list[Json]]) -> list[Json]:
    """Put pieces of several things in one order, that of each thing kept."""
    left = [[*each] for each in queues if each]
    found = []
    while left:
        queue = draw(st.sampled_from(left)) if len(left) > 1 else left[0]
        found.append(queue.pop(0))
        left = [each for each in left if each]
    return found


def noisy(draw: Draw, piece: Json, whole: Json, index: int) -> Json:
    """Return a piece with its index, and what servers repeat or leave null."""
    found = {"index": index, **copy.deepcopy(piece)}
    for name in ("id", "type"):
        how = draw(st.sampled_from(["as it is", "again", "null"]))
        if name in whole and name not in piece and how != "as it is":
            found[name] = whole[name] if how == "again" else None
    inner = found.get(whole["type"])
    if isinstance(inner, dict) and draw(st.booleans()):
        for name in whole[whole["type"]]:
            inner.setdefault(name, None)
    if draw(st.booleans()):
        found = dict(reversed(found.items()))
    return found


def all_of(kind: str, items: list[Json]) -> Any:
    return items if kind == MESSAGE else {"type": "tool_calls", "tool_calls": items}


def growing(kind: str, delta: Json) -> ParsedEvent:
    name = f"{kind}.delta"
    return ParsedEvent(name, {"id": "x_1", "object": name, "delta": delta})
