"""Projects that have a copy of ours, and Pythons that know nothing else of us."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.testing import CliRunner

from codegen.commands.vendor import vendor as command

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[2]
TALKING = '''\
"""What a project does with its copy."""

from __future__ import annotations

from ._vendor.threads_api import Client, NotFoundError, Run, ToolSet, tool
from ._vendor.threads_api.assistants_api import AuthenticatedClient
from ._vendor.threads_api.assistants_api.api.assistants import create_assistant
from ._vendor.threads_api.assistants_api.api.runs import create_run
from ._vendor.threads_api.assistants_api.models import CreateAssistantRequest


@tool
def times(a: int, b: int) -> int:
    """Multiply two numbers."""
    return 1000 + a * b


def talk(url: str) -> dict[str, object]:
    """Do the job by the client: a run that calls a function, and a stream."""
    tools = ToolSet([times])
    with Client(base_url=url, api_key="none") as client:
        assistant = client.assistants.create(model="m", name="A", tools=tools)
        thread = client.threads.create()
        thread.add_message("What is six times seven?")
        run: Run = thread.run(assistant).wait(tools=tools)
        answers = [message.text for message in run.messages()]
        with thread.stream(assistant, tools=tools) as stream:
            streamed = "".join(stream.text_deltas)
        refused = 0
        try:
            client.assistants.retrieve("asst_none")
        except NotFoundError as error:
            refused = error.status_code
        return {
            "status": run.status,
            "answers": answers,
            "streamed": streamed,
            "refused": refused,
        }


def talk_plainly(url: str) -> dict[str, object]:
    """Do the same by the modules of single operations."""
    with AuthenticatedClient(base_url=url, token="none") as client:
        request = CreateAssistantRequest(model="m", name="B")
        made = create_assistant.sync(client=client, body=request)
        return {"name": made.name, "stream": create_run.stream.__name__}
'''

_app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_app.command()(command)


class Result(NamedTuple):
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


def vendor(*arguments: str | Path) -> Result:
    """Run `python -m codegen vendor` within this process."""
    done = CliRunner().invoke(_app, [*map(str, arguments)], env={"COLUMNS": "200"})
    # Anything that is not reported in words is a bug.
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Result(done.exit_code, done.stdout, done.stderr)


def stamp_of(copy: Path) -> dict[str, Any]:
    stamp: dict[str, Any] = json.loads((copy / "VENDORED.json").read_text("utf-8"))
    return stamp


def link_dependencies(requirements: Iterable[str], folder: Path) -> None:
    """Link what some requirements lead to, and nothing else, into a folder."""
    found: set[str] = set()
    todo = [*requirements]
    while todo:
        requirement = Requirement(todo.pop())
        name = canonicalize_name(requirement.name)
        marker = requirement.marker
        if name in found or (marker and not marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        installed = distribution(name)
        todo += installed.requires or []
        for top in {file.parts[0] for file in installed.files or []} - {"..", ""}:
            if top != "__pycache__" and not (folder / top).exists():
                (folder / top).symlink_to(Path(str(installed.locate_file(top))))


def isolated(*command: str | Path, paths: Iterable[Path] = ()) -> Result:
    """Run Python where nothing can be imported but its library and some paths.

    Without `site` there are neither installed packages nor those of a checkout.
    """
    program = "import runpy, sys; sys.path[:0] = {paths}; sys.argv = {argv}; {run}"
    argv = [*map(str, command)]
    target, run = argv[0], "runpy.run_path(sys.argv[0], run_name='__main__')"
    if target == "-m":
        argv = argv[1:]
        run = "runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
    text = program.format(paths=[*map(str, paths)], argv=argv, run=run)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", text],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)
