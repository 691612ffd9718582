"""Runs: list, show, watch and cancel them, and submit what they wait for."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import typer

from assistants_client import tool_output

from ..command import command, group
from ..dialogue.endings import ending_of
from ..exit_codes import ExitCode
from ..failures import WrongUse
from ..json_data import at, pairs, text_in
from ..printing.calls import calls_of
from ..safe_text import moment
from ..session import Session
from ..tool_module import tools_in
from ..watch import watch
from .parts import LimitOption, write_id, write_list

app = group("Runs: assistants at work on threads.")

ThreadArgument: TypeAlias = Annotated[str, typer.Argument(metavar="THREAD")]
RunArgument: TypeAlias = Annotated[
    str | None, typer.Argument(metavar="RUN", help="Its id [default: the newest one]")
]


@app.command("list")
@command
def list_runs(
    session: Session, thread: ThreadArgument, limit: LimitOption = None
) -> None:
    """List the runs of a thread, the newest first."""
    write_list(
        session,
        session.client.threads.runs.list(thread, max_items=limit),
        ("id", "status", "model", "created", "assistant"),
        lambda each: (
            at(each, "id"),
            at(each, "status"),
            at(each, "model"),
            moment(at(each, "created_at")),
            at(each, "assistant_id"),
        ),
    )


@app.command("show")
@command
def show_run(session: Session, thread: ThreadArgument, run: RunArgument = None) -> None:
    """Show what a run did when; with --json the run, and then each step."""
    found = _run(session, thread, run)
    if not session.output.json:
        session.output.show(found.timeline())
        return
    session.output.data(found)
    for each in found.list_steps(order="asc", limit=100):
        session.output.data(each)


@app.command("watch")
@command
def watch_run(
    session: Session,
    thread: ThreadArgument,
    run: RunArgument = None,
    max_wait: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", min=0, help="Time to watch [default: no limit]"
        ),
    ] = None,
    until_action: Annotated[
        bool,
        typer.Option("--until-action", help="End where the run waits for outputs"),
    ] = False,
) -> ExitCode:
    """Show what happens in a run, as it happens, until it ends."""
    found = _run(session, thread, run)
    watch(session, found, max_wait=max_wait, until_action=until_action)
    return ending_of(session, found)


@app.command("cancel")
@command
def cancel_run(
    session: Session, thread: ThreadArgument, run: RunArgument = None
) -> None:
    """Cancel a run."""
    write_id(session, _run(session, thread, run).cancel())


@app.command("submit")
@command
def submit_outputs(
    session: Session,
    thread: ThreadArgument,
    run: RunArgument = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CALL=TEXT",
            help="Output of a call, by its id or, where it is called once, the name of "
            "the function; @FILE for a file. One for each call",
        ),
    ] = None,
    tools: Annotated[
        str | None,
        typer.Option(metavar="MODULE", help="Call the functions of a Python module"),
    ] = None,
    approve: Annotated[
        list[str] | None, typer.Option(metavar="CALL", help="Approve a call")
    ] = None,
    deny: Annotated[
        list[str] | None, typer.Option(metavar="CALL", help="Don't approve a call")
    ] = None,
) -> None:
    """Submit the outputs that a run waits for, and print its id; it goes on then."""
    ways = {
        "--output": output,
        "--tools": tools,
        "--approve and --deny": approve or deny,
    }
    used = [name for name, value in ways.items() if value]
    if len(used) > 1:
        raise WrongUse(f"use either {' or '.join(used)}")
    given = {
        key: text_in("--output", text) or ""
        for key, text in pairs("--output", output).items()
    }
    functions = None if tools is None else tools_in(tools)
    found = _run(session, thread, run)
    action = found.to_dict().get("required_action")
    if found.status != "requires_action" or not calls_of(action):
        raise WrongUse(f"run {found.id} waits for nothing: it is {found.status}")
    if approve or deny:
        decided = [(key, True) for key in approve or ()]
        decided += [(key, False) for key in deny or ()]
        approvals = [{"tool_call_id": key, "approve": yes} for key, yes in decided]
        write_id(session, found.submit_tool_outputs(tool_approvals=approvals))
        return
    if functions is not None:
        outputs = found.do_tool_calls(functions)
    else:
        outputs = _outputs(calls_of(action), given)
    write_id(session, found.submit_tool_outputs(outputs))


def _run(session: Session, thread: str, run: str | None) -> Any:
    """Return a run, or the newest one of a thread.

    Raises:
        WrongUse: the thread has none.
        APIError: the call fails.
    """
    runs = session.client.threads.runs
    if run is not None:
        return runs.retrieve(run, thread_id=thread)
    for found in runs.list(thread, limit=1, max_items=1):
        return found
    raise WrongUse(f"thread {thread} has no run")


def _outputs(calls: list[dict[str, Any]], given: dict[str, str]) -> list[Any]:
    """Return the outputs in the order of the calls.

    Raises:
        WrongUse: one is missing, or for no call.
    """
    names = [at(each, "function", "name") for each in calls]
    keys = {
        at(each, "id"): name if names.count(name) == 1 else None
        for each, name in zip(calls, names, strict=True)
    }
    outputs = []
    for key, name in keys.items():
        text = given.pop(key if key in given else name or "", None)
        if text is None:
            raise WrongUse(f"there is no output for {key}: add --output {key}=TEXT")
        outputs.append(tool_output(key, text))
    if given:
        known = ", ".join(map(str, keys))
        raise WrongUse(f"there is no call {', '.join(given)}; there are: {known}")
    return outputs
