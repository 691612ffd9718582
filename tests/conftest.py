"""Settings that all tests share."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from _pytest.runner import runtestprotocol

from harness.memory_folder import keep_temporary_files_in_memory
from harness.rows import VARIABLE
from harness.tls_contexts import share_tls_contexts

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

# What a shell has begun in the background ignores Ctrl-C, and so would all that it
# begins itself; but what the tests interrupt has to hear of it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# To compile all modules again and again takes as long as hundreds of tests do; so those
# of the tests, and those that the programs load which they start, are kept compiled.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Only now, as pytest rewrites the ninety modules of what has a plugin for it.
from hypothesis import settings  # noqa: E402

# No test depends on how fast a machine is. What hypothesis sets by itself where CI is
# set (always the same examples, for one) stays.
settings.register_profile("project", deadline=None, max_examples=30)
settings.load_profile("project")

# What is imported stays to the end, so that to look for garbage in it is in vain.
gc.disable()

share_tls_contexts()

# Disks are slow to sync and to forget what tests write.
keep_temporary_files_in_memory()

# What takes longest goes first: at the end, nothing then keeps one process busy while
# the others have nothing left to do.
_LONG = {
    "test_by_hand.py",
    "test_demo.py",
    "test_interrupts.py",
    "test_together.py",
    "test_use.py",
    "test_wheel.py",
}


# What is about some stores alone; threaded is SQLite, too. Where no server is started
# within the tests, another store would change nothing.
_MARKS = {
    "sqlite": {"sqlite", "threaded"},
    "postgres": {"postgres", "pgvector"},
    "pgvector": {"pgvector"},
    "storeless": {"sqlite"},
}
# Seconds; what takes longer to set up can be among those of --durations.
_BRIEF = 0.01


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--row",
        metavar="TEXT",
        help="of tests over the rows of a table, try those with this text in the title",
    )
    parser.addoption(
        "--store",
        choices=["sqlite", "threaded", "postgres", "pgvector"],
        default="sqlite",
        help="which store the servers of the tests have",
    )


def pytest_configure(config: pytest.Config) -> None:
    # Hypothesis asks gc.get_referrers who holds its generator, which sees nothing of
    # what is frozen below: on Python 3.14, also what was empty then.
    held = "It looks like `register_random` was passed an object that could be garbage"
    config.addinivalue_line("filterwarnings", f"ignore:{held}")
    row = config.getoption("--row")
    if row:
        os.environ[VARIABLE] = str(row)
    store = config.getoption("--store")
    if store != "sqlite":
        # Servers that are processes of their own keep the one that they always have.
        server = vars(importlib.import_module("assistants_server.server"))
        name = "postgres" if store == "pgvector" else store
        module = importlib.import_module(f"tests.{name}_store")
        server["open_store"] = module.opened
        if store == "pgvector":
            module.use_pgvector()


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Take two processes more than there are cores: many tests wait for something.

    With one more, two cores have nothing to do for a tenth of the time.
    """
    return (yield) + 2


def pytest_collectstart() -> None:
    """Spare what is imported from being looked through by those who ask for it.

    schemathesis does, by Hypothesis, several times while it is imported.
    """
    gc.freeze()


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Put the longest tests first, in the order in which they stand.

    What is about one store is not tried with another one.
    """
    items.sort(key=lambda item: item.path.name not in _LONG)
    store = config.getoption("--store")
    others = {mark for mark, stores in _MARKS.items() if store not in stores}
    left_out = set()
    for item in items:
        marks = {mark.name: mark for mark in item.iter_markers()}
        if "sqlite" in marks and not marks["sqlite"].args:
            raise pytest.UsageError(f"{item.nodeid}: why is it for SQLite alone?")
        if not others.isdisjoint(marks):
            left_out.add(item)
    if left_out:
        config.hook.pytest_deselected(items=[*left_out])
        items[:] = [item for item in items if item not in left_out]


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run a test as pytest does, and report no more of it than there is to say.

    That a test was set up and torn down at once, and without a word, is two thirds of
    what the processes that run tests write to the one that reads their reports; of the
    rest, a third is that it begins, and by which words it could have been chosen.
    """
    hook, place = item.ihook, item.location
    # Of one process among several, this is shown with -v alone.
    if item.config.option.verbose > 0 or not hasattr(item.config, "workerinput"):
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=place)
    with _stores(item):
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        if report.passed:
            report.keywords = {}
        is_told = report.when == "call" or report.sections or report.duration > _BRIEF
        if is_told or not report.passed:
            hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=place)
    if nextitem is None or nextitem.path != item.path:
        _spare()
    return True


@contextmanager
def _stores(item: pytest.Item) -> Iterator[None]:
    """Let tests that are left out with other stores open none of those."""
    if not item.get_closest_marker("storeless"):
        yield
        return

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError(f"{item.nodeid} is marked as storeless, but opens a store")

    with mock.patch("assistants_server.server.open_store", refuse):
        yield


def _spare() -> None:
    """Have garbage collected, and what is left spared from then on.

    What modules, libraries and caches keep grows with each test; to look through all of
    it takes half a second in the end, each time that a test has garbage collected.
    """
    gc.collect()
    gc.freeze()


def pytest_collection_finish() -> None:
    """Let garbage be collected from now on, but not among what was imported.

    Nor as often as is usual: what tests import, build and keep grows, and to look
    through it took an eighth of their time.
    """
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    gc.enable()
