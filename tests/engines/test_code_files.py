"""Files for the code that the upstream's model runs, and files that it makes.

What Azure asks of uploads, and that it may not give files of containers back, is what
Microsoft's reference of files and questions about it say (both of 2025).
"""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.address import Address
from assistants_server.engines import ResponsesEngine, TurnFile
from assistants_server.engines.turn_events import (
    CodeCall,
    Image,
    MadeFile,
)
from assistants_server.upstream import uploads as uploads_
from assistants_server.upstream.connection import Connection
from assistants_server.upstream.response_events import ResponseEvents
from assistants_server.upstream.uploads import Uploads
from harness.scripted_server import Response, ScriptedServer
from tests.engines.test_runs import answer, begin, poll, served
from tests.engines.turns import event, outputs_of, told, turn
from tests.engines.upstreams import KEY, refusal, stream
from tests.server.openai_clients import IGNORED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.scripted_server import Reply, Request

pytestmark = pytest.mark.filterwarnings(IGNORED)
JSON = dict[str, Any]
CODE: JSON = {"type": "code_interpreter"}
BUILT_IN: Any = {"built_in": ["code_interpreter"]}
LINK = "sandbox:/mnt/data/sums.csv"
SAID = f"Here: [sums]({LINK})."


def cited(name: str = "sums.csv", id: str = "cfile_1", **places: int) -> JSON:
    file = {"container_id": "cntr_1", "file_id": id, "filename": name}
    return {"type": "container_file_citation", **file, **places}


def message(text: str, *annotations: JSON, id: str = "m") -> JSON:
    part = {"type": "output_text", "text": text, "annotations": [*annotations]}
    return {"type": "message", "id": id, "content": [part]}


def completed(*output: JSON) -> Any:
    return {"type": "response.completed", "response": {"output": [*output]}}


ANSWER = stream(completed(message("42")))
MADE = stream(completed(message(SAID, cited(start_index=6, end_index=len(SAID) - 1))))


def by_path(**replies: Reply | Callable[[Request], Reply]) -> ScriptedServer:
    """Return an upstream with a reply for the first word of each path."""

    def script(request: Request) -> Reply:
        reply = replies[request.path.removeprefix("/v1").split("/")[1]]
        return reply(request) if callable(reply) else reply

    return ScriptedServer(script)


def uploads(server: ScriptedServer) -> list[Any]:
    return [r for r in server.requests if r.path.endswith("/files")]


def asked(server: ScriptedServer) -> list[JSON]:
    made = [r for r in server.requests if r.path.endswith("/responses")]
    return [request.json()["tools"][0]["container"] for request in made]


FILE = Response.of({"id": "file-up", "object": "file"})


# --- To the upstream ----------------------------------------------------------------


def test_files_of_a_run_are_uploaded_once_and_deleted_at_the_end() -> None:
    with (
        by_path(files=FILE, responses=ANSWER) as up,
        served(up, ResponsesEngine, **BUILT_IN, key=KEY) as client,
    ):
        file = client.files.create(file=("a.csv", b"6,7\n"), purpose="assistants")
        resources = {"code_interpreter": {"file_ids": [file.id]}}
        for _ in range(2):
            given = begin(client, tools=[CODE], tool_resources=resources)
            assert poll(client, **given).status == "completed"
        (upload,) = uploads(up)
    last = up.requests[-1]
    assert (last.method, last.path) == ("DELETE", "/v1/files/file-up")
    assert asked(up) == [{"type": "auto", "file_ids": ["file-up"]}] * 2
    assert upload.headers["authorization"] == f"Bearer {KEY}"
    assert b'filename="a.csv"' in upload.body
    for part in (b"6,7\n", b"assistants", b"created_at", b"86400"):
        assert part in upload.body


def test_attachments_for_code_are_uploaded_and_others_are_not() -> None:
    with (
        by_path(files=FILE, responses=ANSWER) as up,
        served(up, ResponsesEngine, **BUILT_IN) as client,
    ):
        ids = [
            client.files.create(file=(name, b"x"), purpose="assistants").id
            for name in ("code.txt", "search.txt")
        ]
        assistant = client.beta.assistants.create(model="m", tools=[CODE])
        kinds: Any = zip(ids, (CODE, {"type": "file_search"}), strict=True)
        attachments = [{"file_id": i, "tools": [kind]} for i, kind in kinds]
        said = {"role": "user", "content": "Hi", "attachments": attachments}
        thread = client.beta.threads.create(messages=[said])
        given = {"thread_id": thread.id, "assistant_id": assistant.id}
        assert poll(client, **given).status == "completed"
        (upload,) = uploads(up)
        assert b"code.txt" in upload.body
        client.files.delete(ids[0])
        assert poll(client, **given).status == "completed"
    assert asked(up)[1] == {"type": "auto"}


def test_an_upstream_that_knows_less_of_uploads_is_asked_for_less() -> None:
    def files(request: Request) -> Reply:
        expires = b"expires_after" in request.body
        return refusal(400, "Unknown parameter: expires_after") if expires else FILE

    with by_path(files=files, responses=ANSWER) as up:
        with served(up, ResponsesEngine, **BUILT_IN) as client:
            run = run_with_file(client)
            assert run.status == "completed"
        assert b"user_data" in uploads(up)[1].body


def run_with_file(client: Any) -> Any:
    file = client.files.create(file=("a.csv", b"6,7\n"), purpose="assistants")
    resources = {"code_interpreter": {"file_ids": [file.id]}}
    return poll(client, **begin(client, tools=[CODE], tool_resources=resources))


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (refusal(404, f"no such path {KEY}"), "answered 404: no such path [key]"),
        (Response.of({}), "answered without an id."),
    ],
)
def test_a_file_that_is_not_taken_is_named(reply: Response, says: str) -> None:
    with (
        by_path(files=reply, responses=ANSWER) as up,
        served(up, ResponsesEngine, **BUILT_IN, key=KEY) as client,
    ):
        error = run_with_file(client).last_error
    assert error.message.startswith("The model's server can't be given a.csv: ")
    assert error.message.endswith(says)


def test_runs_that_begin_together_share_a_copy_and_an_old_one_is_renewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "content"
    path.write_bytes(b"6,7")
    asked = turn(code_files=("f",), files={"f": TurnFile("f", "a.csv", 3, path)})

    async def work(url: str) -> list[Any]:
        connection = Connection(Address(url), "It")
        made = Uploads(connection)
        found = [made.ids_of(asked, until=time.time() + 9) for _ in range(3)]
        ids = [*await asyncio.gather(*found)]
        monkeypatch.setattr(uploads_, "_FRESH", -1)
        ids.append(await made.ids_of(asked, until=time.time() + 9))
        await connection.aclose()
        return ids

    numbers = itertools.count()
    files = lambda _: Response.of({"id": f"file-{next(numbers)}"})  # noqa: E731
    with by_path(files=files) as up:
        assert asyncio.run(work(up.url)) == [("file-0",)] * 3 + [("file-1",)]


def test_without_files_nothing_is_uploaded() -> None:
    with by_path(responses=ANSWER) as up:
        engine = ResponsesEngine(up.url, **BUILT_IN)
        outputs_of(engine, turn(tools=[CODE]))
        assert [r.path for r in up.requests] == ["/responses"]


# --- From the upstream --------------------------------------------------------------


def test_what_code_made_is_a_file_that_the_message_names() -> None:
    content = Response(200, b"6,42\n", "application/octet-stream")
    with by_path(responses=MADE, containers=content) as up:
        with served(up, ResponsesEngine, **BUILT_IN) as client:
            run = poll(client, **begin(client, tools=[CODE]))
            (said, *_) = client.beta.threads.messages.list(run.thread_id).data
            (annotation,) = said.content[0].text.annotations
            file = client.files.retrieve(annotation.file_path.file_id)
            assert client.files.content(file.id).read() == b"6,42\n"
        assert up.requests[1].path == "/v1/containers/cntr_1/files/cfile_1/content"
    text = said.content[0].text.value
    assert (text, annotation.type, annotation.text) == (SAID, "file_path", LINK)
    assert text[annotation.start_index : annotation.end_index] == LINK
    assert (file.filename, file.purpose) == ("sums.csv", "assistants_output")


@pytest.mark.parametrize(
    "reply",
    [refusal(404, "no such file"), Response(200, b"x" * (32 << 20))],
    ids=["404", "too large"],
)
def test_a_file_that_can_not_be_had_stays_a_name_in_the_text(reply: Response) -> None:
    with (
        by_path(responses=MADE, containers=reply) as up,
        served(up, ResponsesEngine, **BUILT_IN) as client,
    ):
        run = poll(client, **begin(client, tools=[CODE]))
        assert (run.status, answer(client, run)) == ("completed", SAID)


def outputs(*items: JSON) -> list[Any]:
    """Return what an engine yields, of files that are all there."""
    content = Response(200, b"...", "application/octet-stream")
    with by_path(responses=stream(completed(*items)), containers=content) as up:
        return made_of(ResponsesEngine(up.url, **BUILT_IN))


def made_of(engine: Any) -> list[Any]:
    files = (f"f{number}" for number in range(9))
    return told(outputs_of(engine, turn(tools=[CODE]), files=files))


def test_images_are_shown_at_the_end_of_the_message() -> None:
    linked = "See [it](sandbox:/mnt/data/a.png)"
    place: Any = {"start_index": 4, "end_index": len(linked)}
    made = outputs(message(linked, cited("a.png", **place)))
    text, file, path, image = made
    assert (text, file) == (linked, MadeFile("a.png", b"..."))
    assert path.annotations[0]["text"] == "sandbox:/mnt/data/a.png"
    assert image == Image("f0")
    made = outputs(message("See.", cited("a.png", start_index=0, end_index=0)))
    assert made == ["See.", MadeFile("a.png", b"..."), Image("f0")]


def test_a_file_that_no_link_names_is_named_at_the_end() -> None:
    *_, path = outputs(message("Done.", cited(start_index=0, end_index=0)))
    (annotation,) = path.annotations
    assert (path.value, annotation["text"]) == ("", LINK)
    assert annotation["start_index"] == annotation["end_index"] == 5


def test_a_file_that_is_named_twice_is_fetched_once() -> None:
    text = f"[a]({LINK}) [b]({LINK})"
    first, second = (
        cited(start_index=start, end_index=end) for start, end in ((0, 29), (31, 61))
    )
    made = outputs(message(text, first, second))
    assert [type(each).__name__ for each in made] == [
        "str",
        "MadeFile",
        "Text",
        "Text",
    ]


def test_a_second_text_goes_on_in_the_same_part_unless_an_image_ends_it() -> None:
    link = message(LINK, cited(start_index=0, end_index=len(LINK)), id="n")
    *_, path = outputs(message("One. "), link)
    assert path.annotations[0]["start_index"] == 5
    *_, path = outputs(message("One. ", cited("a.png")), link)
    assert path.annotations[0]["start_index"] == 0


def test_images_in_the_outputs_of_code() -> None:
    def code(*urls: Any) -> JSON:
        images = [{"type": "image", "url": url} for url in urls]
        return {"type": "code_interpreter_call", "code": "plot()", "outputs": images}

    data = "data:image/jpeg;base64,Li4u"
    file, call = outputs(code(data, "http://a.test/x.png", 3))
    assert file == MadeFile("image.jpg", b"...")
    assert call == CodeCall("plot()", "", ("f0",))
    assert outputs(code("data:image/png;base64,?")) == [CodeCall("plot()")]
    assert outputs(code("data:image/png;base64")) == [CodeCall("plot()")]
    assert outputs(code("data:image/png;base64,")) == [CodeCall("plot()")]


def test_places_are_those_of_the_text_that_is_shown() -> None:
    """With thoughts before it, and marks of citations within."""
    found = {"type": "file_citation", "file_id": "file_1", "filename": "a"}
    added = {"type": "response.output_text.annotation.added", "item_id": "m"}
    said = {"type": "response.output_text.delta", "item_id": "m"}
    thought = "<think>Hm.</think>"
    start = len(thought) + len("So. ")
    link = cited(start_index=start, end_index=start + len(LINK))
    reader = ResponseEvents("h")
    made: list[Any] = []
    for data in (
        {**said, "delta": f"{thought}So."},
        {**added, "annotation_index": 0, "annotation": found},
        {**said, "delta": f" {LINK}"},
        {**added, "annotation_index": 1, "annotation": link},
    ):
        made += reader.feed(event(data))
    shown = "".join(each.value for each in made[:-1])
    ((annotation,),) = (each.annotations for each in made[-1].outputs(["f0"]))
    place = slice(annotation["start_index"], annotation["end_index"])
    assert shown[place] == annotation["text"] == LINK


@pytest.mark.parametrize(
    "odd", [{}, {"file_id": 3}, {"filename": None}, {"file_id": ""}]
)
def test_odd_citations_of_files_do_no_harm(odd: JSON) -> None:
    broken = {"type": "container_file_citation", **odd, "start_index": -3}
    assert outputs(message("42", broken)) == ["42"]
