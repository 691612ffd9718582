"""Importing assistants, and threads with messages, runs and steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistants_archive import UnitLines

from .endings import ended_message, ended_run, ended_step, ending_of

if TYPE_CHECKING:
    from typing import BinaryIO

    from .placing import Placing

JSON = dict[str, Any]


def import_assistant(placing: Placing, file: BinaryIO) -> None:
    """Import the assistant of a unit."""
    for _, value in UnitLines(file).of("assistant"):
        made = placing.adapted("assistant", value)
        if made:
            placing.place("assistant", value, made)


def import_thread(placing: Placing, file: BinaryIO) -> None:
    """Import the thread of a unit with all that is in it.

    Where another thread has its id, or it was deleted here, nothing of it is imported.
    """
    lines = UnitLines(file)
    thread = None
    for _, value in lines.of("thread"):
        made = placing.adapted("thread", value)
        if made is None:
            continue
        verdict = placing.place("thread", value, made)
        if placing.may_add_to(verdict, made["id"]):
            thread = made["id"]
    if thread is None:
        _leave_out(placing, lines)
    else:
        _import_content(placing, thread, lines)


def _import_content(placing: Placing, thread: str, lines: UnitLines) -> None:
    endings = _import_runs(placing, thread, lines)
    for _, value in lines.of("message"):
        made = placing.adapted("message", value, thread_id=thread)
        if made:
            ending = endings.get(made["run_id"])
            made = ended_message(made, ending, placing.when)
            placing.place("message", value, made, thread=thread)
    for line, value in lines.of("step"):
        if line.run not in endings:
            text = "its run is not in the archive, or could not be imported"
            placing.report.add("refused", "step", _id_of(value), text)
            continue
        made = placing.adapted("step", value, thread_id=thread, run_id=line.run)
        if made:
            made = ended_step(made, endings[line.run], placing.when)
            placing.place("step", value, made, thread=thread, run=line.run)


def _import_runs(placing: Placing, thread: str, lines: UnitLines) -> dict[str, Any]:
    """Import the runs of a thread; return how those that were not finished end."""
    endings: dict[str, str | None] = {}
    for _, value in lines.of("run"):
        made = placing.adapted("run", value, thread_id=thread)
        if made is None:
            continue
        ending = ending_of(made)
        verdict = placing.place(
            "run",
            value,
            ended_run(made, placing.when),
            thread=thread,
            notes={"thread": thread, "expires": placing.when, "results": False},
        )
        if placing.may_add_to(verdict, made["id"]):
            endings[made["id"]] = ending
        if verdict == "imported" and ending:
            reason = f"it was {made['status']}, and is {ending} now"
            placing.report.note("adapted", "run", made["id"], reason)
    return endings


def _leave_out(placing: Placing, lines: UnitLines) -> None:
    for kind in ("message", "run", "step"):
        for _, value in lines.of(kind):
            placing.report.add("refused", kind, _id_of(value), "its thread is left out")


def _id_of(value: Any) -> str:
    found = value.get("id") if isinstance(value, dict) else None
    return str(found)[:100]
