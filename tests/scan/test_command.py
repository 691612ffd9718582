"""`assistants scan` prints what has to change, and survives what it reads."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from assistants_cli.exit_codes import ExitCode
from tests.cli.invocation import run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

CALL = "from openai import OpenAI\nOpenAI().beta.threads.create()\n"


def put(root: Path, **files: str | bytes) -> Path:
    """Write files, whose names have two underscores for a slash and one for a dot."""
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode()
        path.write_bytes(data)
    return root


def test_each_place_is_a_line(tmp_path: Path) -> None:
    put(tmp_path, app_py=CALL, web__x_ts="a.beta.threads.create({model: 'gpt-4'})")
    done = run("scan", str(tmp_path))
    assert done.code == 7
    app, web = f"{tmp_path}/app.py", f"{tmp_path}/web/x.ts"
    openai, keep = "[docs/from-openai.md]", "[docs/keep-your-application.md]"
    assert done.out == (
        f"{app}:1:20: from openai import OpenAI: from assistants_client import Client "
        f"as OpenAI {openai}\n"
        f"{app}:2:1: client.beta.threads.create: keep the call; its client becomes "
        f"assistants_client.Client {openai}\n"
        f"{web}:1:1: a.beta.threads.create: keep it; point its base URL to a server by "
        f"assistants_server {keep}\n"
        f"{web}:1:32: model gpt-4: was retired on 2026-10-23; --model 'gpt-4=NEW' of "
        f"the server maps it {keep}\n"
    )
    assert done.err.splitlines() == ["4 findings in 2 of 2 files"]


def test_what_other_modules_use_is_perhaps_for_them(tmp_path: Path) -> None:
    put(
        tmp_path,
        a_py="from .clients import client\nclient.beta.threads.create()",
        chat_py="from openai import APIError, OpenAI\nOpenAI().chat.completions.list()",
        clients_py="from openai import OpenAI\nclient = OpenAI()\nx = 'gpt-4'",
        errors_py="import openai\nRETRIED = (openai.APIError, openai.Timeout)",
        note_ipynb="{",
        words_txt="from openai import OpenAI",
    )
    done = run("scan", str(tmp_path))
    places = [
        line.removeprefix(f"{tmp_path}/").partition(": ")[::2]
        for line in done.out.splitlines()
    ]
    assert [(place, said.partition(": ")[0]) for place, said in places] == [
        ("a.py:2:1", "client.beta.threads.create (perhaps)"),
        ("clients.py:3:5", "model gpt-4"),
        ("clients.py:1:20", "from openai import OpenAI (perhaps)"),
        ("errors.py:1:8", "import openai (perhaps)"),
        ("errors.py:2:12", "openai.APIError (perhaps)"),
    ]
    assert done.err.splitlines() == ["5 findings in 3 of 5 files"]
    (tmp_path / "a.py").unlink()
    assert "openai" not in run("scan", str(tmp_path)).out.replace(
        "docs/from-openai", ""
    )


def test_programs_get_an_object_for_each(tmp_path: Path) -> None:
    put(
        tmp_path,
        app_py="from .x import c\nc.beta.threads.create()",
        big_py=b"x" * 6_000_000,
    )
    done = run("scan", "--json", str(tmp_path))
    assert done.code == ExitCode.FOUND
    assert done.objects == [
        {
            "file": f"{tmp_path}/app.py",
            "line": 2,
            "column": 1,
            "kind": "call",
            "found": "client.beta.threads.create",
            "certain": False,
            "change": "keep the call; its client comes from assistants_client",
            "docs": "docs/from-openai.md",
        },
        {
            "file": f"{tmp_path}/big.py",
            "kind": "unread",
            "reason": "it is larger than 5 MB",
        },
    ]


def test_where_nothing_is_found_the_command_ends_with_nothing(tmp_path: Path) -> None:
    put(tmp_path, app_py="print('hello')", README_md="gpt-4")
    done = run("scan", str(tmp_path))
    assert (done.code, done.out) == (ExitCode.OK, "")
    assert done.err == "0 findings in 0 of 1 files\n"


def test_a_path_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    done = run("scan", str(tmp_path / "gone"))
    assert done.code == ExitCode.WRONG_USE
    assert "gone isn't there" in done.err
    assert run("scan").code == ExitCode.WRONG_USE


def test_folders_of_others_and_links_are_left_out(tmp_path: Path) -> None:
    root = put(
        tmp_path / "code",
        _git__x_py=CALL,
        node__x_py="x = 1",
        **dict.fromkeys(("_venv__x_py", "site-packages__x_py", "env__x_py"), CALL),
    )
    put(root, env__pyvenv_cfg="home = /usr")
    put(root / "node_modules", x_js="a.beta.threads.create()")
    outside = put(tmp_path / "outside", x_py=CALL)
    (root / "link").symlink_to(outside)
    (root / "link.py").symlink_to(outside / "x.py")
    (root / "loop").symlink_to(root)
    (root / "self.py").symlink_to("self.py")
    os.mkfifo(root / "pipe.py")
    done = run("scan", str(root))
    assert (done.code, done.out) == (ExitCode.OK, "")
    assert done.err == "0 findings in 0 of 1 files\n"
    # What is named is read, also by a link.
    assert run("scan", str(root / "link.py")).code == ExitCode.FOUND
    assert run("scan", str(root / "pipe.py")).code == ExitCode.INCOMPLETE


def test_files_that_are_no_text_are_survived(tmp_path: Path) -> None:
    put(
        tmp_path,
        a_py=b"\x00\x01" + CALL.encode(),
        b_py=b"\xff\xfe" + CALL.encode("utf-16-le"),
        c_py=b"\xef\xbb\xbf" + CALL.encode(),
        d_py=b"# coding: nonsense\nx = '\xe9'\n" + CALL.encode(),
        e_py=b"((((" + CALL.encode(),
        f_py=b"",
        g_ipynb=b"{",
    )
    done = run("scan", str(tmp_path))
    found = set(re.findall(r"/(\w)\.\w+:", done.out))
    assert found == {"b", "c", "d", "e"}
    assert "6 files" in done.err


def test_what_can_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, inner__x_py=CALL, y_py="x = 1")

    def scandir(path: Path) -> object:
        if str(path).endswith("inner"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    real = os.scandir
    monkeypatch.setattr("assistants_cli.scan.walk.os.scandir", scandir)
    done = run("scan", str(tmp_path))
    assert done.code == ExitCode.INCOMPLETE
    assert f"{tmp_path}/inner was not read: Permission denied" in done.err
    assert done.err.endswith("; 1 were not read\n")


def test_nothing_that_is_read_is_executed_or_obeyed(tmp_path: Path) -> None:
    put(tmp_path, a_py=f"open({str(tmp_path / 'made')!r}, 'w')\nraise SystemExit\n")
    name = tmp_path / "\x1b[2J\n.py"
    name.write_text(CALL)
    done = run("scan", str(tmp_path))
    assert not (tmp_path / "made").exists()
    assert r"/\x1b[2J\n.py:2:1:" in done.out
    assert "\x1b" not in done.out
