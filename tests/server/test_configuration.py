"""Options of the server: by flags, the environment and a file, and how they show."""

from __future__ import annotations

import os
import stat
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.__main__ import main
from assistants_server.commands.serve import _scripted, configured
from assistants_server.configuration.option import OptionError
from assistants_server.configuration.redaction import without_secrets
from assistants_server.configuration.shown import shown
from assistants_server.configuration.table import OPTIONS
from tests.cases import each_case, some

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.storeless

SECRET = "sk-that-nobody-may-see"
POSTGRES = f"postgresql://ada:{SECRET}@db:5432/chats"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.startswith("ASSISTANTS_"):
            monkeypatch.delenv(name)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], str]:
    """Provide a function that writes a file of options, and returns its path."""

    def write(text: str) -> str:
        file = tmp_path / "assistants.toml"
        file.write_text(text, "utf-8")
        file.chmod(0o600)
        return str(file)

    return write


def test_a_mark_before_the_file_is_no_part_of_it(
    written: Callable[[str], str], tmp_path: Path
) -> None:
    """Editors and shells of Windows put one before a text in UTF-8."""
    script = tmp_path / "script.json"
    script.write_text('\ufeff[["Good day!"]]', "utf-8")
    file = written("\ufeffport = 0\r\n")
    assert configured(["--config", file]).options.port == 0
    assert callable(_scripted(script))


def test_each_option_can_be_given_in_every_way_and_the_nearest_counts(
    written: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0
    for option in some(OPTIONS):
        if option.only_variable or option.name in ("config", "show-config"):
            continue
        first, second, third, in_file = _values(option)
        file = written(f"{option.name} = {in_file}")
        assert _value(option, configured([])) == option.start
        assert _value(option, configured(["--config", file])) == first
        monkeypatch.setenv(option.in_environment, second)
        found = configured(["--config", file])
        assert _value(option, found) == _read(option, second)
        assert found.origins[option.name] == option.in_environment
        given = [option.flag] if third is None else [option.flag, third]
        found = configured(["--config", file, *given])
        assert _value(option, found) == (_read(option, third) if third else True)
        assert found.origins[option.name] == "command line"
        monkeypatch.delenv(option.in_environment)
        tried += 1
    assert tried > 20


def test_file_may_be_named_by_the_environment(
    written: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written('port = 81\nmodel = {"gpt-4o" = "qwen3", "*" = "llama"}')
    monkeypatch.setenv("ASSISTANTS_CONFIG", file)
    found = configured([])
    assert (found.options.port, found.origins["port"]) == (81, file)
    assert found.options.model == ["gpt-4o=qwen3", "*=llama"]


def test_an_empty_variable_is_none_but_for_the_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSISTANTS_PORT", " ")
    assert configured([]).options.port == 8000
    # Where a key was meant and came to nothing, nothing is served without one.
    monkeypatch.setenv("ASSISTANTS_LOCAL_KEY", "")
    assert main([]) == 2
    assert "the key must be printable ASCII" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 80", "there is no option 'prot'; did you mean port?"),
        ("max_turns = 3", "there is no option 'max_turns'; did you mean max-turns?"),
        ("zzz = 3", "there is no option 'zzz'; --help lists all of them"),
        ("[server]\nport = 80", "'server', and no table is needed"),
        ('port = "80"', "port: expected a whole number, found '80'"),
        ("port = true", "port: expected a whole number, found true or false"),
        ("port = 80.5", "port: expected a whole number, found a number"),
        ("pace = true", "pace: expected a number, found true or false"),
        ("no-page = 1", "no-page: expected true or false, found a whole number"),
        (
            "store = 1",
            "store: expected the path of a file, or a URL with postgresql://, found",
        ),
        ("store = 2026-01-01", "found a date or time"),
        ('fault = "429"', "fault: expected an array of texts, found a text"),
        ("fault = [429]", "fault: expected an array of texts, found an array"),
        ("model = {a = 1}", "model: expected an array of texts, found a table"),
        ('role = "king"', "role: 'king' is none of system, developer"),
        ('config = "other.toml"', "config can't be set in the file itself"),
        (f'upstream-key = "{SECRET}"', "set ASSISTANTS_UPSTREAM_KEY in the envir"),
        (f"port = 1\nkey = {SECRET}\n", "is not TOML at line 2, column 7"),
        (f'key = ["{SECRET}"]', "key: expected a text, found an array"),
        ("port = 1\nport = 2", "is not TOML at end of document"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_in_one_line(
    written: Callable[[str], str],
    capsys: pytest.CaptureFixture[str],
    text: str,
    said: str,
) -> None:
    file = written(text)
    assert main(["--config", file]) == 2
    printed, complained = capsys.readouterr()
    assert complained.startswith(f"assistants_server: {file}: ")
    assert said in complained
    assert (printed, complained.count("\n"), SECRET in complained) == ("", 1, False)


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), (b"\xff\xfe", "is not TOML")]
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    said: str,
) -> None:
    file = tmp_path / "none.toml"
    if content:
        file.write_bytes(content)
    assert main(["--config", str(file)]) == 2
    assert capsys.readouterr().err.startswith(f"assistants_server: {file}: {said}")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("ASSISTANTS_PORT", "many", "expected a whole number, found 'many'"),
        ("ASSISTANTS_PORT", "tcp://10.0.0.1:80", "enableServiceLinks: false"),
        ("ASSISTANTS_NO_CHECK", "perhaps", "expected true or false, found 'perhaps'"),
        ("ASSISTANTS_THOUGHTS", "all", "'all' is none of hide, unopened, show"),
    ],
)
def test_what_is_wrong_in_the_environment_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setenv(variable, value)
    assert main([]) == 2
    complained = capsys.readouterr().err
    assert complained.startswith(f"assistants_server: {variable}: ")
    assert said in complained


def test_a_file_with_a_key_that_others_may_read_is_warned_of(
    written: Callable[[str], str], tmp_path: Path
) -> None:
    file = written(f'key = "{SECRET}"')
    assert configured(["--config", file]).warnings == ()
    (tmp_path / "assistants.toml").chmod(0o640)
    (warning,) = configured(["--config", file]).warnings
    assert warning.startswith(f"{file} has the key in it and can be read by others")
    (tmp_path / "assistants.toml").write_text("port = 1")
    assert configured(["--config", file]).warnings == ()
    assert stat.S_IMODE((tmp_path / "assistants.toml").stat().st_mode) == 0o640


def test_the_configuration_is_shown_with_its_sources_and_without_secrets(
    written: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = written(f'key = "{SECRET}"\nport = 81\nallow-origin = ["http://a\\"b"]')
    monkeypatch.setenv("ASSISTANTS_UPSTREAM_KEY", SECRET)
    monkeypatch.setenv("ASSISTANTS_EMBEDDINGS_KEY", SECRET)
    monkeypatch.setenv("ASSISTANTS_MAX_TURNS", "3")
    monkeypatch.setenv("ASSISTANTS_UPSTREAM", POSTGRES)
    assert main(["--config", file, "--show-config", "--store", "a b.db"]) == 0
    printed, complained = capsys.readouterr()
    assert (complained, SECRET in printed) == ("", False)
    rows = [" ".join(line.split()) for line in printed.splitlines()]
    for row in (
        f"port = 81 # {file}",
        "max-turns = 3 # ASSISTANTS_MAX_TURNS",
        'store = "a b.db" # command line',
        f'# key = "<REDACTED>" # {file}',
        '# ASSISTANTS_UPSTREAM_KEY = "<REDACTED>" # ASSISTANTS_UPSTREAM_KEY',
        'host = "127.0.0.1" # default',
        "# engine = # default: a deterministic one",
        'upstream = "postgresql://ada:<REDACTED>@db:5432/chats" # ASSISTANTS_UPSTREAM',
    ):
        assert row in rows
    # It is a file of options itself.
    table = tomllib.loads(printed)
    assert (table["port"], table["allow-origin"]) == (81, ['http://a"b'])
    assert {"key", "upstream-key", "config", "show-config"}.isdisjoint(table)


def test_what_is_shown_can_be_used_as_a_file(written: Callable[[str], str]) -> None:
    arguments = ["--fault", "429 times=1; 503", "--no-page", "--pace", "0.5"]
    arguments += ["--store", "tab\tand\x7fand\u2028.db", "--allow-fault-headers"]
    first = configured(arguments)
    again = configured(["--config", written(shown(first, OPTIONS))])
    expected, found = vars(first.options), vars(again.options)
    assert {**found, "config": None} == {**expected}
    assert again.origins["fault"].endswith("assistants.toml")


@each_case(
    ("text", "safe"),
    [
        (POSTGRES, "postgresql://ada:<REDACTED>@db:5432/chats"),
        (f"postgresql://ada:a@b@{SECRET}@db/x", "postgresql://ada:<REDACTED>@db/x"),
        (f"postgresql://:{SECRET}@/x", "postgresql://:<REDACTED>@/x"),
        (
            f"postgresql://db/x?user=a&password={SECRET}&sslmode=require",
            "postgresql://db/x?user=a&password=<REDACTED>&sslmode=require",
        ),
        (f"https://a/v1?api-key={SECRET}", "https://a/v1?api-key=<REDACTED>"),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
        ("postgresql://ada@db:5432/x", "postgresql://ada@db:5432/x"),
        ("mail a@b: yes", "mail a@b: yes"),
    ],
)
def test_secrets_in_addresses_are_redacted(text: str, safe: str) -> None:
    assert without_secrets(text) == safe


def test_a_secret_is_in_no_error() -> None:
    (key,) = (each for each in OPTIONS if each.name == "key")
    with pytest.raises(OptionError) as caught:
        key.read_item({"is": SECRET})
    assert SECRET not in str(caught.value)


def test_names_are_those_of_one_table() -> None:
    for names in (
        [each.name for each in OPTIONS],
        [each.in_environment for each in OPTIONS],
    ):
        assert len(names) == len({*names}) > 20


def _values(option: Any) -> tuple[Any, str, str | None, str]:
    """Return what a file has, texts for a variable and a flag, and the TOML of it."""
    if option.choices:
        first, *_, last = option.choices
        several = (f'["{first}"]', [first]) if option.many else (f'"{first}"', first)
        return several[1], last, last, several[0]
    if option.many:
        return ["a=b"], "c=d", "e=f", '["a=b"]'
    kind = option.kind.expected
    if kind == "a whole number":
        return 1, "2", "3", "1"
    if kind == "a number":
        return 0.5, "2", "3", "0.5"
    if kind == "true or false":
        return True, "off", None, "true"
    if kind.startswith("a duration"):
        return "1h", "2d", "30d", '"1h"'
    return option.kind.read("a"), "b", "c", '"a"'


def _read(option: Any, text: str) -> Any:
    return option.read_several(text) if option.many else option.read(text)


def _value(option: Any, found: Any) -> Any:
    return getattr(found.options, option.attribute)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ASSISTANTS_MAX_TURN", "ASSISTANTS_MAX_TURNS"),
        ("ASSISTANTS_MAXTURNS", "ASSISTANTS_MAX_TURNS"),
        ("assistants_max_turns", "ASSISTANTS_MAX_TURNS"),
        ("ASSISTANTS_KEEPALIVE", "ASSISTANTS_KEEP_ALIVE"),
        ("ASSISTANTS_UPSTREAM_KEYFILE", "ASSISTANTS_UPSTREAM_KEY_FILE"),
        # Options whose variables have other names.
        ("ASSISTANTS_KEY", "ASSISTANTS_LOCAL_KEY"),
        ("ASSISTANTS_NO_PAGE", "ASSISTANTS_LOCAL_NO_PAGE"),
        ("ASSISTANTS_MODEL", "ASSISTANTS_MODELS"),
    ],
)
def test_a_variable_that_is_nearly_an_option_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    meant: str,
) -> None:
    monkeypatch.setenv(name, SECRET)
    assert main([]) == 2
    assert capsys.readouterr().err == (
        f"assistants_server: {name} is no variable of the server; did you mean "
        f"{meant}?\n"
    )
    # Empty it is none, as for the others.
    monkeypatch.setenv(name, "")
    assert configured([]).options.max_turns is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # Those of our client, and of others.
        *(("ASSISTANTS_VERBOSITY", "debug"), ("ASSISTANTS_HTTP", "httpx2")),
        *(("ASSISTANTS_API_KEY", SECRET), ("ASSISTANTS_BASE_URL", "http://h/v1")),
        *(("ASSISTANTS_REGION", "eu"), ("ASSISTANTSPORT", "1"), ("MAX_TURN", "2")),
        # What Kubernetes says of Services that are called assistants-...
        *(("ASSISTANTS_SERVICE_HOST", "10.0.0.1"), ("ASSISTANTS_SERVICE_PORT", "80")),
        ("ASSISTANTS_METRIC_PORT", "tcp://10.0.0.1:80"),
        ("ASSISTANTS_METRICS_PORT_9090_TCP_PORT", "9090"),
        ("ASSISTANTS_STORE_SERVICE_HOST", "10.0.0.1"),
        ("ASSISTANTS_STORE_SERVICE_PORT_HTTP", "80"),
        ("ASSISTANTS_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("ASSISTANTS_PORT_80_TCP_ADDR", "10.0.0.1"),
    ],
)
def test_a_variable_of_somebody_else_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    before = vars(configured([]).options)
    monkeypatch.setenv(name, value)
    assert vars(configured([]).options) == before
