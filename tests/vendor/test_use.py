"""A project uses its copy where nothing of this repository can be found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from tests.vendor.projects import TALKING, isolated, link_dependencies, stamp_of, vendor

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = '''\
"""Use two copies, of different versions, in one process."""

import gc
import importlib
import io
import json
import logging
import pkgutil
import sys
import warnings

from small_project.talking import talk, talk_plainly
from small_project._vendor import threads_api as old
from other_project import threads_api as new

url = sys.argv[1]
found = {"facade": talk(url), "plain": talk_plainly(url)}

# Side by side: neither knows the other's classes, loggers or documents.
heard = {}
for copy in (old, new):
    log = io.StringIO()
    logger = logging.getLogger(f"{copy.__name__}.wire")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(logging.StreamHandler(log))
    logger.propagate = False
    heard[copy.__name__] = log
for copy in (old, new):
    models = importlib.import_module(f"{copy.__name__}.assistants_api.models")
    checking = importlib.import_module(f"{copy.__name__}.assistants_api.checking")
    with copy.Client(base_url=url, api_key="none", verbosity=1) as client:
        made = client.assistants.create(model="m")
        found[copy.__name__] = {
            "version": checking.document()["info"]["version"],
            "mood": hasattr(models, "Mood"),
            "known": type(made).__module__,
            "is of": [isinstance(made, each.Assistant) for each in (old, new)],
            "lines": heard[copy.__name__].getvalue().count("-> POST"),
        }
        left = copy.Client(base_url=url, api_key="none")
    # Said by name, so that the reader knows whose client it was.
    left.assistants.list()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        del left
        gc.collect()
    found[copy.__name__]["warned"] = [str(each.message) for each in warned]

everything = [
    importlib.import_module(module.name).__name__
    for module in pkgutil.walk_packages(old.__path__, old.__name__ + ".")
]
found["modules"] = len(everything)
found["ours"] = [
    name
    for name in sys.modules
    if name.split(".")[0] in ("assistants_api", "assistants_client", "codegen")
]
json.dump(found, sys.stdout)
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, newer_build: Path) -> Path:
    """Make a project with a copy, and beside it one with a newer copy."""
    folder = tmp_path_factory.mktemp("project")
    package = folder / "src" / "small_project"
    done = vendor(package / "_vendor", "--name", "threads_api", "--with-client")
    assert done.code == 0, done
    for name in ("__init__.py", "_vendor/__init__.py", "py.typed"):
        (package / name).touch()
    (package / "talking.py").write_text(TALKING, "utf-8")
    (folder / "program.py").write_text(PROGRAM, "utf-8")
    done = vendor(
        *(folder / "src" / "other_project", "--name", "threads_api"),
        *("--with-client", "--generated", newer_build),
    )
    assert done.code == 0, done
    return folder


def test_a_project_uses_two_copies_at_once(project: Path) -> None:
    needed = stamp_of(project / "src/small_project/_vendor/threads_api")["dependencies"]
    (project / "needed").mkdir()
    link_dependencies(needed, project / "needed")
    paths = [project / "src", project / "needed"]
    with LocalServer() as server:
        done = isolated(project / "program.py", server.url, paths=paths)
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    facade, old, new = (
        found[key]
        for key in (
            "facade",
            "small_project._vendor.threads_api",
            "other_project.threads_api",
        )
    )
    assert found["ours"] == []
    assert found["modules"] > 250
    assert facade["status"] == "completed"
    assert "times: 1042" in facade["answers"][-1]
    assert facade["streamed"]
    assert facade["refused"] == 404
    assert found["plain"] == {"name": "B", "stream": "stream"}
    assert (old["version"], new["version"]) == ("2.3.0", "9.0.0")
    assert (old["mood"], new["mood"]) == (False, True)
    for name, one in (("small_project._vendor", old), ("other_project", new)):
        assert one["known"].startswith(f"{name}.threads_api.")
        assert one["is of"] == [one is old, one is new]
        assert one["lines"] == 1
        # In which order sockets and clients are collected, is up to Python.
        assert "a client of threads_api was never closed; use `with`" in one["warned"]
