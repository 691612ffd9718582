"""The tables of the documentation: what they say is tried, none leaves anything out."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import copy
import inspect
import os
import re
from typing import TYPE_CHECKING, Any, Final

import pytest

import assistants_api
import assistants_client
from assistants_api.api.runs import get_run
from assistants_client import (
    AssistantStreamManager,
    AsyncClient,
    BadRequestError,
    Client,
    NotFoundError,
    RunRequiresAction,
    Stream,
    ToolSet,
    tool_output,
)
from assistants_server import LocalServer
from assistants_server.configuration.table import OPTIONS
from codegen.normalise import PASSES
from tests.cases import some
from tests.docs.pages import ROOT, all_pages, code_words, docs_pages, prose

if TYPE_CHECKING:
    from tests.docs.pages import Page

PAGES: Final = {page.name: page for page in docs_pages()}
_CELL = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"`([^`]+)`")


def rows(page: Page, heading: str) -> list[list[str]]:
    """Return the cells of the tables below a heading of a page, without their heads."""
    section = re.split(r"^##+ ", prose(page), flags=re.MULTILINE)
    (text,) = [part for part in section if part.partition("\n")[0] == heading]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in _CELL.split(line)[1:-1]] for line in lines]
    begin = [number for number, row in enumerate(cells) if set(row[0]) == {"-"}]
    heads = {number - 1 for number in begin} | {*begin}
    return [row for number, row in enumerate(cells) if number not in heads]


def first_words(page: str, heading: str) -> list[str]:
    """Return the code in the first column of a table."""
    return [
        name for row in rows(PAGES[page], heading) for name in _CODE.findall(row[0])
    ]


def here(page: Page) -> list[str]:
    """Return the code that tables on moving over have in their last columns."""
    headings = re.findall(r"^## (.+)$", prose(page), re.MULTILINE)
    found = [row[-1] for heading in headings for row in rows(page, heading)]
    codes = [code for cell in found for code in _CODE.findall(cell)]
    return [code for code in codes if "(" in code or "." in code]


def tide() -> str:
    return "4 m"


SLOW = {"X-Local-Script": '[[{"wait": 5}]]'}
TOOLS = ToolSet([tide])


def things(client: Client, code: str) -> dict[str, Any]:
    """Make what a row speaks of, anew: nothing is left of another row."""
    assistant = client.assistants.create(model="gpt-4o-mini")
    thread = client.threads.create()
    names: dict[str, Any] = {"assistant": assistant, "thread": thread}
    names |= {"tools": TOOLS, "tide": tide}
    if "list" in code or "page" in code:
        # Two, so that there is a second page.
        thread.run(assistant).wait(poll_interval_ms=1)
    run = names["run"] = thread.run(assistant).wait(poll_interval_ms=1)
    if code.startswith("error."):
        with pytest.raises(NotFoundError) as caught:
            client.threads.retrieve("thread_of_nobody")
        names["error"] = caught.value
    if "step" in code:
        names["step"] = run.list_steps().data[0]
    if "going" in code:
        going = client.threads.create_and_run(
            assistant_id=assistant, extra_headers=SLOW
        )
        names["going"] = going
    if "asking" in code:
        asking = names["asking"] = client.threads.create_and_run(
            assistant_id=assistant, tools=TOOLS
        )
        with pytest.raises(RunRequiresAction):
            asking.wait(poll_interval_ms=1)
        names["outputs"] = asking.do_tool_calls(TOOLS)
    return names


def tried(code: str, url: str) -> None:
    """Carry out what a row says."""
    with (
        Client(base_url=url, api_key="none", verbosity=0) as client,
        assistants_api.AuthenticatedClient(base_url=url, token="none") as plain,
    ):
        names = things(client, code)
        ids = {"RUN_ID": names["run"].id, "THREAD_ID": names["thread"].id}
        for word, value in ids.items():
            code = code.replace(word, value)
        modules = {"copy": copy, "get_run": get_run, "tool_output": tool_output}
        with contextlib.ExitStack() as stack:
            if re.search(r"\bstream\.", code):
                manager = names["thread"].stream(names["assistant"])
                names["stream"] = stack.enter_context(manager)
                next(names["stream"])
            result = eval(code, {**names, **modules, "plain": plain, "client": client})
            if isinstance(result, Stream | AssistantStreamManager):
                stack.enter_context(result)


async def awaited(code: str, url: str) -> None:
    """Carry out what a row says that has to be awaited."""
    async with AsyncClient(base_url=url, api_key="none") as client:
        assistant = await client.assistants.create(model="gpt-4o-mini")
        thread = await client.threads.create()
        run = await client.threads.create_and_run(assistant_id=assistant)
        plain = Client(base_url=url, api_key="none")
        ids = {"thread_id": run.thread_id}
        names: dict[str, object] = {
            "assistant": assistant,
            "thread": thread,
            "run": run,
        }
        names |= {"plain_run": plain.threads.runs.bind(run.id, **ids)}
        names |= {"asyncio": asyncio}
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        compiled = compile(code, code, "eval", flags=flags)
        await eval(compiled, {**names, "client": client})
        plain.close()


def is_unknown_there(error: Exception) -> bool:
    """Return whether the server has got what it doesn't know, as the row says."""
    return isinstance(error, BadRequestError) and "$.own is not known" in str(error)


def test_what_a_table_says_instead_works(capsys: pytest.CaptureFixture[str]) -> None:
    codes = here(PAGES["from-r-and-ruby"])
    assert len(codes) > 45
    wrong = []
    with LocalServer(poll_after=1) as server:
        for code in codes:
            try:
                if code.startswith("await"):
                    asyncio.run(awaited(code, server.url))
                elif code[0].islower():
                    tried(code, server.url)
            except Exception as error:  # noqa: BLE001 - all rows are tried
                if not is_unknown_there(error):
                    wrong.append(f"{code}: {error!r}")
    capsys.readouterr()
    assert wrong == [], "\n".join(wrong)


def test_settings_are_those_of_the_client() -> None:
    page = PAGES["settings"]
    found = first_words("settings", "Keywords of a client")
    assert found == [*inspect.signature(Client).parameters]
    azure = [*inspect.signature(Client.for_azure).parameters]
    assert first_words("settings", "Azure AI Foundry") == azure[:-1]
    code = "".join(
        path.read_text(encoding="utf-8")
        for package in ("assistants_client", "assistants_server")
        for path in (ROOT / package).rglob("*.py")
    )
    variables = set(re.findall(r"\b(?:OPENAI|ASSISTANTS|AZURE)_[A-Z_]+", code))
    named = {word for word in code_words(page) if word.isupper()}
    # --help names those of options.
    of_options = {option.in_environment for option in OPTIONS}
    assert variables - of_options <= named <= variables | of_options


def test_defaults_are_those_of_the_client() -> None:
    table = {
        _CODE.findall(row[0])[0]: row[2]
        for row in rows(PAGES["settings"], "Keywords of a client")
    }
    parameters = inspect.signature(Client).parameters
    for name in ("timeout", "max_retries", "max_response_bytes"):
        default = table[name].partition(" ")[0].replace(",", "")
        assert float(default.rstrip(",")) == parameters[name].default, name


def test_tables_of_names_leave_nothing_out() -> None:
    handler = assistants_client.AssistantEventHandler
    callbacks = {name for name in dir(handler) if name.startswith("on_")}
    assert {*first_words("streams", "Callbacks")} == callbacks
    errors = {
        name
        for name in assistants_client.__all__
        if isinstance(kind := getattr(assistants_client, name), type)
        if issubclass(kind, assistants_client.AssistantsError)
    } - {"AssistantsError"}
    assert {*first_words("errors", "Exceptions")} == errors
    for row in some(rows(PAGES["first-steps"], "Live objects")):
        (kind,) = _CODE.findall(row[0])
        above = getattr(assistants_client, kind).__mro__
        ours = [
            each for each in above if each.__module__.startswith("assistants_client")
        ]
        names = {name for each in ours for name in vars(each)}
        methods = {name for name in names if not name.startswith("_")}
        assert {*_CODE.findall(row[1])} == methods, kind


def test_the_passes_are_those_of_the_generator() -> None:
    assert first_words("how-the-generator-works", "The passes") == [*PASSES]


def test_the_map_has_every_script_and_every_folder_of_tests() -> None:
    (page,) = [page for page in all_pages() if page.name == "CONTRIBUTING"]
    cells = [_CODE.findall(row[0]) for row in rows(page, "Tests")]
    named = {word.split()[0] for words in cells for word in words}
    scripts = {
        f"scripts/{path.name}"
        for path in (ROOT / "scripts").iterdir()
        if path.is_file() and os.access(path, os.X_OK)
    }
    folders = {f"tests/{path.parent.name}/" for path in ROOT.glob("tests/*/*.py")}
    assert (scripts | folders) - named == set()
