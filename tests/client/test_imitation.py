"""After `imitate_openai`, `isinstance` takes our objects for those of `openai`."""

from __future__ import annotations

import copy
import pickle
import sys
from typing import TYPE_CHECKING, Any

import openai
import pydantic
import pytest
from openai.types import FileObject
from openai.types.beta import Assistant, CodeInterpreterTool, Thread
from openai.types.beta.assistant_stream_event import ThreadRunCreated
from openai.types.beta.threads import Message, Run, TextContentBlock, TextDeltaBlock

import assistants_client
from assistants_api import models
from assistants_client import imitate_openai
from tests.cases import some
from tests.imitation import undone

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = {"type": "text", "text": {"value": "Good day!", "annotations": []}}
EVENT = {"event": "thread.run.created", "data": {"id": "run_1"}}
SETTINGS: dict[str, Any] = {"base_url": "http://127.0.0.1:9/v1", "api_key": "none"}


@pytest.fixture
def imitated() -> Iterator[None]:
    """Imitate, for one test."""
    with undone():
        imitate_openai()
        yield


def pairs() -> list[tuple[object, type]]:
    """Return objects of ours, with the classes of theirs."""
    return [
        (models.MessageContentTextObject.from_dict(TEXT), TextContentBlock),
        (models.MessageDeltaContentTextObject.from_dict(TEXT), TextDeltaBlock),
        (models.AssistantToolsCode.from_dict({}), CodeInterpreterTool),
        (models.ThreadRunCreatedEvent.from_dict(EVENT), ThreadRunCreated),
        (assistants_client.Assistant.from_dict({"id": "a"}), Assistant),
        (assistants_client.AsyncRun.from_dict({"id": "a"}), Run),
        (assistants_client.Message.from_dict({"id": "a"}), Message),
        (assistants_client.Thread.from_dict({"id": "a"}), Thread),
        (assistants_client.FileObject.from_dict({"id": "a"}), FileObject),
    ]


def test_nothing_is_imitated_unasked() -> None:
    for ours, theirs in pairs():
        assert not isinstance(ours, theirs)
    client: Any = assistants_client.Client(**SETTINGS)
    with client:
        assert not isinstance(client, openai.OpenAI)


@pytest.mark.usefixtures("imitated")
def test_models_are_instances_of_their_counterparts_alone() -> None:
    for number, (ours, theirs) in enumerate(pairs()):
        assert isinstance(ours, theirs), theirs
        others = [each for index, (_, each) in enumerate(pairs()) if index != number]
        assert not any(isinstance(ours, other) for other in some(others)), ours
        assert not isinstance(ours, pydantic.BaseModel)
        assert type(copy.copy(ours)) is type(pickle.loads(pickle.dumps(ours)))
    # What is theirs is theirs still.
    block: Any = TextContentBlock.model_validate(TEXT)

    class Own(TextContentBlock):
        pass

    kinds = (TextContentBlock, TextDeltaBlock)
    own = Own.model_validate(TEXT)
    assert [isinstance(own, kind) for kind in kinds] == [True, False]
    assert [isinstance(block, kind) for kind in kinds] == [True, False]
    assert [isinstance(object(), kind) for kind in kinds] == [False, False]


@pytest.mark.usefixtures("imitated")
def test_clients_are_instances_of_their_counterparts_alone() -> None:
    client = assistants_client.Client(**SETTINGS)
    asynchronous = assistants_client.AsyncClient(**SETTINGS)
    own = (assistants_client.Client, assistants_client.AsyncClient)
    theirs = (openai.OpenAI, openai.AsyncOpenAI)
    kinds = (*own, *theirs)
    plain = [client, client.with_options(timeout=1), copy.deepcopy(client)]
    for each in plain:
        assert [isinstance(each, kind) for kind in kinds] == [True, False] * 2
        assert type(each) is assistants_client.Client
        assert repr(each).startswith("Client(")
    assert [isinstance(asynchronous, kind) for kind in kinds] == [False, True] * 2
    client.close()


@pytest.mark.usefixtures("imitated")
def test_pydantic_takes_them_as_fields() -> None:
    class Agent(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
        client: openai.AsyncOpenAI
        definition: Assistant

    definition: Any = assistants_client.AsyncAssistant.from_dict({"id": "a"})
    client: Any = assistants_client.AsyncClient(**SETTINGS)
    agent = Agent(client=client, definition=definition)
    assert agent.client is client
    assert agent.definition is definition


@pytest.mark.usefixtures("imitated")
def test_twice_is_once() -> None:
    before = assistants_client.Client.__bases__
    imitate_openai()
    assert assistants_client.Client.__bases__ == before
    assert type(type(TextContentBlock)).__name__ != "Imitated"


def test_it_takes_openai_to_imitate_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai.types", None)
    with pytest.raises(assistants_client.ConfigurationError, match="install openai"):
        imitate_openai()
