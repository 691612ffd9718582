"""The command line: python -m assistants_server keys."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..configuration.place import add_place, configured_place
from ..durations import seconds_of
from ..keys.opened import open_keys
from ..store import StoreError
from ..store.key import DEFAULT_PROJECT, SCOPES, Key, digest_of, id_of, new_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..keys import KeyStore

_ERROR, _WRONG_USE = 1, 2
_DESCRIPTION = """\
Make, list and revoke the keys of clients, while the server runs or not. A key belongs
to a project, and opens what is in that project alone. Where there is any key, clients
need one. The store is the one that the server has, by the same options, environment and
file."""
_SCOPES = """\
read    what changes nothing: retrieving, listing, downloading, searching
write   everything that the API has
admin   the server's metrics too"""


def main(arguments: Sequence[str]) -> int:
    """Make, list or revoke keys, and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        keys = open_keys(configured_place(options).store)
        try:
            code: int = options.act(keys, options)
        finally:
            keys.close()
    except (StoreError, ValueError) as error:
        sys.stderr.write(f"assistants_server: {error}\n")
        return _WRONG_USE
    return code


def _create(keys: KeyStore, options: argparse.Namespace) -> int:
    id, token = new_token()  # noqa: A001 - that of a key
    now = int(time.time())
    key = Key(
        id,
        options.project,
        options.scope,
        digest_of(token),
        options.name,
        created_at=now,
        expires_at=now + seconds_of(options.expires) if options.expires else None,
        requests=options.requests_per_minute,
        tokens=options.tokens_per_minute,
    )
    keys.add(key)
    hint = f"It is shown this once; {keys.where} has a hash of it."
    sys.stderr.write(f"{_line(key, now)}\n{hint}\n")
    sys.stderr.flush()
    try:
        sys.stdout.write(f"{token}\n")
        sys.stdout.flush()
    except OSError:
        # Else it locks the server, and nobody has it.
        keys.revoke(id, now)
        sys.stderr.write(f"{id} is revoked, as it could not be printed\n")
        raise
    return 0


def _list(keys: KeyStore, options: argparse.Namespace) -> int:
    found = [each for each in keys.all() if options.project in (None, each.project)]
    now = int(time.time())
    for each in found:
        if options.json:
            shown = {**asdict(each), "state": _state(each, now)}
            del shown["digest"]
            sys.stdout.write(f"{json.dumps(shown)}\n")
        else:
            sys.stdout.write(f"{_line(each, now)}\n")
    if not found:
        sys.stderr.write("no keys\n")
    return 0


def _revoke(keys: KeyStore, options: argparse.Namespace) -> int:
    code = 0
    for given in options.ids:
        # Whoever has the key itself at hand may give that.
        id = id_of(given) or given  # noqa: A001 - that of a key
        if keys.revoke(id, int(time.time())):
            sys.stderr.write(f"{id} is revoked\n")
        else:
            code = _ERROR
            sys.stderr.write(
                f"{_shown(id)}: there is no such key, or it is revoked already\n"
            )
    return code


def _line(key: Key, now: int) -> str:
    parts = [key.id, f"project {key.project}", key.scope, _state(key, now)]
    parts.append(f"made {_date(key.created_at)}")
    if key.expires_at is not None:
        parts.append(f"until {_date(key.expires_at)}")
    if key.requests is not None:
        parts.append(f"{key.requests} requests/min")
    if key.tokens is not None:
        parts.append(f"{key.tokens} tokens/min")
    if key.name:
        parts.append(f"({key.name})")
    return "  ".join(parts)


def _state(key: Key, now: int) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "valid" if key.is_valid(now) else "expired"


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def _shown(given: str) -> str:
    """Return what somebody gave as an id, which may be a key with something wrong."""
    return repr(given) if len(given) <= len("sk-asst") + 12 else "a text of that length"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m assistants_server keys", description=_DESCRIPTION
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    create = commands.add_parser(
        "create",
        help="make a key, and print it",
        epilog=f"scopes, each with those before it:\n{_SCOPES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    create.set_defaults(act=_create)
    add = create.add_argument
    add(
        "--project",
        metavar="NAME",
        default=DEFAULT_PROJECT,
        help="project whose objects it opens (default: %(default)s)",
    )
    add("--scope", choices=SCOPES, default="write", help="default: %(default)s")
    add("--name", metavar="TEXT", default="", help="what it is called in lists")
    add(
        "--expires",
        metavar="TIME",
        help="let it expire after 30d, 12h or 15m (default: never)",
    )
    add(
        "--requests-per-minute",
        metavar="N",
        type=int,
        help="refuse more than so many requests (default: no limit)",
    )
    add(
        "--tokens-per-minute",
        metavar="N",
        type=int,
        help="begin no run after models have read and written so many tokens for this "
        "key (default: no limit)",
    )
    listing = commands.add_parser("list", help="list all keys, revoked ones too")
    listing.set_defaults(act=_list)
    listing.add_argument("--project", metavar="NAME", help="only those of a project")
    listing.add_argument("--json", action="store_true", help="a JSON object per line")
    revoke = commands.add_parser(
        "revoke", help="revoke keys: they open nothing from then on"
    )
    revoke.set_defaults(act=_revoke)
    revoke.add_argument("ids", metavar="ID", nargs="+", help="as `list` shows them")
    for each in (create, listing, revoke):
        add_place(each, "store")
    return parser
