"""The URL of a database is told from a path, and keeps its secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistants_server import LocalServer, SettingsError
from assistants_server.store import DatabaseURL, place_of
from tests.cases import each_case

SECRET = "Passw0rd"
URLS = {
    f"postgresql://me:{SECRET}@host:5432/db": "postgresql://me@host:5432/db",
    f"postgres://me:{SECRET}@a:1,b:2/db": "postgres://me@a:1,b:2/db",
    f"postgresql://me:{SECRET}%40@host/db": "postgresql://me@host/db",
    f"postgresql://me:a@{SECRET}/b@host/db": "postgresql://me@host/db",
    f"postgresql://host/db?password={SECRET}&x=1": "postgresql://host/db",
    f"postgresql://me@host/db?sslpassword={SECRET}": "postgresql://me@host/db",
    "postgresql:///db": "postgresql:///db",
    "postgresql://me@%2Frun/db": "postgresql://me@%2Frun/db",
}


@each_case(("url", "shown"), URLS.items())
def test_nothing_secret_is_shown(url: str, shown: str) -> None:
    place = place_of(url)
    assert isinstance(place, DatabaseURL)
    assert place.secret == url
    assert str(place) == place.shown == shown
    assert repr(place) == f"DatabaseURL({shown!r})"
    server = LocalServer(store=url)
    assert SECRET not in repr(vars(server))
    said = place.without_passwords(f"FATAL: {url} is wrong")
    assert SECRET not in said
    assert place_of(place) is place


def test_a_password_is_hidden_as_it_is_meant_too() -> None:
    place = DatabaseURL("postgresql://me:a%20b%3Fc@host/db")
    assert place.without_passwords("a b?c, a%20b%3Fc") == "[password], [password]"


@pytest.mark.parametrize("path", ["state.db", "./a:b", "postgresql", "C:/state.db"])
def test_all_else_is_a_path(path: str) -> None:
    assert place_of(path) == Path(path)
    assert place_of(Path(path)) == Path(path)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (f"mysql://me:{SECRET}@host/db", "URL with mysql://; give the name of a file"),
        ("file:///tmp/state.db", "URL with file://; give the name of a file"),
        (Path(f"postgresql://me:{SECRET}@host/db"), "as a text, not as a path"),
        (f"postgresql:/me:{SECRET}@host/db", "as a text, not as a path"),
        *(("", "'' is no name; the store needs the name"), ("/", "'/' is a folder;")),
        *((".", "'.' is a folder; the store"), ("..", "is a folder"), (Path(), "is a")),
    ],
)
def test_what_is_neither_is_refused(given: str | Path, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        LocalServer(store=given)
    assert SECRET not in str(caught.value)
