"""Compare the models: which are new, gone or renamed, and what changed within them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from codegen.diff.objects import compare_objects
from codegen.diff.report import BROKEN, HARMLESS, NARROWED, NOTED, WIDENED, Change
from codegen.diff.side import Side
from codegen.diff.sites import Site, Use
from codegen.diff.unions import compare_unions
from codegen.diff.values import Pair, compare_values
from codegen.diff.words import code
from codegen.plan.models import SchemaModule

_NOUNS = {"object": "a class", "union": "a union", "enum": "an enum", "alias": "a type"}


def compare_models(pair: Pair, matched: dict[str, str]) -> Iterator[Change]:
    """Tell all changes of models.

    Args:
        pair: the two documents.
        matched: the schemas of the new document with what the old one calls them.
    """
    for name, module in pair.new.models.items():
        if name not in matched:
            text = f"{code(module.names.class_)} is new, {_noun(pair.new, name)}"
            yield _alone(pair.new, name).tell(text, HARMLESS)
    known = set(matched.values())
    for name, module in pair.old.models.items():
        if name not in known:
            text = f"{code(module.names.class_)} is gone, {_noun(pair.old, name)}"
            yield _alone(pair.old, name).tell(text, BROKEN, gone=True)
    for new, old in matched.items():
        yield from _matched(pair, old, new)


def _noun(side: Side, name: str) -> str:
    return _NOUNS[side.models[name].kind]


def _alone(side: Side, name: str) -> Site:
    """Give a model that only one of the documents has."""
    class_ = side.models[name].names.class_
    at = side.place(name)
    return Site("model", class_, "", "", code(class_), at, at, _use(side, name))


def _use(side: Side, name: str) -> Use:
    """Tell who meets a model of one of the documents."""
    sent, read = name in side.sent, name in side.read
    return Use((sent, sent), (read, read))


def _matched(pair: Pair, old: str, new: str) -> Iterator[Change]:
    was, now = pair.old.models[old], pair.new.models[new]
    site = Site(
        "model",
        now.names.class_,
        "",
        "",
        code(now.names.class_),
        pair.old.place(old),
        pair.new.place(new),
        Use(
            (old in pair.old.sent, new in pair.new.sent),
            (old in pair.old.read, new in pair.new.read),
        ),
        is_hint=old in pair.old.hints and new in pair.new.hints,
    )
    # Who has met a name before needs it still, wherever it stands now.
    met = replace(site, use=_use(pair.old, old))
    if was.names.class_ != now.names.class_:
        before = code(was.names.class_)
        yield met.tell(f"{before} is called {site.subject} now", BROKEN)
    elif old != new:
        text = (
            f"the schema of {site.subject} is called {code(new)} now, was {code(old)}"
        )
        yield site.tell(text, NOTED)
    yield from _content(pair, old, new, site)
    if was.names.class_ == now.names.class_:
        yield from _exports(was, now, met)


def _content(pair: Pair, old: str, new: str, site: Site) -> Iterator[Change]:
    was, now = pair.old.models[old], pair.new.models[new]
    if was.kind == now.kind == "object":
        yield from compare_objects(pair, old, new, site)
    elif was.kind == now.kind == "union":
        yield from compare_unions(pair, old, new, site)
    elif was.kind != "object" != now.kind:
        # Neither is a class of its own, but a name for something.
        yield from compare_values(
            pair, pair.old.schemas[old], pair.new.schemas[new], site
        )
    else:
        text = (
            f"{site.subject} is {_noun(pair.new, new)} now, was {_noun(pair.old, old)}"
        )
        yield site.tell(text, BROKEN)


def _exports(was: SchemaModule, now: SchemaModule, site: Site) -> Iterator[Change]:
    """Compare the names that come with a class: its TypedDicts, what is known of it."""
    gone = [name for name in was.exports if name not in now.exports]
    for name in gone:
        # Plain dicts are written, the rest is for reading.
        written = name in (was.names.dict_, was.names.options)
        yield site.tell(f"{code(name)} is gone", NARROWED if written else WIDENED)
    for name in now.exports:
        if name not in was.exports:
            yield site.tell(f"{code(name)} is new", HARMLESS)
