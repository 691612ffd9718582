"""What a run must come to, whoever's server of models answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assistants_client import Client, RunIncomplete
from harness.checks import (
    FaultError,
    answer,
    assistant,
    must,
    run_of,
    thread_of,
)
from harness.counterparts.counterpart import Call, Counterpart, Say

if TYPE_CHECKING:
    from collections.abc import Callable

SAID = "Six times seven is forty-two, and it always was."
QUESTION = "What is six times seven?"
_SCHEMA: Any = {
    "type": "json_schema",
    "json_schema": {
        "name": "place",
        "schema": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
            "required": ["city", "people"],
        },
    },
}
_NUMBERS = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
    "required": ["a", "b"],
}
_TOOLS: Any = [
    {"type": "function", "function": {"name": name, "parameters": _NUMBERS}}
    for name in ("multiply", "divide")
]
# A pixel.
_IMAGE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944"
    "415478da63fcffff3f030005fe02fea72d999f0000000049454e44ae426082"
)


def models(client: Client, counterpart: Counterpart) -> str:
    """Check that the models of the counterpart are ours."""
    found = [each.id for each in client.models.list()]
    for wanted in (counterpart.model, counterpart.lists):
        must(wanted in found, f"no {wanted} in {found}")
    return ", ".join(map(str, found))


def polled(client: Client, counterpart: Counterpart) -> str:
    """Check an answer that is waited for, its tokens, and the model that is asked."""
    counterpart.script.play(Say(SAID))
    run = run_of(client, QUESTION).wait()
    must(answer(run) == SAID, f"the answer is {answer(run)!r}")
    must(run.model == "gpt-4o-mini", f"the run's model is {run.model}")
    counted = run.usage.prompt_tokens, run.usage.completion_tokens
    must(counted == (counterpart.counts or counted), f"tokens: {counted}")
    must(min(counted) > 0, f"tokens: {counted}")
    for asked in counterpart.script.asked():
        must("Be brief." in json.dumps(asked.body), "the instructions are missing")
        must("gpt-4o-mini" not in str(asked.body), "the model has not been mapped")
    return f"{counted} tokens for {answer(run)!r}"


def streamed(client: Client, counterpart: Counterpart) -> str:
    """Check that an answer comes piece by piece."""
    counterpart.script.play(Say(SAID))
    thread = thread_of(client, QUESTION)
    with client.threads.runs.stream(
        thread_id=thread, assistant_id=assistant(client)
    ) as stream:
        pieces = [*stream.text_deltas]
    stored = next(iter(client.threads.messages.list(thread))).text
    must("".join(pieces) == stored == SAID, f"stored {stored!r}, streamed {pieces}")
    must(len(pieces) > 2, f"only {len(pieces)} pieces")
    return f"{len(pieces)} pieces"


def called(client: Client, counterpart: Counterpart) -> str:
    """Check two rounds of calls, the arguments as they are written."""
    first, second = {"a": 6, "b": 700_000_000}, {"a": 4_200_000_000, "b": 1}
    counterpart.script.play(
        Call((("multiply", first),)), Call((("divide", second),)), Say(SAID)
    )
    helper = assistant(client, tools=_TOOLS)
    thread = thread_of(client, QUESTION)
    pieces: list[list[str]] = []
    stream: Any = client.threads.runs.stream(thread_id=thread, assistant_id=helper)
    run: Any = None
    for number, expected in enumerate((first, second, None)):
        with stream as events:
            pieces.append([*_argument_deltas(events)])
            run = events.current_run
        if expected is None:
            break
        (call,) = run.required_action.submit_tool_outputs.tool_calls
        given = json.loads(call.function.arguments)
        must(given == expected, f"the arguments are {given}")
        must("".join(pieces[-1]) == call.function.arguments, f"came as {pieces[-1]}")
        stream = client.threads.runs.submit_tool_outputs_stream(
            thread_id=thread,
            run_id=run.id,
            tool_outputs=[{"tool_call_id": call.id, "output": f"output {number}"}],
        )
    must(run.status == "completed", f"the run is {run.status}")
    must(answer(run) == SAID, f"the answer is {answer(run)!r}")
    (*_, last) = counterpart.script.asked()
    told = json.dumps(last.body)
    must("output 0" in told and "output 1" in told, f"outputs are missing: {told}")
    kinds = [
        step.type for step in client.threads.runs.steps.list(run.id, thread_id=thread)
    ]
    must(kinds == ["message_creation", "tool_calls", "tool_calls"], f"steps: {kinds}")
    return f"arguments in {[len(each) for each in pieces[:2]]} pieces"


def parallel(client: Client, counterpart: Counterpart) -> str:
    """Check that two calls at once are one step, and both outputs go back."""
    calls = (("multiply", {"a": 6, "b": 7}), ("divide", {"a": 42, "b": 6}))
    counterpart.script.play(Call(calls), Say(SAID))
    outputs = {"multiply": "forty-two", "divide": "seven"}

    def multiply(a: int, b: int) -> str:
        return outputs["multiply"]

    def divide(a: int, b: int) -> str:
        return outputs["divide"]

    run: Any = client.threads.runs.create(
        thread_of(client, QUESTION), assistant_id=assistant(client, tools=_TOOLS)
    )
    run = run.wait(tools=[multiply, divide])
    must(answer(run) == SAID, f"the answer is {answer(run)!r}")
    (*_, step) = client.threads.runs.steps.list(run.id, thread_id=run.thread_id)
    details: Any = step.step_details
    names = [each.function.name for each in details.tool_calls]
    must(names == ["multiply", "divide"], f"the first step calls {names}")
    (*_, last) = counterpart.script.asked()
    told = json.dumps(last.body)
    must(all(each in told for each in outputs.values()), f"outputs missing: {told}")
    return f"{', '.join(names)}; {len(counterpart.script.asked())} requests"


def thinking(client: Client, counterpart: Counterpart) -> str:
    """Check that nobody sees what the model thinks."""
    thought = "I wonder whether it is."
    counterpart.script.play(
        Call((("multiply", {"a": 6, "b": 7}),), thought=thought), Say(SAID)
    )

    def multiply(a: int, b: int) -> str:
        return "42"

    run: Any = client.threads.runs.create(
        thread_of(client, QUESTION), assistant_id=assistant(client, tools=_TOOLS)
    )
    run = run.wait(tools=[multiply])
    must(answer(run) == SAID, f"the answer is {answer(run)!r}")
    messages = [each.text for each in client.threads.messages.list(run.thread_id)]
    must(thought not in str(messages), f"it is told: {messages}")
    must(len(messages) == 2, f"messages: {messages}")
    return "two messages"


def late(client: Client, counterpart: Counterpart) -> str:
    """Check that what the model says after its calls is shown, once they are made."""
    after = "I am multiplying."
    counterpart.script.play(
        Call((("multiply", {"a": 6, "b": 7}),), after=after), Say(SAID)
    )

    def multiply(a: int, b: int) -> str:
        return "42"

    run: Any = client.threads.runs.create(
        thread_of(client, QUESTION), assistant_id=assistant(client, tools=_TOOLS)
    )
    run = run.wait(tools=[multiply])
    text = answer(run)
    must(text == f"{after}\n\n{SAID}", f"the answer is {text!r}")
    return text


def structured(client: Client, counterpart: Counterpart) -> str:
    """Check that the schema of an answer reaches the model."""
    said = '{"city": "Ulm", "people": 130000}'
    counterpart.script.play(Say(said))
    run = run_of(client, "Name a city.", response_format=_SCHEMA).wait()
    must(answer(run) == said, f"the answer is {answer(run)!r}")
    (asked,) = counterpart.script.asked()
    schema = _SCHEMA["json_schema"]["schema"]["properties"]
    must(json.dumps(schema) in json.dumps(asked.body), f"no schema: {asked.body}")
    return said


def images(client: Client, counterpart: Counterpart) -> str:
    """Check that images reach the model, uploaded ones and others."""
    file = client.files.create(file=("pixel.png", _IMAGE), purpose="vision")
    url = "https://images.example/cat.png"
    content = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_file", "image_file": {"file_id": file.id}},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    counterpart.script.play(Say(SAID))
    run = run_of(client, content).wait()
    must(answer(run) == SAID, f"the answer is {answer(run)!r}")
    (asked,) = counterpart.script.asked()
    told = json.dumps(asked.body)
    must("data:image/png;base64,iVBOR" in told, f"no image: {told}")
    must(url in told, f"no image: {told}")
    return "a file and a URL"


def remembered(client: Client, counterpart: Counterpart) -> str:
    """Check that the next run knows what was said in the thread."""
    counterpart.script.play(Say("I am called Ada."), Say(SAID))
    run = run_of(client, "What is your name?").wait()
    thread = client.threads.retrieve(run.thread_id)
    client.threads.messages.create(thread, role="user", content=QUESTION)
    client.threads.runs.create(thread, assistant_id=assistant(client)).wait()
    (*_, last) = counterpart.script.asked()
    told = json.dumps(last.body)
    must("I am called Ada." in told, f"forgotten: {told}")
    return "both messages before"


def cut_off(client: Client, counterpart: Counterpart) -> str:
    """Check that an answer without its end is incomplete."""
    counterpart.script.play(Say(SAID, finish="length"))
    run = run_of(client, QUESTION)
    try:
        run.wait()
    except RunIncomplete as error:
        reason = error.run.incomplete_details.reason
        must(reason == "max_completion_tokens", f"because of {reason}")
        return str(reason)
    raise FaultError(f"the run is {run.status}")


def _argument_deltas(events: Any) -> list[str]:
    details = [
        event.data.delta.step_details
        for event in events
        if event.event == "thread.run.step.delta"
    ]
    calls = [call for each in details for call in each.tool_calls or ()]
    return [call.function.arguments for call in calls if call.function.arguments]


FIXED: tuple[Callable[[Client, Counterpart], str], ...] = (models, polled, streamed)
"""What can be asked of a server that always says the same."""
ANSWERS = (
    *FIXED,
    *(called, parallel, thinking, late, structured, images, remembered, cut_off),
)
