"""The commands on the pages exist, with the options that they are given."""

from __future__ import annotations

import argparse
import os
import re
import shlex
from functools import cache
from typing import TYPE_CHECKING, Any

import typer

from assistants_cli.app import app as cli
from assistants_server.commands import archive, copy, keys
from assistants_server.commands.serve import _parser
from codegen.__main__ import command_line
from tests.docs.pages import ROOT, all_pages, code_words, where

if TYPE_CHECKING:
    from collections.abc import Container

_OPTION = re.compile(r"--?[a-z][\w-]*")
_LONE = re.compile(r"--[a-z][\w-]*")
# What a shell makes of its lines.
_DOCUMENT = re.compile(r"<< END\n.*?\nEND$", re.DOTALL | re.MULTILINE)
_ASSIGNED = re.compile(r"^\w+=\$\((.*)\)$")
_UTILITIES = {"cat", "cut", "echo", "export", "head", "jq", "printf", "psql"}
# What a script hands its work to.
_MODULE = re.compile(r"-m ((?:bench|harness|scripts)[\w.]*)")
# Modules that others wrote.
_OTHERS = {"build", "pip", "pytest"}
# Scripts that hand their options on to a command of the generator.
_BORROWED = {"scripts/regen": "build", "scripts/vendor": "vendor"}


def commands() -> list[tuple[str, list[str]]]:
    """Return all commands of all pages, in blocks and within the text, with places."""
    found = []
    for page in all_pages():
        for block in page.examples("sh"):
            code = _DOCUMENT.sub("", block.parsed).replace("\\\n", " ")
            lines = [_ASSIGNED.sub(r"\1", line) for line in code.splitlines()]
            parts = [part for line in lines for part in line.split(" | ")]
            found += [(where(block), part) for part in parts]
        begins = ("python -m ", "assistants ", "scripts/", ".ci/")
        for word in code_words(page):
            if word.startswith(begins) and not word.endswith((".py", "/")):
                found.append((page.path, word))
    words = [(place, shlex.split(line, comments=True)) for place, line in found]
    return [(place, line) for place, line in words if line]


@cache
def codegen_options() -> dict[str, set[str]]:
    """Return the options of each command of the generator."""
    group: Any = typer.main.get_command(command_line())
    return {
        name: {text for each in command.params for text in [*each.opts, "--help"]}
        for name, command in group.commands.items()
    }


@cache
def cli_options() -> dict[str, set[str]]:
    """Return the options of each command of `assistants`, subcommands as "a b"."""
    found: dict[str, set[str]] = {}
    todo: list[tuple[str, Any]] = [("", typer.main.get_command(cli))]
    while todo:
        name, command = todo.pop()
        found[name] = {
            text for each in command.params for text in [*each.opts, "--help"]
        }
        for below, other in getattr(command, "commands", {}).items():
            todo.append((f"{name} {below}".strip(), other))
    return found


@cache
def server_options() -> dict[str, set[str]]:
    """Return the options of each command of the server, subcommands as "a b"."""
    found: dict[str, set[str]] = {}
    todo = [("", _parser()), ("import", archive._parser())]
    todo += [("copy", copy._parser()), ("keys", keys._parser())]
    for name, parser in todo:
        actions = parser._actions
        found[name] = {text for each in actions for text in each.option_strings}
        for each in actions:
            if isinstance(each, argparse._SubParsersAction):
                todo += [
                    (f"{name} {word}", each.choices[word]) for word in each.choices
                ]
    return found


@cache
def script_text(path: str) -> str:
    """Return the text of a script, and of the modules that do its work."""
    script = ROOT / path
    name = path.rpartition("/")[2]
    files = [script, *script.parent.glob(f"_{name}*.py")]
    for module in _MODULE.findall(script.read_text(encoding="utf-8")):
        place = ROOT / module.replace(".", "/")
        files += place.glob("*.py") if place.is_dir() else [place.with_suffix(".py")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def fault(words: list[str]) -> str | None:
    """Return what is wrong with a command, if something is."""
    while words and "=" in words[0] and not words[0].startswith("-"):
        words = words[1:]
    options = {word.partition("=")[0] for word in words if _OPTION.match(word)}
    match words:
        case ["python", "-m", "codegen"]:
            return None
        case ["python", "-m", "codegen", command, *_]:
            known = codegen_options().get(command)
            if known is None:
                return f"codegen has no command {command}"
            return unknown(options - {"-m"} - known)
        case ["python", "-m", "assistants_server", *rest]:
            named = server_options()[longest(rest, server_options())]
            return unknown(options - {"-m"} - named)
        case [word, *_] if word in _UTILITIES:
            return None
        case ["assistants", *rest]:
            return cli_fault(options, rest)
        case ["python", "-m", module, *_] if module in _OTHERS:
            return None
        case ["python", "-m", module] if module.startswith("harness."):
            file = ROOT / f"{module.replace('.', '/')}.py"
            return None if file.is_file() else "there is no such module"
        case ["python", file] if file.endswith("/vendored.py"):
            return None
        case [script, *rest] if script.startswith(("scripts/", ".ci/")):
            return script_fault(script, options, rest)
        case _:
            return "nobody knows this command"


def cli_fault(options: set[str], rest: list[str]) -> str | None:
    """Return what is wrong with a use of `assistants`, if something is."""
    known = cli_options()
    name = longest(rest, known)
    if not name and rest and not rest[0].startswith("-"):
        return f"assistants has no command {rest[0]}"
    return unknown(options - known[name])


def longest(words: list[str], known: Container[str]) -> str:
    """Return the longest name of a command that words begin with."""
    name = ""
    for word in words:
        longer = f"{name} {word}".strip()
        if longer not in known:
            break
        name = longer
    return name


def script_fault(script: str, options: set[str], rest: list[str]) -> str | None:
    """Return what is wrong with a call of a script, if something is."""
    if not os.access(ROOT / script, os.X_OK):
        return f"{script} is no script"
    own = {word for word in options if word not in script_text(script)}
    own -= codegen_options().get(_BORROWED.get(script, ""), set())
    if script == "scripts/test":
        own.discard("-n0")
        paths = [word for word in rest if word.startswith("tests/")]
        own |= {path for path in paths if not (ROOT / path).exists()}
    return unknown(own)


def unknown(options: set[str]) -> str | None:
    return f"unknown options: {sorted(options)}" if options else None


def test_commands_exist() -> None:
    found = commands()
    assert len(found) > 40
    wrong = [(place, " ".join(words), fault(words)) for place, words in found]
    assert [each for each in wrong if each[2]] == []


def test_options_exist() -> None:
    every = (server_options(), codegen_options(), cli_options())
    known = {text for each in every for options in each.values() for text in options}
    names = [path.name for path in (ROOT / "scripts").iterdir() if path.is_file()]
    scripts = [name for name in names if name.replace("-", "").isalnum()]
    texts = "".join(script_text(f"scripts/{name}") for name in scripts)
    wrong = []
    for page in all_pages():
        words = {word.split()[0].partition("=")[0] for word in code_words(page)}
        options = {word for word in words if _LONE.fullmatch(word)} - known
        wrong += [f"{page.path}: {word}" for word in options if word not in texts]
    assert wrong == []


def test_what_does_not_exist_is_noticed() -> None:
    lines: list[str] = [
        "python -m codegen buidl",
        "python -m codegen build --nmae x",
        "python -m assistants_server --prot 1",
        "python -m assistants_server keys create --port 1",
        "assistants thraeds",
        "assistants assistants list --lmiit 3",
        "scripts/tset",
        "scripts/regen --chekc",
        "scripts/test tests/nowhere",
        "make nothing",
    ]
    assert [line for line in lines if not fault(shlex.split(line))] == []
