"""Change the code in small ways, and count which changes the tests notice.

A copy of the tree gets one mutant at a time: a comparison turned round, a condition
negated, a statement left out. The tests that call its function then run in the copy;
where all of them pass, the mutant has survived, and its difference is printed. Which
tests call what is found out first, by running all of them once.
"""

from __future__ import annotations

import argparse
import ast
import copy
import difflib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from .callers import CALLERS, read

if TYPE_CHECKING:
    from collections.abc import Iterator

Callers: TypeAlias = dict[str, dict[str, float]]
ROOT = Path(__file__).resolve().parents[1]
TARGETS = {
    "codegen/earlier.py": ("tests/codegen/test_earlier.py",),
    "codegen/lock.py": ("tests/codegen/test_lock.py",),
    "codegen/methods/*.py": ("tests/codegen/test_methods.py",),
    "assistants_archive/*.py": ("tests/archive",),
    "assistants_client/_locks.py": ("tests/client", "tests/faults"),
    "assistants_client/_flows/*.py": ("tests/client", "tests/faults"),
    "assistants_client/_events/*.py": ("tests/client",),
    "assistants_client/_transport/*.py": ("tests/client", "tests/faults"),
    "assistants_client/_redaction.py": ("tests/client",),
    "assistants_client/_spellings.py": ("tests/client",),
    "assistants_client/_option_checks.py": ("tests/client",),
    "assistants_client/resources/_base.py": ("tests/client",),
    "generated/assistants_api/client.py": ("tests/contract", "tests/client"),
    "generated/assistants_api/reading.py": ("tests/contract", "tests/client"),
    "generated/assistants_api/streaming.py": ("tests/contract", "tests/client"),
    "generated/assistants_api/types.py": ("tests/contract", "tests/client"),
    "assistants_server/http/connections.py": ("tests/server",),
    "assistants_server/execution/scheduler.py": ("tests/server",),
    "assistants_server/execution/run_task.py": ("tests/server",),
}
"""The modules that are changed, and the tests that have to notice."""
_SLOW = ("test_soak.py", "test_crowds.py", "test_schemathesis.py")
# How many seconds the tests of a mutant take, as they are without it.
_BUDGET = 45.0
_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
}


@dataclass(frozen=True)
class Mutant:
    path: str
    line: int
    before: str
    after: str

    def difference(self) -> str:
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            *(self.path, self.path, f"line {self.line}", "mutant"),
            n=1,
        )
        return "".join(lines)


def mutants_of(path: str, source: str) -> Iterator[Mutant]:
    """Yield all mutants of a module that are still Python."""
    lines = [0]
    for line in source.encode().splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    for node in _nodes(ast.parse(source)):
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        begin = lines[node.lineno - 1] + node.col_offset
        end = lines[node.end_lineno - 1] + node.end_col_offset
        for changed in _changes(node):
            text = ast.unparse(changed)
            if not isinstance(node, ast.Constant | ast.stmt):
                text = f"({text})"
            raw = source.encode()
            after = (raw[:begin] + text.encode() + raw[end:]).decode()
            try:
                ast.parse(after)
            except SyntaxError:
                continue
            yield Mutant(path, node.lineno, source, after)


def _nodes(tree: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Yield what may be changed: no annotations, imports, decorators or texts."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST) or _is_left_alone(node):
                continue
            if isinstance(node, ast.expr | ast.stmt):
                yield node
            yield from _nodes(node)


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in ("cast", "TypeVar")
    # Positions within f-strings are not those of the source before Python 3.12.
    kinds = (ast.Import, ast.ImportFrom, ast.JoinedStr, ast.Raise, ast.Assert)
    return isinstance(node, kinds)


def _changes(node: ast.expr | ast.stmt) -> Iterator[ast.AST]:
    changed = copy.deepcopy(node)
    match changed:
        case ast.Compare(ops=[operator]) if type(operator) in _SWAPPED:
            changed.ops = [_SWAPPED[type(operator)]()]  # type: ignore[list-item]
            yield changed
        case ast.BoolOp() | ast.BinOp() if type(changed.op) in _SWAPPED:
            changed.op = _SWAPPED[type(changed.op)]()  # type: ignore[assignment]
            yield changed
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.IfExp():
            changed.test = ast.UnaryOp(ast.Not(), changed.test)
            yield changed
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str(value)) if value:
            yield ast.Constant(f"{value}?")
        case ast.Return(value=ast.expr()) if ast.unparse(changed) != "return None":
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Continue():
            yield ast.Pass()
        case ast.Break():
            yield ast.Continue()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()


def mutants(tree: Path, only: list[str]) -> list[Mutant]:
    """Return all mutants of the modules of the table, or of some of them."""
    found: list[Mutant] = []
    for pattern in TARGETS:
        for path in sorted(tree.glob(pattern)):
            name = path.relative_to(tree).as_posix()
            if not only or name in only:
                found += mutants_of(name, path.read_text("utf-8"))
    return found


def function_of(mutant: Mutant) -> str | None:
    """Return the function that is changed, by its file and line as code has it."""
    found = None
    for node in ast.walk(ast.parse(mutant.before)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if node.lineno <= mutant.line <= (node.end_lineno or 0):
                # What is within another one comes later.
                found = f"{mutant.path}:{first}"
    return found


def tests_of(mutant: Mutant, callers: Callers) -> list[str]:
    """Return the tests that call what is changed, the quickest first."""
    name = function_of(mutant)
    if name is None:
        # It belongs to the module or to a class.
        known = [
            tests for each, tests in callers.items() if each.startswith(mutant.path)
        ]
    else:
        known = [callers.get(name, {})]
    seconds = {test: took for tests in known for test, took in tests.items()}
    found, left = [], _BUDGET
    for test in sorted(seconds, key=lambda each: seconds[each]):
        # To begin it takes some time, too.
        left -= seconds[test] + 0.01
        if left < 0:
            break
        found.append(test)
    return found


def run_tests(tree: Path, tests: list[str], timeout: float, *more: str) -> bool | None:
    """Run tests in a tree; return whether they pass, and None if they don't end."""
    roots = os.pathsep.join([str(tree), str(tree / "generated")])
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-n0",
             "-p", "no:cacheprovider", *more, *tests],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": roots, CALLERS: str(tree / "callers")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return done.returncode == 0


def callers_of(tree: Path, patterns: set[str]) -> Callers:
    """Run all tests of some modules; return which ones call what."""
    (tree / "callers").mkdir()
    folders = {each for pattern in patterns for each in TARGETS[pattern]}
    ignored = [f"--ignore-glob=*/{each}" for each in _SLOW]
    more = ("-p", "harness.callers", "--maxfail=1000", "-n2", *ignored)
    run_tests(tree, sorted(folders), 3600, *more)
    return read(tree / "callers")


def _try(tree: Path, mutant: Mutant, callers: Callers) -> bool:
    """Return whether a mutant is killed."""
    tests = tests_of(mutant, callers)
    if not tests:
        return False
    path = tree / mutant.path
    path.write_text(mutant.after, "utf-8")
    try:
        return not run_tests(tree, tests, 60 + 4 * _BUDGET)
    finally:
        path.write_text(mutant.before, "utf-8")
        # A file of the same size and second is taken for the same.
        for each in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            each.unlink()


def _copied(target: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--count", type=int, default=40, help="how many mutants")
    parser.add_argument("--only", nargs="+", default=[], metavar="PATH", help="modules")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        _copied(tree)
        known = mutants(tree, given.only)
        chosen = random.Random(given.seed).sample(known, min(given.count, len(known)))
        print(f"{len(chosen)} of {len(known)} mutants", flush=True)
        known_names = {each.path for each in chosen}
        patterns = {
            pattern
            for pattern in TARGETS
            if any(Path(name).match(pattern) for name in known_names)
        }
        callers = callers_of(tree, patterns)
        assert callers, "no test passes"
        killed: Counter[str] = Counter()
        for mutant in chosen:
            is_killed = _try(tree, mutant, callers)
            killed[mutant.path] += is_killed
            said = "killed" if is_killed else f"SURVIVED\n{mutant.difference()}"
            print(f"{mutant.path}:{mutant.line} {said}", flush=True)
    total = Counter(each.path for each in chosen)
    for path, number in sorted(total.items()):
        print(f"{killed[path]:4} of {number:3} killed in {path}")
    share = 100 * killed.total() / max(total.total(), 1)
    print(f"{killed.total()} of {total.total()} killed: {share:.0f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
