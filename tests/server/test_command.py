"""The server as a command: what it says, how it ends, what it refuses."""

from __future__ import annotations

import contextlib
import inspect
import io
import re
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistants_server import FaultError, LocalServer, ScriptError
from assistants_server.__main__ import main
from assistants_server.engines.scripted import parse_script
from assistants_server.faults import Faults
from tests.cases import some
from tests.server.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator


pytestmark = pytest.mark.storeless

KEY = "sk-of-nobody-else"
ENGINES = """
def parrot(turn):
    yield f"{turn.question}! {turn.question}!"

def broken(turn):
    raise LookupError("no words")

nothing = None
"""


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide a folder with a module of engines, and some that can't be imported."""
    folder = tmp_path_factory.mktemp("engines")
    (folder / "engines.py").write_text(ENGINES)
    (folder / "unfinished.py").write_text("def parrot(\n")
    (folder / "raising.py").write_text("raise LookupError('no words')\n")
    return folder


@pytest.fixture(scope="module")
def taken() -> Iterator[int]:
    """Provide a port that something else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.fixture(scope="module")
def help_text() -> str:
    with (
        contextlib.redirect_stdout(io.StringIO()) as printed,
        pytest.raises(SystemExit) as caught,
    ):
        main(["--help"])
    assert caught.value.code == 0
    return printed.getvalue()


def test_help_names_every_setting(help_text: str) -> None:
    settings = [*inspect.signature(LocalServer.__init__).parameters]
    settings.remove("self")
    options = {name.replace("_", "-") for name in settings}
    renamed = {"faults", "fault-headers", "allow-origins", "page"}
    options |= {"fault", "allow-fault-headers", "allow-origin", "script", "no-page"}
    for option in some(options - renamed):
        # Its name, and behind that or in the next line what it is for.
        assert re.search(rf"^  --{option}\b.*?[a-z]{{3}}", help_text, re.M | re.S)
    for default in ("127.0.0.1", "8000", "0.02", "100", "600.0", "8388608"):
        assert f"(default: {default};" in " ".join(help_text.split())
    assert "ASSISTANTS_LOCAL_KEY" in help_text


def test_help_names_every_fault(help_text: str) -> None:
    with pytest.raises(FaultError, match="known are a status from") as caught:
        Faults(["unheard-of"])
    known = str(caught.value).rpartition("known are ")[2].split(", ")
    assert len(known) > 10
    for name in some(known[1:]):
        assert re.search(rf"^  {name}\b", help_text, re.MULTILINE)
    assert "X-Local-Fault" in help_text


def test_help_names_every_form_of_a_script(help_text: str) -> None:
    with pytest.raises(ScriptError, match="an object with one of") as caught:
        parse_script("[[{}]]")
    forms = str(caught.value).rpartition(" of ")[2].split(", ")
    assert len(forms) > 7
    for name in forms:
        assert re.search(rf'^  {{"{name}": ', help_text, re.MULTILINE)
    assert "X-Local-Script" in help_text


def test_greeting_says_where_it_is_and_farewell_that_it_was(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    key = {"ASSISTANTS_LOCAL_KEY": KEY}
    with Program("--store", str(file), env=key, typed=True) as program:
        first, second, third = program.greeting.splitlines()
        assert re.match(r"http://127\.0\.0\.1:[1-9]\d*/v1 serves ", first)
        assert str(file) in second
        assert "key: needed" in second
        origin = program.url.removesuffix("v1")
        assert third == f"look at it: {origin}"
        response = program.http.get("/assistants", headers={"api-key": KEY})
        assert response.json()["data"] == []
        # With nothing but this connection open, which rests.
        assert program.send(signal.SIGINT) == (0, "", "\nstopped\n")


def test_options_take_effect(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('[["by the script"]]')
    with Program(
        *("--script", str(script), "--poll-after", "7", "--expires-after", "3000"),
        *("--max-body", "999", "--max-file-size", "1500"),
        *("--fault", "503 on=listAssistants"),
        *("--fault", "429 on=deleteAssistant"),
    ) as program:
        assert "state: in memory; key: none needed" in program.greeting
        api = program.api
        body = {"assistant_id": api.assistant()}
        begun = program.http.post("/threads/runs", json=body)
        assert begun.headers["openai-poll-after-ms"] == "7"
        run = begun.json()
        assert run["expires_at"] - run["created_at"] in (3000, 3001)
        assert api.answers(api.wait(run, "completed")) == ["by the script"]
        assert program.http.get("/assistants").status_code == 503
        assert program.http.delete("/assistants/x").status_code == 429
        large = {"model": "m" * 1000}
        assert program.http.post("/assistants", json=large).status_code == 413
        for size, status in ((1500, 200), (1501, 413)):
            files, data = {"file": ("a", b"x" * size)}, {"purpose": "vision"}
            sent = program.http.post("/files", files=files, data=data)
            assert sent.status_code == status


def test_engine_is_found_in_the_current_folder(engines: Path) -> None:
    # Where Python itself doesn't put the folder on its path.
    safe = {"PYTHONSAFEPATH": "1"}
    options = ("--engine", "engines:parrot")
    with Program(*options, cwd=engines, env=safe, typed=True) as program:
        api = program.api
        run = api.run(api.thread("Polly"), api.assistant())
        assert api.answers(run) == ["Polly! Polly!"]


@pytest.mark.parametrize("given", ["--key", "the environment"])
def test_key_is_needed_and_never_printed(engines: Path, given: str) -> None:
    other = "sk-of-somebody-else"
    options = ["--key", KEY] if given == "--key" else []
    environment = {"ASSISTANTS_LOCAL_KEY": other if options else KEY}
    options += ["--engine", "engines:broken"]
    with Program(*options, cwd=engines, env=environment) as program:
        http = program.http
        assert http.get("/assistants").status_code == 401
        http.headers["Authorization"] = f"Bearer {other}"
        refused = http.get("/assistants")
        assert refused.status_code == 401
        assert other not in refused.text
        assert KEY not in refused.text
        http.headers["Authorization"] = f"Bearer {KEY}"
        # What makes the server write into its log.
        api = program.api
        assert api.run(api.thread(), api.assistant())["status"] == "failed"
        with program.connect() as connection:
            connection.sendall(f"{KEY}\r\nauthorization: {KEY}\r\n\r\n".encode())
            assert connection.recv(99).startswith(b"HTTP/1.1 400 ")
        _, printed, complained = program.send(signal.SIGINT)
    assert "LookupError: no words" in complained
    for text in (program.greeting, printed, complained):
        assert KEY not in text
        assert other not in text


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--port", "{taken}"], 1, r"127\.0\.0\.1:{taken}: .* in use; .*--port"),
        (["--store", "{folder}/engines.py"], 2, r"engines\.py: is no store .*; name"),
        (["--store", "{folder}/no/such"], 2, r"/no/such: .* folder"),
        (["--engine", "unfinished:parrot"], 2, r"--engine unfinished:parrot: .*\("),
    ],
)
def test_what_fails_is_said_in_one_line(
    engines: Path, taken: int, options: list[str], code: int, said: str
) -> None:
    values = {"folder": engines, "taken": taken}
    given = [each.format(**values) for each in options]
    # One of them as a user starts it, which has the exit code of the whole process.
    failing = Program(*given, cwd=engines, typed=code == 1)
    returned, printed, complained = failing.run_to_its_end()
    assert (returned, printed) == (code, "")
    (line,) = complained.splitlines()
    assert re.match(rf"assistants_server: .*{said.format(**values)}", line)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], r"0\.0\.0\.0 .*key is needed"),
        (["--host", ""], "key is needed"),
        (["--host", "192.0.2.1", "--key", KEY], r"listen on 192\.0\.2\.1.* --host"),
        (["--key", ""], "key .*not empty"),
        (["--key", "sesame\n"], "key .*printable"),
        (["--key", "s\xe9same"], "key .*ASCII"),
        (["--port", "65536"], "port must be 0 to 65535, not 65536"),
        (["--pace", "-1"], "pace must be"),
        (["--pace", "nan"], "pace must be"),
        (["--poll-after", "-1"], "poll.after must be"),
        (["--expires-after", "inf"], "expires.after must be"),
        (["--max-body", "0"], "max.body must be"),
        (["--fault", "slwo=2"], "'slwo=2' is no fault; known are .*slow"),
        (["--fault", "delay=x"], "'delay=x': expected"),
        (["--script", "nowhere.json"], "--script nowhere.json: .*No such file"),
        (["--script", "."], r"--script \.: .*directory"),
        (["--script", "engines.py"], r"--script engines\.py: is not JSON"),
        (["--script", "wrong.json"], r"--script wrong\.json: \$\[0\]\[1\]: Wait"),
        (["--script", "binary.json"], r"--script binary\.json: is not UTF-8 text"),
        (["--script", "empty.json"], r"--script empty\.json: is not JSON"),
        (["--script", "", "--engine", "b:c"], "either --engine or --script"),
        (["--files", "a"], "a place for files needs a store as well"),
        (["--store", "s", "--files", "ftp://a/b"], "files can be in a folder, s3://"),
        (["--store", "s", "--files", "database"], "need a store in PostgreSQL"),
        (["--store", "s", "--files", "s3://"], "s3://BUCKET"),
        (["--script", "a.json", "--engine", "b:c"], "either --engine or --script"),
        (
            ["--engine", "engines"],
            "--engine engines: expected chat, responses, or MODULE:NAME",
        ),
        (
            ["--engine", ":parrot"],
            "--engine :parrot: expected chat, responses, or MODULE:NAME",
        ),
        (["--engine", "nowhere:parrot"], "--engine nowhere:parrot: .*nowhere"),
        (["--engine", "engines:parot"], "--engine engines:parot: .*'parot'"),
        (
            ["--engine", "engines:nothing"],
            "--engine engines:nothing: it is not callable",
        ),
        (["--engine", "raising:parrot"], "--engine raising:parrot: .*no words"),
        (["--engine", ".engines:parrot"], r"--engine \.engines:parrot: "),
    ],
)
def test_wrong_options_are_said_in_one_line(
    engines: Path,
    taken: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    said: str,
) -> None:
    (engines / "wrong.json").write_text('[["a", {"wait": -1}]]')
    (engines / "binary.json").write_bytes(b"\xff\xfe")
    (engines / "empty.json").touch()
    monkeypatch.chdir(engines)
    monkeypatch.setattr(sys, "path", [*sys.path])
    # So that an option that should be refused, but isn't, doesn't go on for ever.
    code = main(["--port", str(taken), *options])
    printed, complained = capsys.readouterr()
    (line,) = complained.splitlines()
    assert re.match(f"assistants_server: .*{said}", line)
    assert "192.0.2.1" in options or code == 2
    assert (printed, code > 0, KEY in line) == ("", True, False)


@pytest.mark.parametrize("option", ["--port", "--pace", "--max-body", "--prot"])
def test_options_that_cannot_be_read_are_named(
    capsys: pytest.CaptureFixture[str], option: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([option, "many"])
    assert caught.value.code == 2
    assert option in capsys.readouterr().err.splitlines()[-1]
