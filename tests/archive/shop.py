"""A server with one of everything, and archives of it."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistants_archive import Archive, lines_of, value_of
from assistants_cli.archive import Export, Selection
from assistants_client import Client
from assistants_server import LocalServer, ToolCall, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistants_cli.archive import Outcome

KEY = "sk-secret-of-the-tests"
TEXT = b"The lighthouse of Hog Island is 98 m high."
_FUNCTION = {"name": "add", "parameters": {"type": "object", "properties": {}}}


def engine(turn: Turn) -> Iterator[Any]:
    """Call a function if there is one, else search and answer."""
    if turn.functions and not turn.outputs:
        yield ToolCall("add", {})
    else:
        yield f"You said: {turn.question}"


@dataclass(frozen=True)
class Shop:
    """A server, a client of it, and the ids of what it has.

    Attributes:
        threads: one with runs that ended, one whose run waits, an empty one.
        batch: the ids of a vector store and a batch in it.
    """

    server: LocalServer
    client: Client
    threads: tuple[str, ...]
    assistant: str
    vector_store: str
    batch: tuple[str, str]
    file: str

    @property
    def everything(self) -> Selection:
        return Selection(threads=self.threads, batches=(self.batch,))

    def export(self, folder: Path, selection: Selection | None = None) -> Outcome:
        return Export(self.client, folder, selection or self.everything, jobs=1).run()


def opened(server: LocalServer, *, key: str = KEY) -> Shop:
    """Put one of everything into a server."""
    client = Client(base_url=server.url, api_key=key)
    stores = client.vector_stores
    store = stores.create(name="Lights", metadata={"a": "b"})
    upload = client.files.create(file=("../lights.txt", TEXT), purpose="assistants")
    batch = stores.file_batches.create_and_poll(
        vector_store_id=store.id, file_ids=[upload.id], attributes={"x": 1.5}
    )
    assistant = client.assistants.create(
        model="m",
        name="Keeper",
        tools=[{"type": "file_search"}, {"type": "function", "function": _FUNCTION}],
        tool_resources={"file_search": {"vector_store_ids": [store.id]}},
    )
    threads = [client.threads.create(metadata={"n": str(n)}).id for n in range(3)]
    whole, waiting, _ = (str(each) for each in threads)
    messages = client.threads.messages
    attached: Any = {"file_id": upload.id, "tools": [{"type": "code_interpreter"}]}
    messages.create(
        whole, role="user", content="How high is it? é\u2028", attachments=[attached]
    )
    picture = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    messages.create(whole, role="user", content=[picture])
    run = client.threads.runs.create_and_poll(
        thread_id=whole, assistant_id=assistant.id
    )
    assert run.required_action
    call = run.required_action.submit_tool_outputs.tool_calls[0]
    client.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id,
        thread_id=whole,
        tool_outputs=[{"tool_call_id": call.id, "output": "2"}],
    )
    messages.create(waiting, role="user", content="And this one?")
    client.threads.runs.create_and_poll(thread_id=waiting, assistant_id=assistant.id)
    return Shop(
        server,
        client,
        tuple(str(each) for each in threads),
        str(assistant.id),
        str(store.id),
        (str(store.id), str(batch.id)),
        str(upload.id),
    )


def objects(folder: Path) -> dict[str, list[Any]]:
    """Return the objects of an archive by their kinds, in order."""
    archive = Archive(folder)
    found: dict[str, list[Any]] = defaultdict(list)
    for entry in archive.entries():
        for stored in entry.files[:1]:
            with archive.open(stored) as file:
                for line in lines_of(file):
                    found[line.kind].append(value_of(line.raw))
    return dict(found)


def tree(folder: Path) -> dict[str, bytes]:
    """Return all files of an archive but the manifest, which has times in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


def problems(folder: Path) -> list[Any]:
    """Return what errors.ndjson says."""
    text = (folder / "errors.ndjson").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]
