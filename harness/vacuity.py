"""Finds tests that can't fail: they assert nothing, or something about nothing.

What looks through a list must show somewhere that there is something in it, such as by
`tests.cases.some`. What is right as it is says why behind `# vacuous:`, in its line or
above. That `pytest.raises` holds one statement, ruff sees to.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from harness import syntax
from harness.kept import kept
from harness.syntax import Function, called_in, names_in, own, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PRAGMA = "# vacuous:"
# What is as long as what it is given.
_THROUGH = {
    *("dict", "enumerate", "frozenset", "iter", "list", "map", "reversed", "set"),
    *("sorted", "str", "tuple", "zip", "items", "keys", "values", "walk", "some"),
}
_SKIPS = {"skip", "skipif", "importorskip", "xfail"}
_RAISING = {"raises", "warns", "fail", "deprecated_call"}
_OF_ALL = ("all", "any")


@dataclass(frozen=True, order=True)
class Finding:
    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


class Module:
    """A module of tests, and what it defines."""

    def __init__(self, name: str, source: str) -> None:
        self.name = name
        self.tree = ast.parse(source)
        self.lines = source.splitlines()
        self.nodes = [*walk(self.tree)]

    @cached_property
    def constants(self) -> dict[str, ast.expr | None]:
        """Return what stands at the top; None is what is imported."""
        found: dict[str, ast.expr | None] = {}
        for node in self.tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    found[name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=value):
                    found[name] = value
                case ast.Import(names=names) | ast.ImportFrom(names=names):
                    found |= dict.fromkeys(each.asname or each.name for each in names)
        return found

    @cached_property
    def from_harness(self) -> set[str]:
        """Return what is imported from there: it asserts something, or who knows."""
        return {
            each.asname or each.name
            for node in self.tree.body
            if isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith("harness.")
            for each in node.names
            if each.name[0].islower()
        }

    @cached_property
    def functions(self) -> list[Function]:
        return [each for each in self.nodes if isinstance(each, Function)]

    @cached_property
    def returned(self) -> dict[str, list[ast.expr]]:
        """Return what each function returns."""
        return {
            function.name: [
                each.value
                for each in own(function)
                if isinstance(each, ast.Return) and each.value is not None
            ]
            for function in self.functions
        }

    @cached_property
    def tests(self) -> list[Function]:
        return [each for each in self.functions if each.name.startswith("test_")]

    def finding(self, node: ast.AST, what: str) -> Iterator[Finding]:
        line = getattr(node, "lineno", 1)
        if not any(PRAGMA in each for each in self.lines[max(line - 2, 0) : line]):
            yield Finding(self.name, line, what)


def findings(files: Iterable[Path], root: Path) -> list[Finding]:
    """Return what is wrong with test modules, and with the helpers among them."""
    texts = {path.relative_to(root).as_posix(): path.read_bytes() for path in files}

    def look() -> list[Finding]:
        modules = [Module(name, text.decode()) for name, text in texts.items()]
        asserting = _asserting(modules)
        return sorted(
            {each for module in modules for each in _of_module(module, asserting)}
        )

    given = (part for name, text in texts.items() for part in (name.encode(), text))
    makers = (Path(__file__), Path(syntax.__file__))
    return kept([*(each.read_bytes() for each in makers), *given], look)


def _of_module(module: Module, asserting: set[str]) -> Iterator[Finding]:
    for function in module.tests:
        if function.name not in asserting:
            yield from module.finding(function, f"{function.name} asserts nothing")
    for function in module.functions:
        for node in own(function):
            yield from _of_node(module, function, node)
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and node.attr in _SKIPS:
            yield from module.finding(node, f"{node.attr} skips")


def _of_node(module: Module, function: Function, node: ast.AST) -> Iterator[Finding]:
    what = "nothing shows that this is looked at:"
    if isinstance(node, ast.For) and any(_asserts(each) for each in node.body):
        if not _is_shown(module, function, node):
            yield from module.finding(node, f"{what} {ast.unparse(node.iter)}")
    elif isinstance(node, ast.Assert):
        yield from _of_assertion(module, function, node)
    elif isinstance(node, ast.Try):
        handled = [each for handler in node.handlers for each in walk(handler)]
        is_asserted = any(isinstance(each, ast.Assert) for each in handled)
        if is_asserted and not (node.orelse or _goes_on(function, node)):
            yield from module.finding(node, "nothing is asserted if nothing is raised")


def _of_assertion(
    module: Module, function: Function, node: ast.Assert
) -> Iterator[Finding]:
    for each in walk(node.test):
        match each:
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                alike = type(left) is type(right)
                same = alike and ast.dump(left) == ast.dump(right)
                # Whether a property returns the same again is worth a test.
                same &= isinstance(left, ast.Name) or not isinstance(operator, ast.Is)
                if same and not any(isinstance(x, ast.Call) for x in walk(left)):
                    yield from module.finding(node, "a thing is compared with itself")
            case ast.Constant(value=value) if each is node.test and value:
                yield from module.finding(node, "what is asserted is a constant")
            case ast.BoolOp(op=ast.Or(), values=values) if each is node.test:
                if any(isinstance(x, ast.Constant) and x.value for x in values):
                    yield from module.finding(node, "what is asserted is a constant")
    for comprehension in _vacuous(node.test):
        generator = comprehension.generators[0]
        if not _is_known(module, function, generator.iter, node):
            what = (
                f"nothing shows that this is looked at: {ast.unparse(generator.iter)}"
            )
            yield from module.finding(node, what)


def _vacuous(test: ast.expr) -> Iterator[ast.GeneratorExp | ast.ListComp | ast.SetComp]:
    """Yield what an assertion goes through to say something of all that is there."""
    parts = test.values if isinstance(test, ast.BoolOp) else [test]
    for part in parts:
        match part:
            case ast.Call(func=ast.Name(id="all"), args=[found]):
                pass
            case ast.UnaryOp(
                op=ast.Not(), operand=ast.Call(func=ast.Name(id="any"), args=[found])
            ):
                pass
            case ast.UnaryOp(op=ast.Not(), operand=found):
                pass
            case ast.Compare(
                left=found, ops=[ast.Eq()], comparators=[ast.List(elts=[])]
            ):
                pass
            case _:
                continue
        if isinstance(found, ast.GeneratorExp):
            yield found
        elif isinstance(found, ast.ListComp | ast.SetComp) and found.generators[0].ifs:
            # Without a condition, it is said that there is nothing.
            yield found


def _is_shown(module: Module, function: Function, loop: ast.For) -> bool:
    """Return whether a test shows that a loop goes round at least once."""
    if _is_known(module, function, loop.iter, loop):
        return True
    written = {
        *names_in(loop.target),
        *(name for each in loop.body for name in _written(each)),
    }
    return any(
        written & {*names_in(node)}
        for node in own(function)
        if isinstance(node, ast.Assert | ast.Return)
        and node.lineno > (loop.end_lineno or loop.lineno)
    )


def _written(node: ast.AST) -> Iterator[str]:
    """Yield the names of what is changed in a statement."""
    for each in walk(node):
        match each:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
                yield name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                yield name


def _is_known(
    module: Module, function: Function, found: ast.expr, where: ast.stmt
) -> bool:
    """Return whether it is known that there is something in what is looked through."""
    match found:
        case (
            ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements)
        ):
            return any(
                not isinstance(each, ast.Starred)
                or _is_known(module, function, each.value, where)
                for each in elements
            )
        case ast.Dict(keys=keys, values=values):
            return any(
                key is not None or _is_known(module, function, value, where)
                for key, value in zip(keys, values, strict=True)
            )
        case ast.Constant(value=value):
            return bool(value)
        case ast.BinOp(left=left, op=ast.Add() | ast.BitOr(), right=right):
            parts = [left, right]
            return any(_is_known(module, function, each, where) for each in parts)
        case ast.IfExp(body=body, orelse=orelse):
            parts = [body, orelse]
            return all(_is_known(module, function, each, where) for each in parts)
        case ast.Call(func=ast.Name(id="range"), args=[*_, ast.Constant(value=0)]):
            return False
        case ast.Call(func=ast.Name(id="range")):
            return True
        case ast.Call(func=ast.Name(id=name)) if module.returned.get(name):
            # A function beside it, which always returns something.
            if all(map(_is_filled, module.returned[name])):
                return True
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in _THROUGH:
            # What is mapped is the second; of what is zipped, one is enough to look at.
            if name == "some":
                return True
            if any(_is_known(module, function, each, where) for each in arguments):
                return True
        case ast.Call(func=ast.Attribute(value=inner, attr=name), args=arguments) if (
            name in _THROUGH
        ):
            parts = [inner, *arguments]
            if any(_is_known(module, function, each, where) for each in parts):
                return True
        case ast.ListComp(generators=[one]) | ast.GeneratorExp(generators=[one]):
            if not one.ifs and _is_known(module, function, one.iter, where):
                return True
        case ast.Name(id=name):
            if _is_known_name(module, function, name, where):
                return True
    return _is_asserted(function, found, where)


def _is_filled(node: ast.expr) -> bool:
    elements = getattr(node, "elts", [])
    return bool(elements) and not isinstance(elements[0], ast.Starred)


def _is_known_name(
    module: Module, function: Function, name: str, where: ast.stmt
) -> bool:
    arguments = function.args
    given = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    if any(each.arg == name for each in given):
        return True
    values: list[ast.expr] = []
    for node in own(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                values += [value] * (target == name)
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value):
                values += [value] * (target == name)
            case ast.For(target=target) | ast.comprehension(target=target):
                # It comes from what is looked through further out.
                if name in names_in(target) and node is not where:
                    return True
    if not values and name in module.constants:
        constant = module.constants[name]
        return constant is None or _is_known(module, function, constant, where)
    return any(
        name not in names_in(each) and _is_known(module, function, each, where)
        for each in values
    )


def _is_asserted(function: Function, found: ast.expr, where: ast.stmt) -> bool:
    """Return whether something else is asserted of what is looked through."""
    wanted = {ast.unparse(found)}
    if isinstance(found, ast.Call) and isinstance(found.func, ast.Attribute):
        wanted.add(ast.unparse(found.func.value))
    if isinstance(found, ast.Call) and found.args:
        wanted |= {ast.unparse(each) for each in found.args}
    inside = {id(each) for each in walk(where)}
    return any(
        isinstance(node, ast.Assert)
        and id(node) not in inside
        and wanted & _texts(node)
        for node in own(function)
    )


def _goes_on(function: Function, node: ast.Try) -> bool:
    """Return whether something is asserted of what isn't raised."""
    end = node.handlers[-1].end_lineno or 0
    return any(map(_asserts, node.body)) or any(
        _is_assertion(each) and each.lineno > end
        for each in own(function)
        if isinstance(each, ast.stmt | ast.expr)
    )


def _asserting(modules: list[Module]) -> set[str]:
    """Return the names of functions that assert something, or call one that does."""
    calls: dict[str, set[str]] = {}
    found: set[str] = set()
    for module in modules:
        found |= module.from_harness
        for function in module.functions:
            calls.setdefault(function.name, set()).update(called_in(function))
            if any(map(_is_assertion, own(function))):
                found.add(function.name)
    while True:
        more = {name for name, called in calls.items() if called & found} - found
        if not more:
            return found
        found |= more


def _asserts(node: ast.AST) -> bool:
    return any(map(_is_assertion, walk(node)))


def _is_assertion(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in _RAISING
    return isinstance(node, ast.Assert | ast.Raise)


@cache
def _texts(node: ast.Assert) -> frozenset[str]:
    """Return all that is asserted to be something, unless that holds of nothing too."""
    parts = [*walk(node.test)]
    if any(isinstance(x, ast.Call) and ast.unparse(x.func) in _OF_ALL for x in parts):
        return frozenset()
    return frozenset(ast.unparse(x) for x in parts if isinstance(x, ast.expr))
