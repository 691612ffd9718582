"""The context of a turn: what an engine gets from the store, and its tokens."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ..contract.objects import is_function_step
from ..engines.interface import FunctionOutput, PastTurn, Turn, TurnFile, text_of
from ..engines.scripted import parse_script
from ..portions import Portions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from ..contents.loans import Loans
    from ..store import Store
    from .run_record import RunRecord

JSON = dict[str, Any]
MOST_MESSAGES = 10_000
"""How many messages a turn has at most, whatever the truncation strategy allows."""
_CHARACTERS_OF_TOKEN = 4


class TurnContext(NamedTuple):
    """A turn, and an estimate of the tokens that the engine reads in it."""

    turn: Turn
    prompt: int


async def next_turn(store: Store, loans: Loans, record: RunRecord) -> TurnContext:
    """Return the turn that a run takes next.

    Args:
        store: where its messages and steps are.
        loans: fetches the contents of files.
        record: the run.
    """
    begin = partial(_beginning, store, record)
    run, past, read, written = await store.perform(begin)
    room = _left(run["max_prompt_tokens"], read)
    outputs = tuple(output for turn in past for output in turn.calls)
    base = tokens(run["instructions"]) + sum(tokens(each.output) for each in outputs)
    messages, said = await _selected(store, run, None if room is None else room - base)
    prompt = base + said

    def turn() -> Turn:
        code_files = _code_files(store, run, messages)
        return Turn(
            run=run,
            messages=messages,
            number=len(past),
            outputs=outputs,
            script=parse_script(record.script) if record.script else (),
            vector_stores=vector_stores_of(store, run),
            past=past,
            state=record.state,
            files=_files(store, loans, code_files, messages),
            code_files=code_files,
            completion_room=_left(run["max_completion_tokens"], written),
            prompt_room=_left(room, prompt),
        )

    return TurnContext(await store.perform(turn), prompt)


def _beginning(
    store: Store, record: RunRecord
) -> tuple[JSON, tuple[PastTurn, ...], int, int]:
    """Return a run, its past turns, and the tokens that it has read and written."""
    read, written, _ = record.tokens_used()
    return record.run(), tuple(_past(store, record)), read, written


def vector_stores_of(store: Store, run: JSON) -> tuple[str, ...]:
    """Return the vector stores that a run searches: its assistant's and its thread's.

    Args:
        store: where all of them are.
        run: the run.
    """
    return _resources(store, run, "file_search", "vector_store_ids")


def tokens(text: str) -> int:
    """Return an estimate of the tokens of a text: one for four characters."""
    return -(-len(text) // _CHARACTERS_OF_TOKEN)


def _left(limit: int | None, used: int) -> int | None:
    return None if limit is None else limit - used


def _past(store: Store, record: RunRecord) -> Iterator[PastTurn]:
    """Yield the turns that ended with calls whose outputs were submitted."""
    texts: list[str] = []
    for step in record.steps():
        if step["status"] != "completed":
            continue
        if is_function_step(step):
            ids = store.notes(step["id"]).get("ids", {})
            calls = [
                FunctionOutput(**call["function"], id=ids.get(call["id"], call["id"]))
                for call in step["step_details"]["tool_calls"]
            ]
            yield PastTurn("\n".join(texts), tuple(calls))
            texts = []
        elif creation := step["step_details"].get("message_creation"):
            id = creation["message_id"]  # noqa: A001 - for its type
            message = store.get("message", id, thread=record.thread)
            texts += [text_of(message)] if message else []


async def _selected(
    store: Store, run: JSON, room: int | None
) -> tuple[list[JSON], int]:
    """Return the messages that the truncation strategy selects, and their tokens.

    No more is read than fits: a thread may have 100,000 messages.
    """
    thread, strategy = run["thread_id"], run["truncation_strategy"]
    if strategy["type"] != "last_messages":
        return await _from_both_ends(store, thread, room)
    found: list[JSON] = []
    said = 0
    async for message in _complete(store, thread, newest_first=True):
        said += tokens(text_of(message))
        found.append(message)
        if len(found) >= min(strategy["last_messages"], MOST_MESSAGES):
            break
    return found[::-1], said


async def _from_both_ends(
    store: Store, thread: str, room: int | None
) -> tuple[list[JSON], int]:
    """Return the first and the last messages that fit, at least the last one.

    What is left out is in the middle; of two that fit only one by one, the older one.
    """
    sides = (_complete(store, thread, newest_first=True), _complete(store, thread))
    last: list[JSON] = []
    first: list[JSON] = []
    taken: set[str] = set()
    said = 0
    while True:
        for side, kept in zip(sides, (last, first), strict=True):
            message = await anext(side, None)
            if message is None or message["id"] in taken:
                return [*first, *last[::-1]], said
            cost = tokens(text_of(message))
            too_long = room is not None and said + cost > room
            if len(taken) == MOST_MESSAGES or (taken and too_long):
                return [*first, *last[::-1]], said
            said += cost
            taken.add(message["id"])
            kept.append(message)


async def _complete(
    store: Store, thread: str, *, newest_first: bool = False
) -> AsyncIterator[JSON]:
    """Yield the complete messages of a thread, in portions."""
    edge: int | None = None
    portions = Portions()
    while True:
        read = partial(
            store.page,
            "message",
            thread=thread,
            above=-1 if edge is None or newest_first else edge,
            below=edge if newest_first else None,
            newest_first=newest_first,
            limit=portions.size,
        )
        page = await store.perform(read)
        for message in page.objects:
            if message["status"] == "completed":
                yield message
        if not page.has_more:
            return
        last = page.objects[-1]["id"]
        position = partial(store.position, "message", last, thread=thread)
        edge = await store.perform(position)
        await portions.pause()


def _code_files(store: Store, run: JSON, messages: Iterable[JSON]) -> tuple[str, ...]:
    """Return the files that the code interpreter may read, by id."""
    ids = dict.fromkeys(_resources(store, run, "code_interpreter", "file_ids"))
    for message in messages:
        for each in message["attachments"]:
            tools = each.get("tools") or ()
            if each.get("file_id") and any(
                tool["type"] == "code_interpreter" for tool in tools
            ):
                ids[each["file_id"]] = None
    return tuple(ids)


def _files(
    store: Store,
    loans: Loans,
    code_files: Iterable[str],
    messages: Iterable[JSON],
) -> dict[str, TurnFile]:
    """Return the files that messages and tools refer to, by id."""
    ids: dict[str | None, None] = dict.fromkeys(code_files)
    for message in messages:
        for part in message["content"]:
            if part["type"] == "image_file":
                ids[part["image_file"]["file_id"]] = None
        for each in message["attachments"]:
            ids[each.get("file_id")] = None
    every = (store.get("file", each) for each in ids if each)
    found = [file for file in every if file]
    store.uses.note([file["id"] for file in found])
    return {
        file["id"]: TurnFile(
            *(file["id"], file["filename"], file["bytes"]),
            source=partial(loans.path, file["id"]),
        )
        for file in found
        # An imported one may have come without its content.
        if file["status"] != "error"
    }


def _resources(store: Store, run: JSON, tool: str, name: str) -> tuple[str, ...]:
    """Return ids of the tool resources of a run's assistant and thread."""
    owners = (
        store.get("assistant", run["assistant_id"]),
        store.get("thread", run["thread_id"]),
    )
    ids = [
        each
        for owner in owners
        if owner
        for each in ((owner["tool_resources"] or {}).get(tool) or {}).get(name, ())
    ]
    return tuple(dict.fromkeys(ids))
