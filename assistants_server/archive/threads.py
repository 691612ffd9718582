"""Importing assistants, and threads with messages, runs and steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistants_archive import UnitLines

from .endings import ended_message, ended_run, ended_step, ending_of

if TYPE_CHECKING:
    from typing import BinaryIO

    from .placement import Placement

JSON = dict[str, Any]


def import_assistant(placement: Placement, file: BinaryIO) -> None:
    """Import the assistant of a unit."""
    for _, value in UnitLines(file).of("assistant"):
        made = placement.adapted("assistant", value)
        if made:
            placement.place("assistant", value, made)


def import_thread(placement: Placement, file: BinaryIO) -> None:
    """Import the thread of a unit with all that is in it.

    Where another thread has its id, or it was deleted here, nothing of it is imported.
    """
    lines = UnitLines(file)
    thread = None
    for _, value in lines.of("thread"):
        made = placement.adapted("thread", value)
        if made is None:
            continue
        verdict = placement.place("thread", value, made)
        if placement.may_add_to(verdict, made["id"]):
            thread = made["id"]
    if thread is None:
        _leave_out(placement, lines)
    else:
        _import_content(placement, thread, lines)


def _import_content(placement: Placement, thread: str, lines: UnitLines) -> None:
    endings = _import_runs(placement, thread, lines)
    for _, value in lines.of("message"):
        made = placement.adapted("message", value, thread_id=thread)
        if made:
            ending = endings.get(made["run_id"])
            made = ended_message(made, ending, placement.when)
            placement.place("message", value, made, thread=thread)
    for line, value in lines.of("step"):
        if line.run not in endings:
            text = "its run is not in the archive, or could not be imported"
            placement.report.add("refused", "step", _id_of(value), text)
            continue
        made = placement.adapted("step", value, thread_id=thread, run_id=line.run)
        if made:
            made = ended_step(made, endings[line.run], placement.when)
            placement.place("step", value, made, thread=thread, run=line.run)


def _import_runs(placement: Placement, thread: str, lines: UnitLines) -> dict[str, Any]:
    """Import the runs of a thread; return how those that were not finished end."""
    endings: dict[str, str | None] = {}
    for _, value in lines.of("run"):
        made = placement.adapted("run", value, thread_id=thread)
        if made is None:
            continue
        ending = ending_of(made)
        verdict = placement.place(
            "run",
            value,
            ended_run(made, placement.when),
            thread=thread,
            notes={"thread": thread, "expires": placement.when, "results": False},
        )
        if placement.may_add_to(verdict, made["id"]):
            endings[made["id"]] = ending
        if verdict == "imported" and ending:
            reason = f"it was {made['status']}, and is {ending} now"
            placement.report.note("adapted", "run", made["id"], reason)
    return endings


def _leave_out(placement: Placement, lines: UnitLines) -> None:
    for kind in ("message", "run", "step"):
        for _, value in lines.of(kind):
            placement.report.add(
                "refused", kind, _id_of(value), "its thread is left out"
            )


def _id_of(value: Any) -> str:
    found = value.get("id") if isinstance(value, dict) else None
    return str(found)[:100]
