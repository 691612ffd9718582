"""Documents are read by the rules of JSON, whatever they are written in."""

from __future__ import annotations

import gzip
import json
import math
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen import source
from codegen.errors import SpecError
from codegen.source import MAX_BYTES, load, parse, reads_as_text
from harness.scripted_server import CLOSE, Reply, Request, Response, ScriptedServer
from tests.cases import each_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

json_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
json_values = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
json_objects = st.dictionaries(st.text(), json_values, max_size=4)


class _Quoting(yaml.SafeDumper):
    """Quotes what is a number in a newer version of YAML than the library's."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = None if reads_as_text(text) else "'"
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Quoting.add_representer(str, _Quoting.represent_text)


def read(text: str) -> Any:
    """Read the value of the key `a` in YAML."""
    return parse(text.encode()).document["a"]


# --- What is read ------------------------------------------------------------------


@settings(max_examples=40)
@given(json_objects)
def test_json_is_read_as_it_is(value: dict[str, Any]) -> None:
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)
        assert parse(text.encode()).document == value


@settings(max_examples=40)
@given(json_objects)
def test_yaml_is_read_as_json_would_be(value: dict[str, Any]) -> None:
    text = yaml.dump(value, Dumper=_Quoting)
    assert parse(b"%YAML 1.1\n---\n" + text.encode()).document == value


@each_case(
    ("word", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("y", "y"),
        ("2024-08-06", "2024-08-06"),
        ("2024-08-06T01:02:03Z", "2024-08-06T01:02:03Z"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("0o17", 15),
        ("0x1F", 31),
        ("017", 17),
        ("+5", 5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("~", None),
        ("", None),
        ("Null", None),
        ("TRUE", True),
        ("false", False),
        ("'true'", "true"),
        ('"1"', "1"),
        ("!!str 1", "1"),
        ("=", "="),
        ("<<", "<<"),
        ("- a", ["a"]),
    ],
)
def test_words_of_yaml_mean_what_version_1_2_says(word: str, value: Any) -> None:
    found = read(f"a:\n  {word}\n")
    assert found == value
    assert type(found) is type(value)


def test_anchors_may_be_defined_twice_and_copies_are_independent() -> None:
    found = parse(b"a: &x {k: 1}\nb: *x\nc: &x {k: 2}\nd: *x\ne: [*x, *x]\n").document
    assert found == {
        "a": {"k": 1},
        "b": {"k": 1},
        "c": {"k": 2},
        "d": {"k": 2},
        "e": [{"k": 2}, {"k": 2}],
    }
    assert found["e"][0] is not found["e"][1]
    assert found["c"] is not found["d"]


def test_merge_keys_give_way_to_what_is_written_out() -> None:
    text = "base: &b {x: 1, y: 2}\na:\n  <<: *b\n  y: 3\n"
    assert read(text) == {"x": 1, "y": 3}
    text = "one: &o {x: 1}\ntwo: &t {x: 2, z: 2}\na:\n  <<: [*o, *t]\n"
    assert read(text) == {"x": 1, "z": 2}


def test_keys_are_texts_whatever_they_look_like() -> None:
    assert read("a: {200: x, true: y, null: z, 1.0: w}") == {
        "200": "x",
        "true": "y",
        "null": "z",
        "1.0": "w",
    }


def test_a_byte_order_mark_and_a_flow_mapping_are_read() -> None:
    assert parse(b"\xef\xbb\xbf{'a': 1, b: [x]}").document == {"a": 1, "b": ["x"]}
    assert parse(b'\xef\xbb\xbf\n {"a": 1}').document == {"a": 1}


def test_a_source_knows_its_name_hash_and_version(tmp_path: Path) -> None:
    path = tmp_path / "api.yaml"
    path.write_bytes(b"info: {version: 1.2.3}\n")
    found = load(path)
    assert (found.name, found.version) == ("api.yaml", "1.2.3")
    assert len(found.sha256) == 64
    assert load(str(path)).sha256 == found.sha256
    assert parse(b"info: {version: 1.2.3} \n").sha256 != found.sha256


@pytest.mark.parametrize("text", ["info: 3", "info: {version: null}", "x: y"])
def test_a_version_that_is_none_is_empty(text: str) -> None:
    assert parse(text.encode()).version == ""


# --- What is refused ---------------------------------------------------------------

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no object, but None"),
        (b"# nothing\n", "no object, but None"),
        (b"[1]", r"no object, but \[1\]"),
        (b"hello", "no object, but 'hello'"),
        (b"a: \xff", "not UTF-8: byte 3"),
        (b"\xff\xfea\x00:\x00 \x001\x00", "not UTF-8: byte 0"),
        (b"a: 1\na: 2", "line 2: the key 'a' stands twice"),
        (b"a: {b: 1, b: 1}", "line 1: the key 'b' stands twice"),
        (b'{"a":\n{"b": 1, "b": 2}}', "line 2: the key 'b' stands twice"),
        (b"a: .nan", "line 1: .nan is no number that JSON knows"),
        (b"a: -.inf", "line 1: -.inf is no number that JSON knows"),
        (b"a: 1e999", "line 1: 1e999 is no number that JSON knows"),
        (b'{"a": NaN}', "holds NaN, which is not JSON"),
        (b'{"a": -Infinity}', "holds -Infinity, which is not JSON"),
        (b'{"a": 1e999}', "a number that is too large for JSON"),
        (b'{"a": "\\ud800"}', r"text that is not Unicode: '\\ud800'"),
        (b'{"\\udfff": 1}', "text that is not Unicode"),
        (b'a: "\\ud800"', "line 1: .*invalid Unicode character"),
        (b"a: *b", "line 1: .*found undefined alias 'b'"),
        (b"a: &a [*a]", "line 1: found undefined alias 'a'"),
        (b"a: &a\n  b: *a", "line 2: found undefined alias 'a'"),
        (b"? [a]\n: 1", "line 1: a key must be a plain word or text"),
        (b"? &k a\n: 1\n*k : 2", "line 1: the key 'a' stands twice"),
        (b"a: !custom x", "line 1: the tag '!custom' is not known here"),
        *(
            (f"a: !!python/object/apply:os.getcwd {value}".encode(), "apply:os.getcwd")
            for value in ("x", "[]", "{k: v}")
        ),
        (b"a: 1\n---\nb: 2", "line 2: .*expected a single document in the stream"),
        (b"a: [\n1", "line 3: .*did not find expected ',' or ']'"),
        (b"a: \x00", "not valid YAML: .*control characters are not allowed"),
        (b"a: {<<: 3}", "<< merges something that is no mapping"),
        (b'{"a": 1,}x', r"(?s)line 1: .* Read as JSON"),
        (LAUGHS.encode(), "line 7: more than 2000000 values, by its aliases"),
        (b"a: " + b"[" * 200 + b"]" * 200, "nested more than 150 levels deep"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "nested more than 150 levels deep"),
        (b'{"a":' * 99_999, "nested too deeply"),
        (b"- " * 99_999, "nested more than 150 levels deep"),
        (b"{" * 99_999, "a key must be a plain word or text|maximum nesting depth"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not valid JSON"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_document_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        parse(data, name="api.yaml")
    text = str(caught.value)
    assert len(text) < 600
    # Either by place or, where there is none, by the name of the document.
    assert "api.yaml" in text or "stands twice" in text


@given(st.binary(max_size=60) | st.text("{}[]&*!|>'\"%@`-?:,# \n\tab0.e<", max_size=60))
def test_any_bytes_are_a_document_or_an_error(data: bytes | str) -> None:
    try:
        found = parse(data if isinstance(data, bytes) else data.encode())
    except SpecError:
        return
    json.dumps(found.document, allow_nan=False).encode()


def test_many_keys_are_compared_in_time() -> None:
    """One key of very many is double; to find it must not take ages."""
    pairs = ",".join(f'"k{n}":0' for n in range(200_000))
    code = (
        "from codegen.source import parse; import sys; parse(sys.stdin.buffer.read())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=f'{{{pairs},"k199999":1}}'.encode(),
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert b"the key 'k199999' stands twice" in done.stderr


# --- Files -------------------------------------------------------------------------


def test_a_path_that_can_t_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"can't read .*gone\.yaml: No such file"):
        load(tmp_path / "gone.yaml")
    with pytest.raises(SpecError, match=r"can't read .*: Is a directory"):
        load(tmp_path)


def test_a_hundred_megabytes_of_nothing_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        # A hole: it takes no room on the disk.
        file.truncate(100 * 1024 * 1024)
    with pytest.raises(SpecError, match=r"large\.yaml is larger than 32 MiB"):
        load(path)


def test_blank_megabytes_that_fit_are_refused_too() -> None:
    with pytest.raises(SpecError, match="holds no object"):
        parse(b" " * MAX_BYTES)


def test_a_document_may_have_so_many_values_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(source, "MAX_NODES", 100)
    for enough in (b"a: [" + b"x, " * 90 + b"]", b'{"a": [' + b"1, " * 90 + b"1]}"):
        parse(enough)
    for much in (b"a: [" + b"x, " * 100 + b"]", b'{"a": [' + b"1, " * 100 + b"1]}"):
        with pytest.raises(SpecError, match="100 values"):
            parse(much)


# --- URLs, over loopback -----------------------------------------------------------


def _endless() -> Iterator[bytes]:
    while True:
        yield b" " * 65_536


def _served(request: Request) -> Reply:
    """Respond with what each path promises."""
    match request.path:
        case "/moved/api.yaml":
            return Response(302, headers={"Location": "/api.yaml"})
        case "/elsewhere.yaml":
            port = request.headers["host"].rpartition(":")[2]
            away = f"http://localhost:{port}/api.yaml?key=secret"
            return Response(302, headers={"Location": away})
        case "/round.yaml":
            return Response(302, headers={"Location": "/round.yaml"})
        case "/api.yaml":
            return Response(body=b"a: 1\n")
        case "/endless.yaml":
            return Response(body=_endless())
        case "/bomb.yaml":
            bomb = gzip.compress(b" " * 100 * 1024 * 1024, 1)
            return Response(body=bomb, headers={"Content-Encoding": "gzip"})
        case "/short.yaml":
            return [Response().head("Content-Length: 100"), b"a: 1\n", CLOSE]
    return Response(404)


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(_served) as server:
        yield server


@pytest.fixture
def url(server: ScriptedServer) -> str:
    return server.url


@pytest.mark.parametrize("path", ["/api.yaml", "/moved/api.yaml"])
def test_a_document_is_fetched(url: str, path: str) -> None:
    found = load(url + path)
    assert (found.name, found.document) == ("api.yaml", {"a": 1})
    assert found.sha256 == parse(b"a: 1\n").sha256


def test_a_redirect_to_another_host_is_refused_unless_allowed(url: str) -> None:
    with pytest.raises(SpecError, match="redirects to another host") as caught:
        load(f"{url}/elsewhere.yaml")
    assert "--any-host" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert load(f"{url}/elsewhere.yaml", any_host=True).document == {"a": 1}
    with pytest.raises(SpecError, match="redirected more than"):
        load(f"{url}/round.yaml", any_host=True)


def test_a_redirect_away_from_https_is_refused_unless_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "https":
            return httpx.Response(302, headers={"Location": "http://example.test/x"})
        return httpx.Response(200, content=b"a: 1\n")

    client = partial(httpx.Client, transport=httpx.MockTransport(answer))
    monkeypatch.setattr(httpx, "Client", client)
    with pytest.raises(SpecError, match="redirects away from HTTPS"):
        load("https://example.test/x")
    assert load("https://example.test/x", any_host=True).document == {"a": 1}


def test_what_may_be_secret_in_a_url_is_not_told(url: str) -> None:
    with_user = url.replace("//", "//user:secret@")
    assert load(f"{with_user}/moved/api.yaml#secret").name == "api.yaml"
    for path in ("gone.yaml?key=secret", "short.yaml?key=secret"):
        with pytest.raises(SpecError, match=f"can't fetch {url}/") as caught:
            load(f"{with_user}/{path}")
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("path", ["/gone.yaml", "/short.yaml"])
def test_what_can_t_be_fetched_is_named(url: str, path: str) -> None:
    with pytest.raises(SpecError, match=f"can't fetch {url}{path}: "):
        load(url + path)


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(SpecError, match=r"can't fetch http://127\.0\.0\.1:1/x: "):
        load("http://127.0.0.1:1/x")
    with pytest.raises(SpecError, match="can't fetch http://: "):
        load("http://")


def test_an_endless_answer_is_cut(url: str, server: ScriptedServer) -> None:
    with pytest.raises(SpecError, match=r"endless\.yaml is larger than 32 MiB"):
        load(f"{url}/endless.yaml")
    assert server.hung_up.wait(10)


def test_a_packed_bomb_is_cut(url: str) -> None:
    with pytest.raises(SpecError, match=r"bomb\.yaml is larger than 32 MiB"):
        load(f"{url}/bomb.yaml")


def test_numbers_keep_their_kind() -> None:
    found = read("a: [1, 1.0, 1e2, -0.0]")
    assert [type(number) for number in found] == [int, float, float, float]
    assert math.copysign(1, found[3]) == -1
