"""What reads a stream side by side: our client, the openai package, and bare parts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any, TypeAlias

Call: TypeAlias = Callable[[], Any]
Serve: TypeAlias = "Callable[[], Iterator[bytes]]"

_ADDRESS = "http://127.0.0.1/v1"
_KEY = "sk-none"
_THREAD, _ASSISTANT = "thread_a8Wb3kTq0pLz", "asst_Jf2uQh9sPe4K"
_HEADERS = {"content-type": "text/event-stream", "x-request-id": "req_2f9c"}
_DELTA = "thread.message.delta"


@contextmanager
def contestants(serve: Serve, text: str) -> Iterator[dict[str, dict[str, Call]]]:
    """Give for each way to read a stream the calls of each contestant, by name.

    Args:
        serve: gives the bytes of the stream, in chunks.
        text: what the stream says, as each of them must find it.
    """
    with ExitStack() as stack:
        calls: dict[str, dict[str, Call]] = {}
        for name, (library, make) in _MAKERS.items():
            http = stack.enter_context(in_process(library, serve))
            for row, call in make(http, stack).items():
                calls.setdefault(row, {})[name] = call
        count = _count(serve)
        for row, by_name in calls.items():
            for name, call in by_name.items():
                if call() != (count if row == "plain" else text):
                    raise RuntimeError(f"{row}: {name} reads something else")
        yield calls


def in_process(library: str, serve: Serve) -> Any:
    """Give a client of an HTTP library whose requests are answered by the stream."""
    module = import_module(library)

    def answer(_: Any) -> Any:
        return module.Response(200, headers=_HEADERS, content=serve())

    return module.Client(transport=module.MockTransport(answer))


def our_runs(http: Any, stack: ExitStack) -> Any:
    """Give the runs of our client."""
    from assistants_client import Client

    client = Client(base_url=_ADDRESS, api_key=_KEY, http_client=http)
    return stack.enter_context(client).threads.runs


def plain(runs: Any) -> Iterator[Any]:
    """Begin to iterate over the events."""
    found: Iterator[Any] = runs.create(_THREAD, assistant_id=_ASSISTANT, stream=True)
    return found


def accumulated(runs: Any) -> Any:
    """Prepare to add the events up."""
    return runs.stream(thread_id=_THREAD, assistant_id=_ASSISTANT)


def _count(serve: Serve) -> int:
    """Count the events but for the one that says that no more come."""
    frames = b"".join(serve()).split(b"\n\n")
    return sum(bool(each) and not each.startswith(b"event: done") for each in frames)


def _ours(http: Any, stack: ExitStack) -> dict[str, Call]:
    return _by_runs(our_runs(http, stack))


def _openai(http: Any, stack: ExitStack) -> dict[str, Call]:
    # Imported by name, as all its methods here are marked as deprecated.
    openai: Any = import_module("openai")
    client = openai.OpenAI(base_url=_ADDRESS, api_key=_KEY, http_client=http)
    return _by_runs(stack.enter_context(client).beta.threads.runs)


def _by_runs(runs: Any) -> dict[str, Call]:
    def count() -> int:
        return sum(1 for _ in plain(runs))

    def read() -> str:
        return "".join(
            event.data.delta.content[0].text.value
            for event in plain(runs)
            if event.event == _DELTA
        )

    def add_up() -> Any:
        with accumulated(runs) as stream:
            stream.until_done()
            return stream.get_final_messages()[0].content[0].text.value

    return {"plain": count, "texts": read, "accumulated": add_up}


def _bare(http: Any, _: ExitStack) -> dict[str, Call]:
    connect = import_module("httpx_sse").connect_sse
    url = f"{_ADDRESS}/threads/{_THREAD}/runs"
    body = {"assistant_id": _ASSISTANT, "stream": True}

    def events() -> Iterator[tuple[str, Any]]:
        with connect(http, "POST", url, json=body) as source:
            for event in source.iter_sse():
                if event.event == "done":
                    break
                yield event.event, json.loads(event.data)

    def count() -> int:
        return sum(1 for _ in events())

    def read() -> str:
        return "".join(
            data["delta"]["content"][0]["text"]["value"]
            for name, data in events()
            if name == _DELTA
        )

    return {"plain": count, "texts": read}


# By name: the HTTP library, and what makes the calls.
_MAKERS: dict[str, tuple[str, Callable[..., dict[str, Call]]]] = {
    "ours": ("httpx", _ours),
    "openai": ("httpx2", _openai),
    "bare": ("httpx", _bare),
}
