"""The document that a package ships is written as `json` writes it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from codegen.render import indented

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@example({"a": [], "b": {}, "c": [[{}, 10**40, 0.1]], '\u2028é"': {"\\": None}})
@given(VALUES)
def test_it_is_what_json_makes_of_it(value: Any) -> None:
    assert indented(value) == json.dumps(value, indent=1)
