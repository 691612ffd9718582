"""Secrets are found in a text however they are spelt, and nothing else is."""

from __future__ import annotations

import json
import time
from base64 import b64encode, urlsafe_b64encode
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistants_client import AssistantsError, Client
from assistants_client._errors import KEPT
from assistants_client._redaction import (
    REDACTED,
    Secrets,
    in_query,
    without_parameters,
    without_user,
)
from harness.scripted_server import Response, ScriptedServer
from tests.cases import each_case

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "sk-canary/+=&<'>\"\\-0123456789"


def by_letter(form: str) -> Callable[[str], str]:
    return lambda text: "".join(form.format(ord(letter)) for letter in text)


def in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


SPELT: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "large": str.upper,
    "JSON": in_json,
    "JSON in JSON in JSON": lambda text: in_json(in_json(in_json(text))),
    "JSON with slashes escaped": lambda text: in_json(text).replace("/", "\\/"),
    "each letter": by_letter("\\u{:04X}"),
    "each letter of each escape": lambda text: by_letter("\\u{:04x}")(
        by_letter("\\u{:04x}")(text)
    ),
    "Python": lambda text: repr(text)[1:-1],
    "URL": quote,
    "URL without a slash": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "URL in a URL": lambda text: quote(quote(text, safe="")),
    "form that was read too often": lambda text: text.replace("+", " "),
    "HTML": escape,
    "HTML by numbers": by_letter("&#{};"),
    "HTML by hexadecimal numbers": by_letter("&#x{:x};"),
    "JSON in HTML in a URL": lambda text: quote(escape(in_json(text))),
}


@each_case("name", SPELT)
def test_each_spelling_is_found(name: str) -> None:
    spelt = SPELT[name](KEY)
    assert Secrets([KEY]).redact(f"<{spelt}> {spelt}") == f"<{REDACTED}> {REDACTED}"


@each_case("before", [b"", b"u:", b"me:", b"you:"])
def test_base64_is_found_wherever_it_begins(before: bytes) -> None:
    # All letters, of which some are others in URLs.
    secret = "?>~?>~" + KEY
    for encode in (b64encode, urlsafe_b64encode):
        spelt = encode(before + secret.encode() + b"?").decode()
        hidden = Secrets([secret]).redact(spelt)
        # Those next to it share letters with it.
        assert len(hidden.replace(REDACTED, "")) <= len(b64encode(before)) + 4


@each_case("secret", ["canary", "canary7", "canary78"])
def test_short_ones_are_found_in_base64(secret: str) -> None:
    for before in ("", "u", "me"):
        spelt = b64encode(f"{before}{secret}?".encode()).decode()
        assert REDACTED in Secrets([secret]).redact(spelt)


def test_case_is_ignored_in_every_alphabet() -> None:
    assert Secrets(["Schlüssel-1"]).redact("SCHLÜSSEL-1") == REDACTED


@given(
    secret=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=6),
    before=st.text(max_size=9)
    | st.sampled_from(["%", "%0", "\\x", "\\u00", "&", "&#"]),
    after=st.text(max_size=9),
)
@example(secret="00000:", before="%", after="")
@example(secret='0000"0', before="\\u", after="")
@example(secret="lt;<00", before="&", after="")
def test_it_stays_json(secret: str, before: str, after: str) -> None:
    secrets = Secrets([secret])
    for spell in (in_json, quote, escape):
        told = secrets.redact(f"{before}{spell(secret)}{after}")
        assert spell(secret) not in told.replace(REDACTED, "")
    hidden = secrets.redact_json({"a": [secret, {secret: 1}], "b": None})
    assert secret not in repr(hidden).replace(REDACTED, "")
    assert hidden["b"] is None
    nested = json.dumps({"text": json.dumps({"key": f"({KEY})"}), "more": [1]})
    read = json.loads(Secrets([KEY]).redact(nested))
    assert json.loads(read["text"]) == {"key": f"({REDACTED})"}


def test_nothing_is_left_behind_what_it_seems_to_belong_to() -> None:
    for before, secret, spell in (
        ("%", "00000:", quote),
        ("\\u", '0000"0', in_json),
        ("&", "lt;<00", escape),
    ):
        told = Secrets([secret]).redact(f"{before}{spell(secret)}.")
        assert told == f"{before}{REDACTED}."


@each_case("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32-le"])
def test_bytes_are_read_as_a_reader_of_json_does(encoding: str) -> None:
    content = json.dumps({"key": KEY}).encode(encoding)
    hidden = Secrets([KEY]).redact_bytes(content)
    assert json.loads(hidden) == {"key": REDACTED}
    # Where the last letter is there by half, or it only looks so.
    assert KEY.encode() not in Secrets([KEY]).redact_bytes(b"\0\0" + KEY.encode())
    assert KEY[:9] not in Secrets([KEY]).redact_bytes(content[:-1]).decode(
        encoding, "replace"
    )


def test_what_holds_none_stays_as_it_is() -> None:
    secrets = Secrets(["abc", "none", "long enough"])
    value = {"a": ["abc", 1.5, None, True], "none": b"?"}
    assert secrets.redact_json(value) == value
    assert secrets.redact_bytes(b"\xff abc") == b"\xff abc"
    assert secrets.redact_bytes(b"\xff long enough") == b"\xff <REDACTED>"
    assert repr(secrets) == "<Secrets, 1 of them>"


def test_errors_and_their_notes_say_none() -> None:
    error = AssistantsError(f"no tool is called {KEY}", 7)
    error.add_note(f"the thread {KEY} stays")
    Secrets([KEY]).hide_in(error)
    assert error.args == (f"no tool is called {REDACTED}", 7)
    assert error.__notes__ == [f"the thread {REDACTED} stays"]
    plain = AssistantsError("nothing")
    Secrets([KEY]).hide_in(plain)
    assert not hasattr(plain, "__notes__")


def test_what_is_too_deep_is_left_out() -> None:
    value: Any = KEY
    for _ in range(5000):
        value = [value]
    assert Secrets([KEY]).redact_json(value) is None


def test_short_ones_are_words() -> None:
    secrets = Secrets(["ab1c!", "tree"])
    assert secrets.redact("Tree: trees, x-tree, 'tree'") == (
        f"{REDACTED}: trees, x-tree, '{REDACTED}'"
    )
    assert secrets.redact("xtree") == "xtree"
    assert secrets.redact('{"key": "ab1c!"}') == f'{{"key": "{REDACTED}"}}'


def test_a_large_part_is_as_bad_as_all_of_it() -> None:
    secrets = Secrets([KEY])
    half = len(KEY) // 2 + 1
    assert secrets.redact(f"{KEY[:half]}...") == f"{REDACTED}..."
    assert secrets.redact(f"{KEY[:-1]}?") == f"{REDACTED}?"
    # What servers show of keys on purpose.
    assert secrets.redact(f"{KEY[:6]}***{KEY[-4:]}") == f"{KEY[:6]}***{KEY[-4:]}"


def test_the_oldest_are_forgotten() -> None:
    secrets = Secrets(f"token-{number:04d}" for number in range(1000))
    assert secrets.redact("token-0000 token-0999") == f"token-0000 {REDACTED}"


def test_those_of_the_settings_are_remembered() -> None:
    with ScriptedServer(
        lambda s: Response(500, repr(dict(s.headers)).encode())
    ) as server:
        client = Client(base_url=server.url, api_key=KEY, max_retries=0)
        for number in range(100):
            client.with_options(api_key=f"another-key-{number}")
        with client, pytest.raises(AssistantsError) as caught:
            client.threads.retrieve("thread_1")
    assert REDACTED in str(caught.value)
    assert "canary" not in str(caught.value)


@each_case(
    "text",
    [
        "\\" * KEPT,
        "%25" * (KEPT // 3),
        "&amp;" * (KEPT // 5),
        "\\u005c" * (KEPT // 6),
        KEY[:-1] * 2**13,
        KEY[: len(KEY) // 2 + 1] * 2**13,
        "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}" * KEPT,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    """A search that goes through a text again from each place takes hours."""
    secrets = Secrets([KEY, *(f"{number}-{KEY}" for number in range(5))])
    began = time.process_time()
    secrets.redact(text)
    assert time.process_time() - began < 10


# --- By their names ----------------------------------------------------------------

HEADERS = (
    *("Authorization", "Proxy-Authorization", "api-key", "apikey", "X-Auth-Token"),
    *("X-Goog-Api-Key", "X-Amz-Security-Token", "Private-Token", "X-Signature"),
    *("Ocp-Apim-Subscription-Key", "Astra-Api-Token", "Cookie", "Set-Cookie2"),
    *("X-Client-Secret", "X-Password", "Auth", "X-AUTHENTICATION", "X-Functions-Key"),
)
PLAIN_HEADERS = (
    *("Accept", "User-Agent", "Idempotency-Key", "WWW-Authenticate", "X-Author"),
    *("x-ratelimit-remaining-tokens", "X-Request-Id", "ETag", "Keep-Alive"),
)
PARAMETERS = (
    *("key", "api_key", "apiKey", "API-KEY", "access-token", "client_secret", "code"),
    *("password", "X-Amz-Signature", "X-Amz-Credential", "api_key[]", "sig", "token"),
    *("auth[token]", "subscription-key", "code[0]", "pwd", "jwt", "pass"),
)
PLAIN_PARAMETERS = ("limit", "order", "after", "include[]", "api-version", "max_tokens")


def test_names_of_headers_say_which_are_secret() -> None:
    secrets = Secrets(names=["X-Mine"])
    shown = secrets.shown(dict.fromkeys([*HEADERS, *PLAIN_HEADERS, "x-mine"], "v"))
    assert [name for name, value in shown.items() if value == REDACTED] == [
        *HEADERS,
        "x-mine",
    ]
    assert secrets.shown({"Cookie": None}) == {"Cookie": None}


def test_names_of_parameters_say_which_are_secret() -> None:
    pairs = [(name, name.upper()) for name in (*PARAMETERS, *PLAIN_PARAMETERS)]
    assert [*in_query(pairs)] == [name.upper() for name in PARAMETERS]
    for name in PARAMETERS:
        target = f"/v1/threads?limit=1&{quote(name)}=s&after=x"
        shown = f"/v1/threads?limit=1&{quote(name)}={REDACTED}&after=x"
        assert without_parameters(target) == shown
    assert without_parameters("/v1/threads") == "/v1/threads"
    assert [*in_query([("code", 5)])] == []


@each_case(
    ("value", "found"),
    [
        ("Bearer abc-def", ["abc-def"]),
        ("abc-def", ["abc-def"]),
        (
            f"Basic {b64encode(b'me:a:b').decode()}",
            [b64encode(b"me:a:b").decode(), "me", "a:b"],
        ),
        ("Basic no-base64", ["no-base64"]),
        ("Negotiate", ["Negotiate"]),
    ],
)
def test_what_is_secret_in_a_header(value: str, found: list[str]) -> None:
    assert [*Secrets().in_headers({"Authorization": value, "x": "y"})] == found


def test_users_are_not_shown() -> None:
    assert without_user("https://TOKEN:x@host:1/v1?a=1") == "https://host:1/v1?a=1"
    assert without_user("https://host/@me") == "https://host/@me"
