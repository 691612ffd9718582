"""How much a run reads and writes: truncation strategies and limits of tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.server.api import JSON, Api, function, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistants_server import Engine, Turn


@pytest.fixture(scope="module")
def plain(api: Api) -> str:
    return api.assistant(tools=[function("height")])


def seen(turn: Turn) -> Iterator[str]:
    """Answer as an engine with the numbers of the messages that are given to it."""
    yield ",".join(text_of(each).partition(" ")[0] for each in turn.messages)


@pytest.mark.parametrize(
    ("strategy", "numbers"),
    [
        ({"type": "last_messages", "last_messages": 2}, "3,4"),
        ({"type": "last_messages", "last_messages": 1}, "4"),
        ({"type": "last_messages", "last_messages": 10**30}, "0,1,2,3,4"),
        ({"type": "auto"}, "0,1,2,3,4"),
        ({"type": "auto", "last_messages": None}, "0,1,2,3,4"),
    ],
)
def test_the_truncation_strategy_says_what_the_engine_reads(
    api: Api,
    plain: str,
    strategy: JSON,
    numbers: str,
    use_engine: Callable[[Engine], None],
) -> None:
    use_engine(seen)
    thread = api.thread(*"01234")
    run = api.run(thread, plain, truncation_strategy=strategy)
    assert api.answers(run) == [numbers]
    assert len(api.messages(thread)) == 6


def test_a_long_thread_loses_its_middle(
    api: Api, plain: str, use_engine: Callable[[Engine], None]
) -> None:
    use_engine(seen)
    thread = api.thread(*(f"{number} {'word ' * 80}" for number in range(8)))
    run = api.run(thread, plain, max_prompt_tokens=512)
    assert run["status"] == "completed"
    assert 0 < run["usage"]["prompt_tokens"] <= 512
    (answer,) = api.answers(run)
    numbers = [*map(int, answer.split(","))]
    assert numbers[-1] == 7
    assert numbers == sorted(numbers)
    assert len(numbers) < 8


def test_a_prompt_that_cannot_be_made_short_enough(api: Api, plain: str) -> None:
    run = api.run(api.thread("word " * 1000), plain, max_prompt_tokens=256)
    assert run["status"] == "incomplete"
    assert run["incomplete_details"] == {"reason": "max_prompt_tokens"}
    assert (api.steps(run), api.answers(run)) == ([], [])
    assert run["usage"]["completion_tokens"] == 0


def test_the_prompts_of_all_turns_count(api: Api, plain: str) -> None:
    script = [[{"call": "height"}], [{"call": "height"}], ["8849 m"]]
    thread = api.thread("word " * 80)
    run = api.run(thread, plain, script=script, max_prompt_tokens=256)
    api.submit(run, "8849")
    run = api.wait(run)
    assert run["status"] == "requires_action"
    api.submit(run, "8849")
    run = api.wait(run)
    assert run["status"] == "incomplete"
    assert run["incomplete_details"] == {"reason": "max_prompt_tokens"}
    assert run["usage"]["prompt_tokens"] <= 256


def test_an_answer_ends_at_the_limit(
    api: Api, plain: str, use_engine: Callable[[Engine], None]
) -> None:
    def endless(turn: Turn) -> Iterator[str]:
        while True:
            yield "four"

    use_engine(endless)
    run = api.run(api.thread("Hi"), plain, max_completion_tokens=256)
    assert run["status"] == "incomplete"
    assert run["incomplete_details"] == {"reason": "max_completion_tokens"}
    assert run["usage"]["completion_tokens"] == 256
    (message,) = api.messages(run["thread_id"], run_id=run["id"])
    assert text_of(message) == "four" * 256
    assert message["incomplete_details"] == {"reason": "max_tokens"}


def test_what_all_turns_write_counts(api: Api, plain: str) -> None:
    long = "word" * 200
    script = [[long, {"call": "height"}], [long, " and more"]]
    run = api.run(api.thread("Hi"), plain, script=script, max_completion_tokens=300)
    assert run["status"] == "requires_action"
    api.submit(run, "8849")
    run = api.wait(run)
    assert run["status"] == "incomplete"
    assert run["incomplete_details"] == {"reason": "max_completion_tokens"}


@pytest.mark.parametrize("name", ["max_prompt_tokens", "max_completion_tokens"])
@pytest.mark.parametrize("value", [255, 0, -1, True, "300"])
def test_limits_are_256_at_least(api: Api, plain: str, name: str, value: Any) -> None:
    error = api.start(api.thread(), plain, status=400, **{name: value})["error"]
    assert error["param"] == name
