"""Mutants are small changes that are still Python, and tests are found for them."""

from __future__ import annotations

from harness import mutation
from tests.cases import some

SOURCE = '''
"""Text of the module."""
import a

def f(x: "int" = 1) -> "int":
    """Text of a function."""
    if x and not a.b:
        x.y = cast("str", "ü") + f"{x == 1}"
        a.c()
    return x < 2
'''
CHANGED = [
    ('x: "int" = 1', 'x: "int" = 2'),
    ("x and not a.b", "(x or not a.b)"),
    ("not a.b", "(a.b)"),
    ('x.y = cast("str", "ü") + f"{x == 1}"', "pass"),
    ('cast("str", "ü") + f', "(cast('str', 'ü') - f"),
    ("a.c()", "pass"),
    ("return x < 2", "return None"),
    ("x < 2", "(x <= 2)"),
    ("x < 2", "x < 3"),
]


def test_mutants_differ_in_one_place() -> None:
    found = [each.after for each in mutation.mutants_of("m.py", SOURCE)]
    assert len(found) == len({*found}) == len(CHANGED)
    for before, after in CHANGED:
        if "cast" not in after:
            assert SOURCE.replace(before, after) in found
    assert sum("- f" in each for each in found) == 1


def test_a_mutant_shows_its_difference() -> None:
    *_, last = mutation.mutants_of("m.py", SOURCE)
    shown = last.difference().splitlines()
    assert "-    return x < 2" in shown
    assert "+    return x < 3" in shown
    assert last.line == 10


def test_the_modules_that_are_changed_and_their_tests_exist() -> None:
    for pattern, folders in some(mutation.TARGETS.items()):
        assert [*mutation.ROOT.glob(pattern)], pattern
        assert all((mutation.ROOT / each).exists() for each in some(folders))


def test_the_tests_that_call_what_is_changed_are_tried() -> None:
    *_, last = mutation.mutants_of("m.py", SOURCE)
    assert mutation.function_of(last) == "m.py:5"
    callers = {
        "m.py:5": {"slow": 3.0, "endless": 1000.0, "quick": 0.1},
        "m.py:9": {"x": 1.0},
    }
    assert mutation.tests_of(last, callers) == ["quick", "slow"]
    first = mutation.Mutant("m.py", 3, SOURCE, SOURCE)
    assert mutation.function_of(first) is None
    assert mutation.tests_of(first, callers) == ["quick", "x", "slow"]
