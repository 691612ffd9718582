"""What is done with what was read: pages are gone through, live objects used."""

from __future__ import annotations

from typing import Any

from assistants_client import AssistantsError, ToolSet
from assistants_client.pages import NoNextPageError
from harness.either_client import settled
from harness.fuzz.bench import listed, same, sound, typed


def add(a: int) -> int:
    """Add one."""
    return a + 1


async def walked(page: Any, expected: Any) -> str:
    """Use a page in all ways; whatever it says, that comes to an end."""
    given = expected.get("data") if isinstance(expected, dict) else None
    if isinstance(expected, list):
        given = expected
    items = given if isinstance(given, list) else []
    assert len(page.data) == len(items)
    for item, raw in zip(page.data, items, strict=True):
        if isinstance(raw, dict):
            sound(item, raw)
        else:
            assert same(item, raw)
    assert repr(page)
    assert page.to_json()
    assert same(page.to_dict()["data"], items)
    try:
        page.has_next_page()
        await settled(page.get_next_page())
    except NoNextPageError:
        # It said so, or can't be asked for.
        pass
    except AssistantsError as error:
        typed(error)
    for each in (page, page.iter_pages()):
        try:
            await listed(each)
        except AssistantsError as error:
            typed(error)
    return type(page).__name__


async def lived(value: Any) -> None:
    """Do with a live object what can be done with it."""
    tools = ToolSet([add])
    polling = {"timeout": 0.001, "poll_interval_ms": 0.01}
    arguments: dict[str, list[dict[str, Any]]] = {
        "wait": [polling, {**polling, "tools": tools, "on_update": repr}],
        "submit_tool_outputs": [{"outputs": []}],
        "do_tool_calls": [{"tools": tools}],
        "add_message": [{"content": "Good day"}],
        "update": [{"metadata": {}}],
        "search": [{"query": "tides"}],
        "is_set": [{"name": "id"}, {"name": "no such property"}],
    }
    skipped = (
        *("from_dict", "from_json", "to_dict", "stream", "start_thread"),
        *("model_construct", "model_validate", "model_validate_json"),
    )
    for name in dir(type(value)):
        if name.startswith("_") or name in skipped:
            continue
        for given in arguments.get(name, [{}]):
            if name == "run" and type(value).__name__.endswith(("Thread", "Assistant")):
                given = {"thread": "t", "assistant": "a"}
                del given[
                    "assistant" if "Assistant" in type(value).__name__ else "thread"
                ]
            try:
                found = getattr(value, name)
                if not callable(found) or name.endswith("_datetime"):
                    continue
                found = await settled(found(**given))
                if hasattr(found, "iter_pages") or hasattr(found, "__aiter__"):
                    await listed(found)
            except AssistantsError as error:
                typed(error)
    assert repr(value)
