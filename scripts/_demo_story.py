"""What the demo runs: an assistant that may call a Python function.

Nothing in it is special to the demo: with the client of another server it does the
same there.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from assistants_client import AssistantEventHandler, ToolSet, tool

if TYPE_CHECKING:
    from assistants_api.models import MessageText, MessageTextDelta, RunStepToolCall
    from assistants_client import Assistant, Client, Run, RunStep

QUESTION = "How many days are there from 2026-08-26 to 2027-03-31?"


@tool
def days_between(first: str, last: str) -> int:
    """Count the days from one date to another.

    Args:
        first: the earlier date, as YYYY-MM-DD.
        last: the later date, as YYYY-MM-DD.
    """
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


TOOLS = ToolSet([days_between])


def make_assistant(client: Client) -> Assistant:
    """Make an assistant that knows of the function."""
    return client.assistants.create(
        model="gpt-4o-mini",
        name="Calendar",
        instructions="Answer in one sentence. Leave counting to your function.",
        tools=TOOLS,
    )


def ask(client: Client, assistant: Assistant) -> Run:
    """Ask the question; show the text as it comes, calls included."""
    with client.threads.create_and_run_stream(
        assistant_id=assistant,
        thread={"messages": [{"role": "user", "content": QUESTION}]},
        tools=TOOLS,
        event_handler=Printer(),
    ) as stream:
        return stream.get_final_run()


class Printer(AssistantEventHandler):
    """Show what an assistant writes and calls, as it comes."""

    def on_text_created(self, text: MessageText) -> None:
        """Begin a line."""
        print("assistant | ", end="")

    def on_text_delta(self, delta: MessageTextDelta, snapshot: MessageText) -> None:
        """Add to the line."""
        print(delta.value, end="", flush=True)

    def on_text_done(self, text: MessageText) -> None:
        """End the line."""
        print()

    def on_tool_call_done(self, tool_call: RunStepToolCall) -> None:
        """Show what is about to be called."""
        match tool_call.to_dict():
            case {"function": {"name": name, "arguments": arguments}}:
                print(f"    calls | {name}({arguments})", flush=True)

    def on_run_step_done(self, run_step: RunStep) -> None:
        """Show the results of the calls, as the server has them now."""
        for output in outputs_of(run_step):
            print(f"  outputs | {output}")


def outputs_of(step: RunStep) -> list[str]:
    """Return the results of the functions that a step called."""
    calls = step.to_dict()["step_details"].get("tool_calls", [])
    return [call["function"]["output"] for call in calls if "function" in call]


def sum_up(run: Run) -> None:
    """Show the steps that a run took, and what it used."""
    for number, step in enumerate(run.list_steps(order="asc"), 1):
        used = step.usage.total_tokens if step.usage else 0
        print(f"   step {number} | {step.type:16}  {step.status}  {used:3} tokens")
    if run.usage:
        read, written = run.usage.prompt_tokens, run.usage.completion_tokens
        print(f"    usage | {read} tokens read, {written} written; run {run.status}")
