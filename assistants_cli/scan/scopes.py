"""What the names of a Python module stand for, by its syntax tree.

The order of statements doesn't matter: a name stands for the first thing that is known
of what it is assigned anywhere in its scope.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from . import symbols

Path: TypeAlias = tuple[str, ...]
Functions: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_MAX_DEPTH: Final = 40


@dataclass
class Scope:
    """A module, class or function.

    Attributes:
        parent: the one around it.
        is_class: whether it is a class, whose names functions in it don't see.
        names: what each name is assigned.
        known: names that are imported, or otherwise known.
        itself: the name of the object in a method, such as `self`.
        name: that of a function.
        shared: names that a function says are those of the module.
        is_property: whether the function is called by reading an attribute.
    """

    parent: Scope | None = None
    is_class: bool = False
    names: dict[str, Named] = field(default_factory=dict)
    known: dict[str, Path | None] = field(default_factory=dict)
    itself: str = ""
    name: str = ""
    shared: set[str] = field(default_factory=set)
    is_property: bool = False

    def add(self, name: str, value: ast.expr, scope: Scope, how: str = "") -> None:
        """Note what a name is assigned."""
        self.hold(name).values.append(Value(value, scope, how))

    def hold(self, name: str) -> Named:
        """Return a name of this scope, which hides that of another."""
        return self.names.setdefault(name, Named())


@dataclass(frozen=True)
class Value:
    """Something that is assigned.

    Attributes:
        node: the expression.
        scope: where its names are looked up.
        how: "annotation" where it only says the class, else "".
    """

    node: ast.expr
    scope: Scope
    how: str = ""


@dataclass
class Named:
    """A name of a scope.

    Attributes:
        values: what it is assigned.
        path: what it stands for, once that was looked up.
        looked_up: whether it was, or is just being.
    """

    values: list[Value] = field(default_factory=list)
    path: Path | None = None
    looked_up: bool = False


def scoped(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.AST | None, Scope]]:
    """Return all nodes with their parents and scopes, and fill the scopes.

    It has to be gone through to its end before names are looked up.
    """
    top = Scope()
    pending: list[tuple[ast.AST, ast.AST | None, Scope]] = [(tree, None, top)]
    while pending:
        node, parent, scope = pending.pop()
        yield node, parent, scope
        _note(node, scope, top)
        inner = _inner(node, scope)
        pending += [(e, node, inner) for e in reversed([*ast.iter_child_nodes(node)])]


def _inner(node: ast.AST, scope: Scope) -> Scope:
    """Return the scope of what is in a node."""
    if isinstance(node, ast.ClassDef):
        return Scope(scope, is_class=True)
    if not isinstance(node, Functions | ast.Lambda):
        return scope
    inner = Scope(scope)
    if not isinstance(node, ast.Lambda):
        inner.name = node.name
        inner.is_property = any(map(_is_property, node.decorator_list))
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    if scope.is_class and every:
        inner.itself = every[0].arg
    for each in every:
        # A parameter hides what has its name outside, whatever it is.
        inner.hold(each.arg)
        if each.annotation is not None:
            inner.add(each.arg, each.annotation, scope, "annotation")
    positional = [*arguments.posonlyargs, *arguments.args]
    last = positional[len(positional) - len(arguments.defaults) :]
    defaults = [*zip(last, arguments.defaults, strict=True)]
    defaults += [
        (each, value)
        for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if value is not None
    ]
    for each, value in defaults:
        inner.add(each.arg, value, scope)
    return inner


def _is_property(decorator: ast.expr) -> bool:
    return "property" in (_ends(decorator) or getattr(decorator, "id", ""))


def _note(node: ast.AST, scope: Scope, top: Scope) -> None:
    """Note what a statement assigns."""
    match node:
        case ast.Import():
            for each in node.names:
                name = each.asname or each.name.partition(".")[0]
                scope.known[name] = (
                    (*each.name.split("."),)
                    if each.asname and symbols.is_below(each.name, "azure.ai")
                    else symbols.of_module(each.name)
                )
        case ast.ImportFrom():
            for each in node.names:
                module = "." * node.level + (node.module or "")
                path = symbols.meaning(module, each.name)
                # What is ours to begin with may be a client of any kind.
                if not node.level:
                    scope.known[each.asname or each.name] = path
        case ast.Assign():
            for target in node.targets:
                _assign(target, node.value, scope, top)
        case ast.AnnAssign():
            _assign(node.target, node.annotation, scope, top, "annotation")
            if node.value is not None:
                _assign(node.target, node.value, scope, top)
        case ast.NamedExpr():
            _assign(node.target, node.value, scope, top)
        case ast.withitem():
            if node.optional_vars is not None:
                _assign(node.optional_vars, node.context_expr, scope, top)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            if node.returns is not None:
                scope.add(f"{node.name}()", node.returns, scope, "annotation")
            scope.hold(node.name)
        case ast.Return() if node.value is not None and scope.parent is not None:
            scope.parent.add(f"{scope.name}()", node.value, scope)
            if scope.is_property:
                scope.parent.add(scope.name, node.value, scope)
        case ast.ClassDef():
            scope.hold(node.name)
        case ast.Global():
            scope.shared |= {*node.names}


def _assign(
    target: ast.expr, value: ast.expr, scope: Scope, top: Scope, how: str = ""
) -> None:
    match target, value:
        case ast.Name(), _:
            home = top if target.id in scope.shared else scope
            home.add(target.id, value, scope, how)
        case ast.Attribute(value=ast.Name(id=name)), _ if name == scope.itself and name:
            if scope.parent is not None:
                scope.parent.add(target.attr, value, scope, how)
        case ast.Attribute(), _:
            # Such as `app.state.client`, which is the same everywhere.
            top.add(_dotted(target), value, scope, how)
        case ast.Tuple() | ast.List(), ast.Tuple() | ast.List():
            if len(target.elts) == len(value.elts):
                for each, item in zip(target.elts, value.elts, strict=True):
                    _assign(each, item, scope, top, how)


def path_of(node: ast.expr, scope: Scope, depth: int = 0) -> Path | None:
    """Return what an expression stands for; None for what isn't known."""
    if depth > _MAX_DEPTH:
        return None
    below = depth + 1
    match node:
        case ast.Name():
            return _lookup(node.id, scope, below)
        case ast.Attribute():
            return _attribute(node.value, node.attr, node, scope, below)
        case ast.Call(func=ast.Name(id="getattr"), args=[held, name, *_]) if isinstance(
            name, ast.Constant
        ) and isinstance(name.value, str):
            return _attribute(held, name.value, node, scope, below)
        case ast.Call():
            return _called(node, scope, below)
        case ast.Await() | ast.NamedExpr():
            return path_of(node.value, scope, below)
        case ast.IfExp():
            either = (path_of(e, scope, below) for e in (node.body, node.orelse))
            return next((each for each in either if each is not None), None)
        case ast.BoolOp():
            found = (path_of(each, scope, below) for each in node.values)
            return next((each for each in found if each is not None), None)
    return None


def _called(node: ast.Call, scope: Scope, depth: int) -> Path | None:
    found = None
    if isinstance(node.func, ast.Name):
        found = _lookup(f"{node.func.id}()", scope, depth)
    elif isinstance(node.func, ast.Attribute):
        holder = _class_of(node.func.value, scope)
        if holder is not None:
            found = _first(holder.names.get(f"{node.func.attr}()"), depth)
    if found is not None:
        return found
    path = path_of(node.func, scope, depth)
    if path is not None:
        return symbols.called(path)
    # What is made of a client by something unknown is one too, such as one that traces.
    given = (path_of(each, scope, depth) for each in node.args[:5])
    clients = (each for each in given if each is not None and len(each) == 1)
    return next((symbols.instance(each) for each in clients), None)


def _attribute(
    held: ast.expr, name: str, node: ast.expr, scope: Scope, depth: int
) -> Path | None:
    holder = _class_of(held, scope)
    if holder is not None:
        return _first(holder.names.get(name), depth)
    path = path_of(held, scope, depth)
    if path is not None:
        return symbols.attribute(path, name)
    top = scope
    while top.parent is not None:
        top = top.parent
    found = _first(top.names.get(_dotted(node)), depth)
    if found is None and name in symbols.RESOURCES and _ends(held) == "beta":
        # Whatever it is an attribute of, nothing else is called so.
        return (symbols.UNKNOWN, "beta", name)
    return found


def _class_of(held: ast.expr, scope: Scope) -> Scope | None:
    """Return the class whose object an expression is, such as `self`."""
    if not isinstance(held, ast.Name):
        return None
    method: Scope | None = scope
    while method is not None:
        if method.itself == held.id:
            return method.parent
        method = method.parent
    return None


def _ends(node: ast.expr) -> str:
    """Return the last name of an expression."""
    return node.attr if isinstance(node, ast.Attribute) else ""


def _dotted(node: ast.expr) -> str:
    """Return the names of an attribute of attributes; "" for anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join((node.id, *reversed(names)))


def _lookup(name: str, scope: Scope, depth: int) -> Path | None:
    at: Scope | None = scope
    while at is not None:
        if at is scope or not at.is_class:
            if name in at.known:
                return at.known[name]
            if name in at.names:
                return _first(at.names[name], depth)
        at = at.parent
    return None


def _first(named: Named | None, depth: int) -> Path | None:
    """Return the first thing that is known of a name."""
    if named is None or named.looked_up:
        return None if named is None else named.path
    # Names may stand for each other.
    named.looked_up = True
    for each in named.values:
        look = _instance if each.how else path_of
        named.path = look(each.node, each.scope, depth)
        if named.path is not None:
            break
    return named.path


def _instance(node: ast.expr, scope: Scope, depth: int) -> Path | None:
    """Return what an object is that an annotation describes."""
    if depth > _MAX_DEPTH:
        return None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value[:300], mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    for each in ast.walk(node):
        if isinstance(each, ast.Name | ast.Attribute):
            path = path_of(each, scope, depth + 1)
            if path is not None and len(path) == 1 and path[0].endswith("()"):
                return symbols.called(path)
    return None
