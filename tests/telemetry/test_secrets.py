"""A whole conversation, of which nothing is in any log, metric or span."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from assistants_server import LocalServer
from assistants_server.engines import ChatEngine, ResponsesEngine
from tests.cases import some
from tests.engines.upstreams import chat, chat_calls, refusal, upstream
from tests.server.api import talking, until
from tests.telemetry.scraped import asked

if TYPE_CHECKING:
    from tests.telemetry.exported import Exported
    from tests.telemetry.logged import Log

SECRET = "xyzzyplugh"
KEY, UPSTREAM_KEY = f"sk-{SECRET}-of-the-server", f"sk-{SECRET}-of-the-upstream"
HEADERS = {
    "authorization": f"Bearer {KEY}",
    "cookie": SECRET,
    "baggage": f"who={SECRET}",
    "x-anything": SECRET,
}


def test_nothing_of_a_conversation_and_no_key_is_in_what_is_said_of_it(
    exported: Exported, log: Log
) -> None:
    arguments = json.dumps({"to": SECRET})
    replies = [
        refusal(503, f"busy with {SECRET} {UPSTREAM_KEY}"),
        chat_calls(("call_1", "send", arguments), text=SECRET),
        chat(f"It was {SECRET}."),
        refusal(400, f"I won't say {SECRET} {UPSTREAM_KEY}"),
    ]
    with upstream(*replies) as up:
        engine = ChatEngine(up.url, key=UPSTREAM_KEY, first_pause=0)
        with (
            LocalServer(
                engine=engine, key=KEY, poll_after=1, traces=exported.provider
            ) as server,
            talking(server) as api,
        ):
            api.http.headers.update(HEADERS)
            sent = {"file": (f"{SECRET}.txt", f"Of {SECRET}.".encode())}
            purpose = {"purpose": "assistants"}
            file = api.http.post("/files", files=sent, data=purpose).json()["id"]
            store = api.post("/vector_stores", {"file_ids": [file], "name": SECRET})
            assistant = api.assistant(
                name=SECRET,
                description=SECRET,
                instructions=SECRET,
                metadata={SECRET: SECRET},
                tools=[
                    {"type": "file_search"},
                    {
                        "type": "function",
                        "function": {
                            "name": "send",
                            "description": SECRET,
                            "parameters": {"type": "object", "title": SECRET},
                        },
                    },
                ],
                tool_resources={"file_search": {"vector_store_ids": [store["id"]]}},
            )
            thread = api.thread(SECRET)
            run = api.run(thread, assistant, additional_instructions=SECRET)
            assert run["status"] == "requires_action"
            api.submit(run, SECRET)
            run = api.wait(run, "completed")
            assert SECRET in api.answers(run)[-1]
            assert api.run(thread, assistant)["status"] == "failed"
            body = {"query": SECRET}
            api.post(f"/vector_stores/{store['id']}/search", body)
            for path in (f"/{SECRET}", f"/threads/{SECRET}?{SECRET}={SECRET}"):
                api.http.get(path)
            api.http.post("/assistants", content=f'{{"{SECRET}"')
            api.http.request(SECRET.upper(), "/assistants")
            api.http.get("/assistants", headers={"authorization": SECRET})
            api.delete(f"/threads/{thread}")
            until(lambda: len(exported.named("invoke_agent")) == 2, "the runs to end")
            metrics = asked(server.metrics_url, HEADERS).text
    assert SECRET in str([request.body for request in up.requests])
    said = {"log": log.text, "metrics": metrics, "spans": exported.text}
    for what, text in some(said.items()):
        assert len(text) > 4000, what
        assert SECRET not in text.lower(), what


def test_nothing_that_responses_say_is_either(exported: Exported, log: Log) -> None:
    replies = refusal(400, f"I won't say {SECRET}")
    with upstream(replies) as up:
        engine = ResponsesEngine(up.url, key=UPSTREAM_KEY)
        with (
            LocalServer(
                engine=engine, poll_after=1, traces=exported.provider
            ) as server,
            talking(server) as api,
        ):
            run = api.run(api.thread(SECRET), api.assistant(instructions=SECRET))
            assert SECRET in run["last_error"]["message"]
            exported.one("invoke_agent")
            metrics = asked(server.metrics_url).text
    for text in some([log.text, metrics, exported.text]):
        assert SECRET not in text
