"""Our modules under another name: what is rewritten, what stays, what is refused."""

from __future__ import annotations

import ast

import pytest

from codegen.errors import BuildError
from codegen.vendor.manifest import client
from codegen.vendor.rewrite import rewritten, verify
from tests.cases import each_case

NAME = "__name__.rsplit"

# The module, its source, and what becomes of it.
REWRITTEN = [
    # Imports.
    ("a.py", "from assistants_api import x", "from .assistants_api import x"),
    ("a.py", "from assistants_api.b import x", "from .assistants_api.b import x"),
    ("p/a.py", "from assistants_api.b import x", "from ..assistants_api.b import x"),
    ("p/__init__.py", "from assistants_api import x", "from ..assistants_api import x"),
    ("p/q/a.py", "from assistants_client.b import x", "from ...b import x"),
    ("a.py", "from assistants_client import x", "from . import x"),
    ("a.py", "from   assistants_api  import (x)", "from   .assistants_api  import (x)"),
    (
        "a.py",
        "if TYPE_CHECKING:\n    from assistants_api.b import *  # all",
        "if TYPE_CHECKING:\n    from .assistants_api.b import *  # all",
    ),
    (
        "a.py",
        "é = 1; from assistants_api import x",
        "é = 1; from .assistants_api import x",
    ),
    # Imports by text.
    (
        "a.py",
        "import_module('assistants_api.b')",
        "import_module('.assistants_api.b', __package__)",
    ),
    (
        "p/a.py",
        "m.import_module(\n    f'assistants_api.{g(1, \"m\")}',\n)",
        "m.import_module(\n    f'..assistants_api.{g(1, \"m\")}', __package__,\n)",
    ),
    (
        "a.py",
        "import_module('assistants_client.b')",
        "import_module('.b', __package__)",
    ),
    (
        "p/a.py",
        'import_module("assistants_client")',
        'import_module("..", __package__)',
    ),
    # Texts that are a name of ours.
    ("a.py", "l = f('assistants_client')", f'l = f({NAME}(".", 1)[0])'),
    ("p/a.py", "l = f('assistants_client')", f'l = f({NAME}(".", 2)[0])'),
    ("p/__init__.py", "l = 'assistants_client'", f'l = {NAME}(".", 1)[0]'),
    ("__init__.py", "l = 'assistants_client'", "l = __name__"),
    ("a.py", "l = 'assistants_client.wire'", f"l = f\"{{{NAME}('.', 1)[0]}}.wire\""),
    (
        "a.py",
        "import_module(name='assistants_client')",
        f'import_module(name={NAME}(".", 1)[0])',
    ),
    # Longer texts that mention one.
    ("a.py", "l = 'a client of assistants_client'", "l = 'a client of copied'"),
    ("a.py", "l = f'{x} of assistants_client.b.'", "l = f'{x} of copied.b.'"),
    ("a.py", '"""Of assistants_api.b."""', '"""Of copied.assistants_api.b."""'),
    ("a.py", '"""assistants_client"""', '"""copied"""'),
    ("a.py", "l = ('x '\n 'assistants_client')", "l = ('x '\n 'copied')"),
]
STAYS = [
    "from .assistants_api import x",
    "from json import loads",
    "assistants_api = 1",
    "l = 'assistants-client/1'",
    "l = 'assistants_api_response and my.assistants_api'",
    "# assistants_client\nx = 1",
    "l = 'run `python -m assistants_server`'",
    "l = f'assistants_server: {x}'",
]
REFUSED = [
    ("import assistants_api", "from ... import"),
    ("import json, assistants_client.b as b", "from ... import"),
    ("from \\\n assistants_api import x", "on one line"),
    ("import_module('assistants_api', 'x')", "the name alone"),
    ("find_spec('assistants_api')", "the name alone"),
    ("import_module('assistants' '_api')", "stand alone"),
    ("import_module('assistants\\x5fapi')  # not assistants_api", "plainly"),
]


@each_case(
    ("path", "source", "expected"),
    [*REWRITTEN, *(("a.py", source, source) for source in STAYS)],
)
def test_each_form_is_rewritten_or_stays(path: str, source: str, expected: str) -> None:
    found = rewritten(source.encode(), path, "copied")
    ast.parse(found)
    assert found.decode() == expected
    assert rewritten(found, path, "copied") == found


@each_case(("source", "words"), REFUSED)
def test_what_no_rule_covers_is_refused(source: str, words: str) -> None:
    with pytest.raises(BuildError) as refusal:
        verify({"a.py": rewritten(source.encode(), "a.py", "copied")}, "other/")
    assert words in str(refusal.value)
    assert "a.py, line 1: " in str(refusal.value)


ALONE = [
    "from .b import y",
    "from . import b",
    "from .b import *",
    "from .star import y",
    "from .p.c import z",
    "import_module('.b', __package__)",
]
NOT_ALONE = [
    ("from .b import none", "imports none of .b, which has no such name"),
    ("from .star import none", "imports none of .star, which has no such name"),
    ("from .local import x", "imports .local, which is not in the copy"),
    ("from ..b import y", "imports ..b, which is outside"),
    ("import_module('.none', __package__)", "imports .none, which is not in"),
    ("def f():\n    import assistants_api", "imports assistants_api"),
    ("if TYPE_CHECKING:\n    from codegen.a import b", "imports codegen.a"),
    ("__import__('assistants_client.b')", "imports assistants_client.b"),
    ("import_module(f'assistants_api.{x}')", "imports assistants_api."),
    ("run_module('codegen')", "imports codegen"),
    ("l = 'assistants_api.models'", "has the text 'assistants_api.models'"),
]
OTHERS = {
    "__init__.py": b"",
    "b.py": b"y: int = 1\nimport httpx, json\nfrom dateutil import parser",
    "star.py": b"from .b import *",
    "p/__init__.py": b"",
    "p/c.py": b"from ..b import y as z",
    # A document may hold any text.
    "generated/x.py": b"l = 'assistants_api'\nimport attrs",
}


@each_case("source", ALONE)
def test_a_copy_that_stands_alone_is_accepted(source: str) -> None:
    needed, of_generated = verify({**OTHERS, "a.py": source.encode()}, "generated/")
    assert needed == {"httpx", "dateutil", "attrs"}
    assert of_generated == {"attrs"}


@each_case(("source", "words"), NOT_ALONE)
def test_a_copy_that_would_not_stand_alone_is_refused(source: str, words: str) -> None:
    with pytest.raises(BuildError) as refusal:
        verify({**OTHERS, "a.py": source.encode()}, "generated/")
    assert words in str(refusal.value)
    assert "a.py, line" in str(refusal.value)


def test_most_of_the_client_stays_as_it_is() -> None:
    files = {n: text for n, text in client().items() if n.endswith(".py")}
    changed = [n for n in files if rewritten(files[n], n, "copied") != files[n]]
    assert {"_api.py", "_transcript.py"} <= {*changed}
    assert len(changed) < len(files) / 8
