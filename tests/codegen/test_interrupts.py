"""Interrupted by whatever, wherever: the old tree stays, or the new one is there."""

from __future__ import annotations

import errno
import fcntl
import gc
import os
import random
import signal
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from codegen import __main__, overlay, pipeline, source
from codegen.pipeline import Order, build
from codegen.swap import recover, replace_folder
from tests.cases import some
from tests.codegen.conftest import built, built_in, silent
from tests.codegen.once import once
from tests.codegen.specs import (
    EVERYTHING,
    TEXT,
    Document,
    operation,
    put_tree,
    tree,
    written,
)
from tests.codegen.zoo import zoo
from tests.forked import forked, generate

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS: list[tuple[Any, str]] = [
    (source, "load"),
    (overlay, "load"),
    (pipeline, "prepared"),
    (pipeline, "attempt"),
    (pipeline, "render"),
    (pipeline, "format_code"),
    (pipeline, "write_index"),
    (pipeline, "write_lock"),
    (pipeline, "hashes"),
    (pipeline, "replace_folder"),
]


def changed_zoo() -> Document:
    given = zoo()
    given["components"]["schemas"]["Cat"]["properties"]["name"] = TEXT
    given["paths"]["/new"] = {
        "get": operation("getNew", responses={"200": {"description": "Good."}})
    }
    return given


@pytest.fixture(scope="module")
def new_tree(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    found = once(tmp_path_factory, "new", partial(built_in, changed_zoo()))
    return tree(found / "generated")


def broken_off(
    old: Path,
    patch: pytest.MonkeyPatch,
    place: tuple[Any, str],
    fault: Callable[..., Any],
) -> dict[str, bytes]:
    """Build with a fault in one function; return what the target holds then."""
    spec = written(old.parent.parent, changed_zoo())
    with patch.context() as context:
        context.setattr(*place, fault)
        with pytest.raises((KeyboardInterrupt, OSError)):
            built(spec, old)
    return tree(old)


@pytest.mark.parametrize(
    "place", STEPS, ids=lambda place: f"{place[0].__name__}.{place[1]}"
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_fault_at_any_step_leaves_the_old_tree_or_the_new_one(
    old: Path,
    old_tree: dict[str, bytes],
    new_tree: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    place: tuple[Any, str],
    when: str,
) -> None:
    original = getattr(*place)

    def fault(*arguments: Any, **options: Any) -> Any:
        if when == "before":
            raise OSError(errno.ENOSPC, "No space left on device")
        original(*arguments, **options)
        raise KeyboardInterrupt

    replaced = when == "after" and place[1] == "replace_folder"
    found = broken_off(old, monkeypatch, place, fault)
    assert found == (new_tree if replaced else old_tree)
    assert [path.name for path in old.parent.iterdir()] == ["generated"], "litter"


def test_a_file_that_can_t_be_written_leaves_the_old_tree(
    old: Path, old_tree: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 0
    original = Path.write_text

    def full(self: Path, *arguments: Any, **options: Any) -> int:
        nonlocal count
        count += 1
        if count == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(self, *arguments, **options)

    spec = written(old.parent.parent, changed_zoo())
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space left"):
            built(spec, old)
    assert tree(old.parent) == {f"generated/{n}": d for n, d in old_tree.items()}


@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_fault_at_either_rename_does_no_harm(
    old: Path,
    old_tree: dict[str, bytes],
    new_tree: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    call: int,
    when: str,
) -> None:
    original = Path.rename
    count = 0

    def fault(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count != call:
            return original(self, target)
        if when == "after":
            original(self, target)
        raise KeyboardInterrupt

    found = broken_off(old, monkeypatch, (Path, "rename"), fault)
    assert found in (old_tree, new_tree)
    built(written(old.parent.parent, changed_zoo()), old)
    assert tree(old.parent) == {f"generated/{n}": d for n, d in new_tree.items()}


@pytest.mark.parametrize("command", ["build", "check"])
def test_a_tree_that_was_set_aside_is_put_back_first(
    old: Path, old_tree: dict[str, bytes], command: str
) -> None:
    """A kill between two renames leaves it so."""
    old.rename(old.with_name(".generated.replaced"))
    order = Order(written(old.parent.parent, zoo()), old, "built", EVERYTHING)
    if command == "check":
        assert pipeline.check(order, silent) == []
    else:
        assert build(order, silent).changed == []
    assert tree(old.parent) == {f"generated/{n}": d for n, d in old_tree.items()}


@pytest.mark.parametrize("replace", [True, False], ids=["replace", "recover"])
def test_while_a_folder_is_replaced_nobody_else_replaces_one_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    def is_free() -> bool:
        with ExitStack() as stack:
            other = os.open(tmp_path, os.O_RDONLY)
            stack.callback(os.close, other)
            try:
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    found = []

    def watched(self: Path, target: Path) -> Path:
        found.append(is_free())
        return original(self, target)

    original = Path.rename
    monkeypatch.setattr(Path, "rename", watched)
    new, target = tmp_path / "new", tmp_path / "out"
    for folder in (new, target if replace else tmp_path / ".out.replaced"):
        folder.mkdir()
    if replace:
        replace_folder(new, target)
    else:
        recover(target)
    assert target.is_dir()
    assert found == [False] * (3 if replace else 1)
    assert is_free()


def test_an_interrupt_before_the_command_ends_as_one_within(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(gc, "disable", lambda: None)
    monkeypatch.setattr(__main__, "command_line", interrupted)
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert ended.value.code == 130


# --- Real processes, really stopped --------------------------------------------------

# After how many lines of progress each is sent. The two that can be caught are the same
# for the code, but for the one line that says so.
MOMENTS = {"SIGINT": range(4), "SIGTERM": (0, 2), "SIGKILL": range(4)}


@pytest.mark.parametrize("name", MOMENTS)
def test_a_signal_at_any_moment_leaves_a_whole_tree(
    tmp_path: Path,
    old_tree: dict[str, bytes],
    new_tree: dict[str, bytes],
    name: str,
) -> None:
    """One process for each line of progress, stopped a little later, all at once."""
    spec = written(tmp_path, changed_zoo())
    number = signal.Signals[name]
    moments = MOMENTS[name]
    targets = [tmp_path / f"parent_{lines}" / "generated" for lines in moments]
    for target in targets:
        put_tree(old_tree, target)
    order = ("build", "--spec", spec, "--all", "--name", "built", "--out")
    with ExitStack() as stack:
        running = [
            stack.enter_context(forked(generate, *order, str(target)))
            for target in targets
        ]
        for lines, process in zip(moments, running, strict=True):
            for _ in range(lines):
                process.stdout.readline()
            time.sleep(random.random() * 0.1)
            process.send_signal(number)
        ends = [process.ended() for process in running]
    for (code, errors), target in zip(ends, targets, strict=True):
        recover(target)
        assert tree(target) in (old_tree, new_tree)
        if number == signal.SIGKILL:
            assert code in (0, -number)
        else:
            # Where nothing can be raised, Python says that it goes on all the same.
            ignored = errors.startswith("Exception ignored ")
            assert "Traceback" not in errors or ignored, errors
            assert "interrupted" not in errors or code == 130
            assert code in (0, 130, -number)
            assert [path.name for path in target.parent.iterdir()] == ["generated"]

    # What could not be cleaned up is in nobody's way.
    for target in some(targets if number == signal.SIGKILL else targets[:1]):
        built(spec, target)
        assert tree(target) == new_tree
        assert [path.name for path in target.parent.iterdir()] == ["generated"]


def test_two_builds_at_once_don_t_mix(tmp_path: Path, new_tree: Any) -> None:
    target = tmp_path / "parent" / "generated"
    spec = written(tmp_path, changed_zoo())
    order = ("build", "--spec", spec, "--all", "--name", "built", "--out", str(target))
    with forked(generate, *order) as one, forked(generate, *order) as two:
        ends = [one.ended(), two.ended()]
    assert [code for code, _ in ends] == [0, 0], ends
    assert tree(target) == new_tree
    assert [path.name for path in target.parent.iterdir()] == ["generated"]
