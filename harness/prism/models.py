"""What engines ask models, judged by the document that has what models are asked by.

Prism judges, and jsonschema beside it: prism says nothing of requests to /responses,
whatever is in them, as their schema refers to itself.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import jsonschema
import yaml

from assistants_server import FunctionOutput, PastTurn, Turn
from assistants_server._model_api import (
    Client,
    delete_file,
    retrieve_container_file_content,
)
from assistants_server.engines import TurnFile
from assistants_server.search.embeddings import embedding_request
from assistants_server.upstream.chat_request import chat_request
from assistants_server.upstream.inputs import Inputs
from assistants_server.upstream.responses_request import responses_request
from assistants_server.upstream.uploads import plain_upload_request, upload_request
from codegen.paths import MODEL_API
from harness.prism.conversations import ITEMS, conversation_requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistants_server._model_api import Request

JSON = dict[str, Any]
_IMAGE = "data:image/png;base64,iVBORw=="
_NUMBER = {"type": "integer"}
_PARAMETERS = {"type": "object", "properties": {"a": _NUMBER}}
_FUNCTION = {
    "type": "function",
    "function": {"name": "multiply", "parameters": _PARAMETERS, "strict": False},
}
_SCHEMA = {"name": "answer", "schema": {"type": "object"}, "strict": True}
_CALLS = (
    FunctionOutput("multiply", '{"a": 6}', "42", "call_1"),
    FunctionOutput("multiply", "{}", "0", "call_2"),
)
_REASONING = {"type": "reasoning", "id": "rs_1", "summary": []}
_ANSWERED: list[JSON] = [
    {**_REASONING, "encrypted_content": "x"},
    *(
        {
            "type": "function_call",
            "id": f"fc_{call.id}",
            "call_id": call.id,
            "name": call.name,
            "arguments": call.arguments,
        }
        for call in _CALLS
    ),
]


# That nothing is refused would say little if nothing could be.
_WRONG: tuple[tuple[str, JSON], ...] = (
    ("/chat/completions", {"model": "m"}),
    ("/chat/completions", {"model": "m", "messages": [{"role": "user"}]}),
    ("/chat/completions", {"model": "m", "messages": [], "temperature": "warm"}),
    ("/responses", {"model": "m", "input": 3}),
    ("/responses", {"model": "m", "input": "x", "tools": [{"type": "function"}]}),
    (ITEMS, {"items": [{"type": "message", "role": "nobody", "content": "x"}]}),
)


def refusals(base_url: str) -> Iterator[tuple[str, list[str]]]:
    """Send what models are asked, and yield what it was and what is wrong with it.

    Args:
        base_url: where prism is.
    """
    with httpx.Client(base_url=base_url, timeout=30) as http:
        for name, path, body in _requests():
            yield name, _refusal(http, path, body)
        for name, request in _other_requests():
            yield name, _other_refusal(base_url, request)
        for path, body in _WRONG:
            accepted = not _refusal(http, path, body)
            wrong = ["nobody refuses what is wrong"] if accepted else []
            yield f"a wrong request to {path}, which is refused", wrong


def _refusal(http: httpx.Client, path: str, body: JSON) -> list[str]:
    response = http.post(
        path.format(conversation_id="conv_1"),
        json=body,
        headers={"authorization": "Bearer any", "accept": "application/json"},
    )
    wrong = [response.headers.get("sl-violations", "")]
    if response.status_code != httpx.codes.OK:
        wrong.append(f"{response.status_code} {response.text}")
    wrong += schema_errors(path, body)
    return [each for each in wrong if each]


def _other_refusal(base_url: str, request: Request) -> list[str]:
    """Send a request as the server does, and return what is wrong with it."""
    headers = {"authorization": "Bearer any"}
    client = Client(base_url=base_url, headers=headers, anonymous=True, timeout=30)
    response = client.send(request)
    client.close()
    wrong = [response.headers.get("sl-violations", "")]
    if not response.is_success:
        wrong.append(f"{response.status_code} {response.text}")
    return [each for each in wrong if each]


def _other_requests() -> Iterator[tuple[str, Request]]:
    yield "embeddings", embedding_request("m", ["One.", "Two."])
    file = TurnFile("file_1", "models.py", 1, Path(__file__))
    yield "an upload", upload_request(file)
    yield "a plain upload", plain_upload_request(file)
    yield "its deletion", delete_file.build_request("file_1")
    content = retrieve_container_file_content.build_request
    yield "a file of a container", content("cntr_1", "cfile_1")


@cache
def _document() -> JSON:
    loaded: JSON = _relaxed(yaml.load(MODEL_API.read_text("utf-8"), yaml.CSafeLoader))
    return loaded


def _relaxed(value: Any) -> Any:
    """Return a document in which a value may fit several variants of a union.

    Every message of a user does: upstream's unions say `oneOf` and overlap.
    """
    if isinstance(value, list):
        return [_relaxed(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {k.replace("oneOf", "anyOf"): _relaxed(v) for k, v in value.items()}


def schema_errors(path: str, body: JSON) -> Iterator[str]:
    """Yield what is wrong with the body of a POST, by the document."""
    document = _document()
    operation = document["paths"][path]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    # References are within the document.
    whole = {**schema, "components": document["components"]}
    for each in jsonschema.Draft202012Validator(whole).iter_errors(body):
        yield f"{each.json_path}: {each.message}"


def _requests() -> Iterator[tuple[str, str, Any]]:
    for name, turn, search in _turns():
        rounds: list[list[JSON]] = [[] for _ in turn.past]
        inputs = Inputs(
            turn,
            "m",
            {"file_1": _IMAGE},
            rounds=rounds,
            beside=[_CALLS[:1] for _ in turn.past],
            search=search,
            code_files=["file_1"],
        )
        chat = chat_request(inputs)
        yield f"chat completions: {name}", "/chat/completions", chat
        items = [_ANSWERED for _ in turn.past]
        tools = () if search else ("file_search", "code_interpreter")
        responses = responses_request(inputs, items, built_in=tools)
        yield f"Responses: {name}", "/responses", responses
    yield from conversation_requests()


def _turns() -> Iterator[tuple[str, Turn, str | None]]:
    yield "a question", _turn(), None
    yield "a developer's words", _turn(instructions=""), None
    yield "images", _turn(content=_images()), None
    yield "an answer before", _turn(said="So it is."), None
    yield "functions", _turn(tools=[_FUNCTION]), None
    for choice in ("none", "required", _named()):
        yield (
            f"tool_choice {choice}",
            _turn(tools=[_FUNCTION], tool_choice=choice),
            None,
        )
    past = (PastTurn("Let me see.", _CALLS), PastTurn("", _CALLS[:1]))
    yield "outputs", _turn(tools=[_FUNCTION], past=past), None
    search = {"type": "file_search", "file_search": {"max_num_results": 3}}
    yield "a search of ours", _turn(tools=[search]), "file_search"
    built_in = [search, {"type": "code_interpreter"}]
    yield "tools of theirs", _turn(tools=built_in, vector_stores=("vs_1",)), None
    for form in (
        {"type": "json_object"},
        {"type": "text"},
        {"type": "json_schema", "json_schema": _SCHEMA},
    ):
        yield f"response_format {form['type']}", _turn(response_format=form), None
    settings = {"temperature": 0.2, "top_p": 0.5, "reasoning_effort": "low"}
    yield "settings", _turn(completion_room=300, **settings), None


def _turn(**changes: Any) -> Turn:
    said = changes.pop("said", None)
    content = changes.pop("content", [_text("What is six times seven?")])
    messages = [{"id": "msg_1", "role": "user", "run_id": None, "content": content}]
    if said:
        message = {"id": "msg_2", "role": "assistant", "run_id": None}
        messages.append({**message, "content": [_text(said)]})
    names = ("past", "completion_room", "vector_stores")
    others = {name: changes.pop(name) for name in names if name in changes}
    run = {
        "id": "run_1",
        "model": "gpt-4o",
        "instructions": "Be brief.",
        "tools": [],
        "parallel_tool_calls": True,
        **changes,
    }
    return Turn(run, messages, number=len(others.get("past", ())), **others)


def _text(value: str) -> JSON:
    return {"type": "text", "text": {"value": value, "annotations": []}}


def _images() -> list[JSON]:
    return [
        _text("Look:"),
        {"type": "image_url", "image_url": {"url": "http://a.test/x", "detail": "low"}},
        {"type": "image_file", "image_file": {"file_id": "file_1"}},
    ]


def _named() -> JSON:
    return {"type": "function", "function": {"name": "multiply"}}
