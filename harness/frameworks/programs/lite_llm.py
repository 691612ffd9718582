"""LiteLLM: its functions for assistants, with a client that is given to them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from harness.frameworks.programs.common import MODEL, Clients, expect, run

litellm: Any = import_module("litellm")
OPENAI = "openai"


def functions(clients: Clients) -> None:
    """Ask, plainly."""
    given = {"custom_llm_provider": OPENAI, "client": clients.plain}
    assistant = litellm.create_assistants(**given, model=MODEL, name="Ada")
    thread = litellm.create_thread(**given)
    litellm.add_message(**given, thread_id=thread.id, role="user", content="Good day!")
    done = litellm.run_thread(
        **given, thread_id=thread.id, assistant_id=assistant.id, stream=False
    )
    assert done.status == "completed"
    found = litellm.get_messages(**given, thread_id=thread.id)
    expect(found.data[0].content[0].text.value, "Good day!")
    assert litellm.get_thread(**given, thread_id=thread.id).id == thread.id
    assert assistant.id in [each.id for each in litellm.get_assistants(**given).data]


async def asynchronous(clients: Clients) -> None:
    """Ask, awaiting each."""
    given = {"custom_llm_provider": OPENAI, "client": clients.asynchronous}
    assistant = clients.plain.beta.assistants.create(model=MODEL)
    thread = await litellm.acreate_thread(**given)
    await litellm.a_add_message(
        **given, thread_id=thread.id, role="user", content="Good day!"
    )
    done = await litellm.arun_thread(
        **given, thread_id=thread.id, assistant_id=assistant.id, stream=False
    )
    assert done.status == "completed"
    found = await litellm.aget_messages(**given, thread_id=thread.id)
    expect(found.data[0].content[0].text.value, "Good day!")


def streamed(clients: Clients) -> None:
    """Read the text of a stream."""
    given = {"custom_llm_provider": OPENAI, "client": clients.plain}
    assistant = clients.plain.beta.assistants.create(model=MODEL)
    thread = clients.plain.beta.threads.create(
        messages=[{"role": "user", "content": "Good day!"}]
    )
    manager = litellm.run_thread(
        **given, thread_id=thread.id, assistant_id=assistant.id, stream=True
    )
    with manager as stream:
        expect("".join(stream.text_deltas), "Good day!")


if __name__ == "__main__":
    run(functions, asynchronous, streamed)
