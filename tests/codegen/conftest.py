"""Fixtures of the generator's tests: packages that are built once, or on demand."""

from __future__ import annotations

import gc
import pickle
import signal
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pytest

from codegen.__main__ import main
from codegen.pipeline import Order, build
from harness.formatted import keep_formatted_code
from tests.codegen.audit import vocabulary
from tests.codegen.once import once
from tests.codegen.packages import forget_package, import_package
from tests.codegen.specs import (
    EVERYTHING,
    JSON,
    PINNED,
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    operation,
    parameter,
    put_tree,
    ref,
    tree,
    written,
)
from tests.codegen.zoo import zoo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType

    from codegen.select import Selection
    from tests.codegen.audit import Vocabulary

keep_formatted_code()

# All whose values are also there as an object of Python's own.
_FORMATS = ("date", "date-time", "duration", "uuid", "decimal", "byte")


def silent(_: str) -> None:
    """Take what a build has to say."""


def built(
    spec: str,
    target: Path,
    *,
    name: str = "built",
    selection: Selection = EVERYTHING,
) -> Path:
    """Build a document, all of it by default; return the package's folder."""
    build(Order(spec, target, name, selection), silent)
    return target / name


def built_in(given: Document, folder: Path) -> None:
    """Build a document in a folder, as `generated`."""
    built(written(folder, given), folder / "generated")


class Make(Protocol):
    """Build a document, without our overlay's help, and import the package."""

    def __call__(self, document: Document) -> Any: ...


class Answer(NamedTuple):
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Answer]]:
    """Return a function that runs a command within this process."""

    def command(*arguments: str | Path) -> Answer:
        monkeypatch.setattr(sys, "argv", ["codegen", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        found = capsys.readouterr()
        code = ended.value.code
        return Answer(code if isinstance(code, int) else 0, found.out, found.err)

    monkeypatch.setenv("COLUMNS", "200")
    before = signal.getsignal(signal.SIGTERM)
    yield command
    signal.signal(signal.SIGTERM, before)
    gc.enable()


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    folder = tmp_path_factory.mktemp("made")
    made: list[str] = []

    def run(document: Document) -> ModuleType:
        name = f"made_{len(made)}"
        made.append(name)
        spec = written(folder, document, f"{name}.json")
        build(Order(spec, folder / f"out_{name}", name, EVERYTHING), silent)
        return import_package(folder / f"out_{name}" / name)

    yield run
    for name in made:
        forget_package(name)


@pytest.fixture(scope="session")
def pinned_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build openapi.yaml once; return the folder, which nobody changes."""

    def make(folder: Path) -> None:
        build(Order(str(PINNED), folder / "generated"), silent)

    return once(tmp_path_factory, "pinned", make) / "generated"


@pytest.fixture(scope="session")
def old_tree(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Build the zoo once: what a failing build finds, and has to leave."""
    found = once(tmp_path_factory, "old", partial(built_in, zoo()))
    return tree(found / "generated")


@pytest.fixture
def old(old_tree: dict[str, bytes], tmp_path: Path) -> Path:
    """Return a folder `generated` with the old tree, alone in its parent."""
    target = tmp_path / "parent" / "generated"
    put_tree(old_tree, target)
    return target


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory, pinned_build: Path) -> Vocabulary:
    """Learn from harmless packages what code does."""

    def make(folder: Path) -> None:
        folders = [
            built(written(folder, given, f"{number}.json"), folder / f"out{number}")
            for number, given in enumerate([zoo(), _plain()])
        ]
        words = vocabulary([pinned_build / "assistants_api", *folders])
        (folder / "words").write_bytes(pickle.dumps(words))

    found = once(tmp_path_factory, "harmless", make) / "words"
    words: Vocabulary = pickle.loads(found.read_bytes())
    return words


def _plain() -> Document:
    """Return a document of what the zoo lacks."""
    plain = document(
        {
            "/a": {
                "get": operation(
                    "a",
                    parameter("x", "header"),
                    parameter("y", "cookie"),
                    schema=array(ref("A")),
                )
            }
        },
        A={"oneOf": [ref("B"), ref("C")]},
        B=obj(
            "x-y",
            **{"x-y": {"type": "integer", "format": "unixtime"}, "none": const("a")},
        ),
        C=obj("z", z=TEXT, many={"anyOf": [array(ref("B")), array(ref("C"))]}),
        D=obj(**{f: {**TEXT, "format": f} for f in _FORMATS}),
    )
    several = {JSON: {"schema": ref("B")}, "a/b+json": {"schema": ref("C")}}
    several |= {"text/plain": {}, "a/b": {}}
    answer = {"200": {"description": "Good.", "content": several}}
    plain["paths"]["/b"] = {"get": operation("b", responses=answer)}
    bodies = {JSON: {"schema": ref("B")}, "a/b": {}}
    plain["paths"]["/c"] = {"post": operation("c", body=bodies)}
    return plain
