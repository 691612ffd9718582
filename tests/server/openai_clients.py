"""What the tests share in which the `openai` package judges the server."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from openai import AssistantEventHandler, AsyncOpenAI, OpenAI

from tests.server.conformance import deviations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openai import BaseModel
    from openai.types.beta import AssistantStreamEvent
    from openai.types.beta.threads import Message

    from assistants_server import LocalServer

KEY = "key-of-the-tests"
# Each of the package's methods for assistants says that it is deprecated.
IGNORED = "ignore:(The Assistants API is )?deprecated:DeprecationWarning"
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tell the weather of a place",
        "parameters": {
            "type": "object",
            "properties": {"place": {"type": "string", "minLength": 1}},
            "required": ["place"],
            "additionalProperties": False,
        },
    },
}
HEIGHT: Any = {"type": "function", "function": {"name": "height"}}
HELLO: Any = {"role": "user", "content": "Hello you"}


class Log(AssistantEventHandler):
    """Record which callbacks fire, in order, without repetitions."""

    def __init__(self) -> None:
        super().__init__()
        self.fired: list[str] = []
        for name in dir(AssistantEventHandler):
            if name.startswith("on_"):
                setattr(self, name, self._noting(name))

    def _noting(self, name: str) -> Any:
        def note(*_: object) -> None:
            if self.fired[-1:] != [name]:
                self.fired.append(name)

        return note

    @property
    def without_events(self) -> list[str]:
        return [
            name
            for name, _ in groupby(each for each in self.fired if each != "on_event")
        ]


def names(events: Iterable[AssistantStreamEvent]) -> list[str]:
    """Return the names of events, which must be valid; of deltas in a row one."""
    found = []
    for event in events:
        data_of(event, "AssistantStreamEvent")
        found.append(event.event)
    return [name for name, _ in groupby(found)]


def client_of(server: LocalServer, **options: Any) -> OpenAI:
    """Return a client of a server; it doesn't retry unless options say so."""
    settings = {"api_key": KEY, "max_retries": 0, "timeout": 60, **options}
    return OpenAI(base_url=server.url, **settings)


def async_client_of(server: LocalServer, **options: Any) -> AsyncOpenAI:
    """Return an asynchronous client; it doesn't retry unless options say so."""
    settings = {"api_key": KEY, "max_retries": 0, "timeout": 60, **options}
    return AsyncOpenAI(base_url=server.url, **settings)


def script(*turns: list[Any]) -> dict[str, str]:
    """Return the header that tells the engine what to do, turn by turn."""
    return {"X-Local-Script": json.dumps(turns)}


def fault(text: str) -> dict[str, str]:
    """Return the header that lets something go wrong."""
    return {"X-Local-Fault": text}


def data_of(model: BaseModel, schema: str) -> dict[str, Any]:
    """Return an answer as the server sent it, once it has been found to fit."""
    data = model.to_dict(mode="json")
    assert deviations(data, schema) == []
    return data


def text_of(message: Message) -> str:
    """Return the text of a message that is one text and nothing else."""
    (part,) = message.content
    assert part.type == "text"
    return part.text.value
