"""A timeline says what a run did when, what came of it, and what failed."""

from __future__ import annotations

import copy
from typing import Any

from assistants_client.display.timeline import Timeline
from tests.display.specimens import NOON, RUN, STEPS


def test_a_run_is_told_from_its_beginning_to_its_end() -> None:
    assert str(Timeline(RUN, STEPS)) == (
        "Run run_1: failed after 1 min 15 s\n"
        "  created    2025-11-24 16:00:00Z\n"
        "  model      gpt-4o-mini\n"
        "  assistant  asst_1\n"
        "  thread     thread_1\n"
        "  tokens     1,200 in, 30 out, 1,230 in all, 1024 cached\n"
        "  waited     2 s in the queue, 1 min for outputs of functions\n"
        "\n"
        "=.........  queued  (at 0 s, took 2 s)\n"
        "\n"
        "=.........  between steps  (at 2 s, took 3 s)\n"
        "\n"
        "=========.  weather, code interpreter, file search  (at 5 s, took 1 min, "
        "7 in, 3\n"
        "            out, 10 in all)\n"
        '              | weather({"city": "Hull"})\n'
        "              output: 18\n"
        "              | print(1)\n"
        "              | plot()\n"
        "              output: 1\n"
        "\n"
        "              [image file-image]\n"
        "              found: tides.md, score 0.50\n"
        "\n"
        "........=.  between steps  (at 1 min 5 s, took 5 s)\n"
        "\n"
        ".........=  message  (at 1 min 10 s, took 5 s, failed)\n"
        "              wrote msg_2\n"
        "              server_error: Went away.\n"
        "\n"
        "rate_limit_exceeded: No more tokens."
    )


def test_its_time_adds_up() -> None:
    whole = Timeline(RUN, STEPS)
    assert whole.duration == 75
    assert sum(span.duration or 0 for span in whole.spans) == 75
    assert [span.what for span in whole.spans] == [
        *("queued", "between steps", "weather, code interpreter, file search"),
        *("between steps", "message"),
    ]
    assert [step["id"] for step in whole.steps] == ["step_1", "step_2"]
    assert repr(whole) == "<Timeline of run_1, failed, 2 steps>"
    assert whole.to_html() == whole._repr_html_()


def test_steps_may_follow_at_once_or_overlap() -> None:
    def step(key: str, begin: int, end: int) -> dict[str, Any]:
        times = {"created_at": NOON + begin, "completed_at": NOON + end}
        return {"id": key, "type": key, "status": "completed", **times}

    steps = [step("a", 2, 30), step("b", 5, 10), step("c", 30, 40), step("d", 45, 75)]
    whole = Timeline(RUN, steps)
    assert [(span.what, span.begin, span.end) for span in whole.spans] == [
        *(("queued", 0, 2), ("a", 2, 30), ("b", 5, 10), ("c", 30, 40)),
        *(("between steps", 40, 45), ("d", 45, 75)),
    ]
    (*_, last) = Timeline(RUN, steps[:3]).spans
    assert (last.what, last.begin, last.end) == ("after the last step", 40, 75)


def test_a_run_that_goes_on_is_told_up_to_now() -> None:
    run = {
        **RUN,
        "status": "requires_action",
        "failed_at": None,
        "last_error": None,
        "required_action": {
            "type": "submit_tool_outputs",
            "submit_tool_outputs": {
                "tool_calls": [
                    {
                        "id": "call_9",
                        "type": "function",
                        "function": {"name": "moon", "arguments": '{"day": 1}'},
                    }
                ]
            },
        },
    }
    step = {**STEPS[1], "completed_at": None, "status": "in_progress"}
    whole = Timeline(run, [step], now=NOON + 40)
    assert whole.duration == 40
    shown = str(whole)
    assert shown.startswith("Run run_1: requires action after 40 s\n")
    assert "(at 5 s, goes on, in progress, 7 in" in " ".join(shown.split())
    assert shown.endswith('\nwaits for outputs of 1\n  | moon({"day": 1})')


def test_a_queue_goes_on_too() -> None:
    run = {"id": "run_1", "created_at": NOON, "status": "queued"}
    whole = Timeline(run, [], now=NOON + 3)
    assert "==========  queued  (at 0 s, goes on)" in str(whole)
    assert str(whole).endswith("The run has no steps.")


def test_what_ended_does_not_go_on() -> None:
    run = {"id": "run_1", "created_at": NOON, "status": "cancelled"}
    assert Timeline(run, [], now=NOON + 3).duration is None
    expired = {**run, "status": "expired", "expires_at": NOON + 600}
    assert Timeline(expired, [], now=NOON + 999).duration == 600
    stopped = {
        **run,
        "status": "incomplete",
        "incomplete_details": {"reason": "max_completion_tokens"},
    }
    assert "incomplete: max_completion_tokens" in str(Timeline(stopped, []))


def test_arguments_and_outputs_are_bounded() -> None:
    step = copy.deepcopy(STEPS[1])
    calls = step["step_details"]["tool_calls"]
    calls[0]["function"] |= {"arguments": "a" * 100_000, "output": "b" * 100_000}
    calls[1]["code_interpreter"] |= {"input": "c" * 100_000}
    calls[2]["file_search"] |= {"results": [{"file_id": "f"}] * 10_000}
    calls.append({"id": "call_4", "type": "mcp", "deep": ["d"] * 100_000})
    shown = str(Timeline(RUN, [step]))
    assert len(shown) < 6_000
    assert "(99,000 more characters)" in shown
    assert "found: 9990 more" in shown
    assert 'mcp: {"id": "call_4"' in shown


def test_times_that_make_no_sense_are_left_out() -> None:
    every: list[Any] = [None, "x", True, 10**400, -1, {}, [], 1e300, float("nan")]
    for odd in every:
        data: Any = {**RUN, "created_at": odd, "started_at": odd, "failed_at": odd}
        steps = [{**each, "created_at": odd, "failed_at": odd} for each in STEPS]
        shown = str(Timeline(data, steps, now=NOON))
        assert "wrote msg_2" in shown
        assert "rate_limit_exceeded: No more tokens." in shown


def test_secrets_are_taken_out_first() -> None:
    def hide(data: Any) -> Any:
        return None if data.get("id") == "step_2" else {**data, "model": "hidden"}

    whole = Timeline(RUN, STEPS, hide=hide)
    assert whole.run["model"] == "hidden"
    assert {} in whole.steps
    assert "model      hidden" in str(whole)
