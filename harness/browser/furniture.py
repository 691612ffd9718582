"""What the page shows: made by our client, as an application would make it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.browser.hostile import DIRECTIONS, IMAGES, MARKUP, QUESTIONS
from harness.browser.picture import curve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistants_client import Client

MANY_MESSAGES = 1000
_TIDES = """\
Tides at Hull, written down at Alexandra Dock.

The highest water of the year was measured on 14 March: 7.2 m, after two days of wind
from the north-east. The gates were closed an hour before.

The lowest water was measured on 2 October: 0.4 m. Two boats lay dry until the evening.

On most days the water rises by five metres, and turns later than the day before.
"""
_BOATS = """\
# Boats

The *Ada* draws 2.1 m and needs the highest water of the tide to cross the bar.
The *Grace* draws 1.2 m and may leave at any time.
"""
_STATIONS = "harbour,height\nHull,7.2\nWhitby,5.8\nDover,6.9\n"
_FUNCTIONS = {
    "tide": (
        "Look up the height of the water.",
        {"harbour": "string", "day": "string"},
    ),
    "wind": ("Look up the wind.", {"harbour": "string"}),
}


def furnish(client: Client) -> dict[str, Any]:
    """Make assistants, files, threads and runs; return the ids that tests need."""
    ids = _hostile(client) | {"many_thread": _many(client)}
    ids |= _files(client)
    ids |= _assistants(client, ids)
    ids |= _conversation(client, ids)
    for name, question in {
        "waiting": "How high is the tide in Hull, and is there wind?",
        "failed": "What does the gauge say?",
        "incomplete": "Give me the list of all tides.",
        "steps": "Take two hundred steps.",
    }.items():
        ids |= _asked(client, ids["pilot"], name, question)
    return ids


def _hostile(client: Client) -> dict[str, Any]:
    """Put hostile texts wherever users and models may put texts."""
    metadata = {MARKUP[:64]: MARKUP[:512], "j": "javascript:harmed=1", "d": DIRECTIONS}
    file = _upload(client, "HOSTILE<img src=x onerror=harmed=1>.html", MARKUP.encode())
    store = client.vector_stores.create(
        name=f"HOSTILE {MARKUP[:200]}", file_ids=[file], metadata=metadata
    )
    assistant = client.assistants.create(
        model="gpt-4o<img src=x onerror=harmed=1>",
        name=f"HOSTILE {MARKUP[:240]}",
        description=MARKUP[:500],
        instructions=MARKUP,
        metadata=metadata,
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store.id]}},
    )
    thread = client.threads.create(metadata=metadata)
    images: Any = [{"type": "image_url", "image_url": {"url": url}} for url in IMAGES]
    client.threads.messages.create(thread, role="user", content=images)
    runs = []
    for question in (*QUESTIONS, "HOSTILE refuse", "HOSTILE fail"):
        client.threads.messages.create(
            thread, role="user", content=question, metadata=metadata
        )
        run = client.threads.runs.create_and_poll(
            thread_id=thread, assistant_id=assistant, metadata=metadata
        )
        runs.append(run.id)
    caller = client.assistants.create(
        model="gpt-4o-mini",
        name=f"HOSTILE {MARKUP[:100]}",
        tools=[{"type": "function", "function": {"name": "HOSTILE_onload"}}],
    )
    waiting = _asked(client, caller.id, "hostile_waiting", f"HOSTILE {MARKUP}")
    return waiting | {
        "hostile_assistant": assistant.id,
        "hostile_thread": thread.id,
        "hostile_runs": runs,
        "hostile_store": store.id,
        "hostile_file": file,
    }


def _many(client: Client) -> str:
    """Make a thread of many messages, half of them said to be the assistant's."""
    messages: Any = [*_texts(MANY_MESSAGES)]
    return client.threads.create(messages=messages).id


def _texts(count: int) -> Iterable[dict[str, str]]:
    for number in range(1, count + 1):
        role = "user" if number % 2 else "assistant"
        text = f"Message {number}. " + "The water rises and falls. " * (number % 7)
        yield {"role": role, "content": text}


def _files(client: Client) -> dict[str, Any]:
    tides = _upload(client, "tides-2026.txt", _TIDES.encode())
    boats = _upload(client, "boats.md", _BOATS.encode())
    _upload(client, "stations.csv", _STATIONS.encode())
    # Nothing that anybody could search in.
    noise = _upload(client, "noise.bin", bytes(range(256)) * 8)
    picture = client.files.create(
        file=("curve.png", curve(), "image/png"), purpose="vision"
    )
    store = client.vector_stores.create(
        name="Harbour books", file_ids=[tides, boats, noise], metadata={"year": "2026"}
    )
    client.vector_stores.create(name="Nothing yet")
    return {
        "tides": tides,
        "boats": boats,
        "noise": noise,
        "picture": picture.id,
        "store": store.id,
    }


def _upload(client: Client, name: str, content: bytes) -> str:
    return client.files.create(file=(name, content), purpose="assistants").id


def _assistants(client: Client, ids: dict[str, Any]) -> dict[str, Any]:
    clerk = client.assistants.create(
        model="gpt-4o-mini",
        name="Clerk",
        description="Knows the harbour's books.",
        instructions="Answer from the books, and say where it stands.",
        tools=[{"type": "file_search"}, {"type": "code_interpreter"}],
        tool_resources={"file_search": {"vector_store_ids": [ids["store"]]}},
        metadata={"team": "harbour"},
    )
    pilot = client.assistants.create(
        model="gpt-4o",
        name="Pilot",
        description="Asks for tides and wind.",
        instructions="Call the functions.",
        tools=[_function(name) for name in _FUNCTIONS],
    )
    client.assistants.create(model="gpt-4o-mini")
    return {"clerk": clerk.id, "pilot": pilot.id}


def _function(name: str) -> Any:
    description, arguments = _FUNCTIONS[name]
    properties = {key: {"type": kind} for key, kind in arguments.items()}
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": description,
            "parameters": {"type": "object", "properties": properties},
        },
    }


def _conversation(client: Client, ids: dict[str, Any]) -> dict[str, Any]:
    """Make a thread with citations, pictures and a refusal."""
    thread = client.threads.create(metadata={"boat": "Ada"})
    runs = []
    picture = {"type": "image_file", "image_file": {"file_id": ids["picture"]}}
    contents: tuple[Any, ...] = (
        "When was the highest water, and how high was it?",
        [{"type": "text", "text": "Draw the curve of this day."}, picture],
        "Can you move the boat of my neighbour?",
    )
    for content in contents:
        client.threads.messages.create(thread, role="user", content=content)
        run: Any = client.threads.runs.create(thread, assistant_id=ids["clerk"])
        runs.append(run.wait().id)
    return {
        "thread": thread.id,
        "run": runs[0],
        "drawing": runs[1],
        "refusing": runs[2],
    }


def _asked(client: Client, assistant: str, name: str, question: str) -> dict[str, Any]:
    """Ask a question in a thread of its own, and wait until the run stops."""
    run = client.threads.create_and_run_poll(
        assistant_id=assistant,
        thread={"messages": [{"role": "user", "content": question}]},
    )
    return {name: run.id, f"{name}_thread": run.thread_id}
