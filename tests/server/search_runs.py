"""Runs that search two small files, and what comes of them, for either client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import Client
from tests.server.openai_clients import KEY, client_of

if TYPE_CHECKING:
    from assistants_server import LocalServer

TIDES = (
    b"# Tides\n\nHigh water at Hull is at noon. The range is four metres in spring.\n"
)
BREAD = b"Bread is baked with flour and salt. The oven has to be hot.\n"
QUESTION = "When is high water at Hull?"


def our_client_of(server: LocalServer) -> Client:
    """Return our client of a server."""
    return Client(base_url=server.url, api_key=KEY, verbosity=0)


BOTH = [pytest.param(client_of, id="openai"), pytest.param(our_client_of, id="ours")]
"""What makes the clients."""


def files_of(client: Any) -> dict[str, str]:
    """Upload the files, and return their ids by their names."""
    contents = {"tides.md": TIDES, "bread.txt": BREAD}
    return {
        name: client.files.create(file=(name, content), purpose="assistants").id
        for name, content in contents.items()
    }


def store_of(client: Any, files: dict[str, str]) -> str:
    """Make a vector store of files, and return its id."""
    id: str = client.vector_stores.create(file_ids=[*files.values()]).id  # noqa: A001
    return id


def assistant_of(client: Any, store: str, **settings: Any) -> str:
    """Make an assistant that searches a vector store, and return its id."""
    made = client.beta.assistants.create(
        model="gpt-4o-mini",
        tool_resources={"file_search": {"vector_store_ids": [store]}},
        **{"tools": [{"type": "file_search"}], **settings},
    )
    id: str = made.id  # noqa: A001 - for its type
    return id


def thread_of(client: Any, question: str = QUESTION) -> str:
    """Make a thread that asks a question, and return its id."""
    message = {"role": "user", "content": question}
    id: str = client.beta.threads.create(messages=[message]).id  # noqa: A001
    return id


def run_of(
    client: Any,
    assistant: str,
    question: str = QUESTION,
    *,
    thread: str | None = None,
    **settings: Any,
) -> Any:
    """Return a run that answers a question, when it has ended."""
    return client.beta.threads.runs.create_and_poll(
        thread_id=thread or thread_of(client, question),
        assistant_id=assistant,
        poll_interval_ms=10,
        **settings,
    )


def texts_of(client: Any, run: Any) -> list[Any]:
    """Return the texts that a run wrote."""
    assert run.status == "completed", run.last_error
    messages = client.beta.threads.messages.list(run.thread_id, run_id=run.id)
    return [part.text for message in messages for part in message.content]


def steps_of(client: Any, run: Any, include: Any) -> list[Any]:
    """Return the steps of a run, oldest first."""
    asked = {"include": include} if include else {}
    steps = client.beta.threads.runs.steps.list(
        run.id, thread_id=run.thread_id, order="asc", **asked
    )
    return [*steps]
