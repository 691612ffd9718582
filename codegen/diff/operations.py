"""Compare the operations: which are new, gone or moved, and what changed of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from codegen.diff.answers import compare_answers
from codegen.diff.bodies import compare_bodies
from codegen.diff.matching import (
    Known,
    anonymous,
    arguments,
    match_operations,
)
from codegen.diff.parameters import compare_parameters
from codegen.diff.report import (
    BROKEN,
    HARMLESS,
    NOTED,
    Change,
)
from codegen.diff.security import compare_requirements
from codegen.diff.sites import BOTH, SENT, Site, Use
from codegen.diff.values import Pair, otherwise
from codegen.diff.words import code
from codegen.document import Operation
from codegen.plan.literal import plain_text

# What has a comparison of its own, or says nothing that code depends on.
_TOLD = {
    "operationId",
    "x-original-operation-id",
    "tags",
    "deprecated",
    "parameters",
    "requestBody",
    "responses",
    "security",
}


def compare_operations(pair: Pair) -> Iterator[Change]:
    """Tell all changes of operations."""
    for old, new in match_operations(pair.old, pair.new):
        if old and new:
            yield from _matched(pair, old, new)
        elif new:
            subject = "the operation"
            yield _site(new, new, BOTH).tell(f"{subject} is new", HARMLESS)
        elif old:
            yield _site(old, old, BOTH).tell("the operation is gone", BROKEN, gone=True)


def _site(old: Known, new: Known, use: Use) -> Site:
    operation, module = new
    name = f"{module.tag}.{module.name}"
    where = plain_text(f"{operation.method.upper()} {operation.path}")
    return Site(
        "operation", name, where, "", "the operation", old[0].at, operation.at, use
    )


def _matched(pair: Pair, old: Known, new: Known) -> Iterator[Change]:
    site = _site(old, new, SENT)
    found = [*_names(old, new, site), *_routes(old, new, site)]
    found += compare_parameters(pair, old, new, site)
    found += compare_bodies(pair, old, new, site)
    found += compare_answers(pair, old, new, site)
    found += compare_requirements(pair, old[0], new[0], site)
    if not found and not _same_rest(pair, old, new):
        found.append(otherwise(site))
    yield from found


def _names(old: Known, new: Known, site: Site) -> Iterator[Change]:
    (was, old_module), (now, new_module) = old, new
    before = f"{old_module.tag}.{old_module.name}"
    after = f"{new_module.tag}.{new_module.name}"
    if before != after:
        words = "has moved from" if old_module.name == new_module.name else "was called"
        text = f"the module {code(after)} {words} {code(before)}"
        # Whatever is of the operation was imported from there.
        yield replace(site, use=BOTH).tell(text, BROKEN)
    elif was.name != now.name:
        text = f"the operationId is {code(now.name)} now, was {code(was.name)}"
        yield site.tell(text, HARMLESS)
    if now.data.get("deprecated") is True and was.data.get("deprecated") is not True:
        yield site.tell("the operation is deprecated now", NOTED)
    elif was.data.get("deprecated") is True and now.data.get("deprecated") is not True:
        yield site.tell("the operation is no longer deprecated", HARMLESS)


def _routes(old: Known, new: Known, site: Site) -> Iterator[Change]:
    (was, _), (now, _) = old, new
    if was.method != now.method:
        before, after = code(was.method.upper()), code(now.method.upper())
        yield site.tell(f"the request is a {after} now, was a {before}", BROKEN)
    # What an argument in the path is called is told with the arguments.
    if anonymous(was.path) != anonymous(now.path) or _swapped(was, now):
        text = f"the request goes to {code(now.path)} now, went to {code(was.path)}"
        yield site.tell(text, BROKEN)


def _swapped(was: Operation, now: Operation) -> bool:
    """Tell whether arguments that both paths have stand in another order."""
    before, after = arguments(was.path), arguments(now.path)
    return [n for n in before if n in after] != [n for n in after if n in before]


def _same_rest(pair: Pair, old: Known, new: Known) -> bool:
    (was, _), (now, _) = old, new
    rest_old = {k: v for k, v in was.data.items() if k not in _TOLD}
    rest_new = {k: v for k, v in now.data.items() if k not in _TOLD}
    tags = was.data.get("tags"), now.data.get("tags")
    return pair.same(rest_old, rest_new) and tags[0] == tags[1]
