"""What is decided about the methods of the client, ready for templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from codegen.methods.mapping import Mapped
from codegen.methods.names import Names, names_in, twin
from codegen.methods.usual import Usual
from codegen.methods.words import class_text

LEFT_OUT = "NOT_GIVEN"
"""The default of an argument that is not sent if it is left out."""
CALLS, LISTS, STREAMS = "calls", "lists", "streams"
"""The decorators of methods that are one request each."""


@dataclass(frozen=True)
class Argument:
    """An argument of a method.

    Attributes:
        key: what the document calls it; "" if the document doesn't know it.
        default: an expression, or "" where the argument must be given.
        text: what it means.
        in_path: whether it is a part of the path.
    """

    key: str
    name: str
    annotation: str
    default: str
    text: str
    in_path: bool = False

    @property
    def written(self) -> str:
        """Write it as it stands in a signature."""
        default = f" = {self.default}" if self.default else ""
        return f"{self.name}: {self.annotation}{default}"


@dataclass(frozen=True)
class Constant:
    """An operation, as a constant of the client.

    Attributes:
        method: the path of the method that it is first of all.
        module: its module in the generated package.
        kind: the class of its result, or of the items of its pages.
        single: whether it has only one page.
        ids: what may be objects in place of ids, besides what is in the path.
        renamed: the arguments that the document calls otherwise, and how.
    """

    name: str
    method: str
    module: str
    kind: str
    single: bool
    ids: list[str]
    renamed: Mapping[str, str]

    def annotation(self, mapped: Mapped) -> str:
        """Write what the two clients return for it."""
        return f"Operation[{self.kind}, {twin(self.kind, mapped)}]"


@dataclass(frozen=True)
class MethodPlan:
    """A method of one of the two clients.

    Attributes:
        awaited: whether it is `async def`.
        is_raw: whether there is one that returns the whole response as well.
        text: its docstring, with the quotation marks.
        overloads: where an argument decides on the result, each way to call it.
    """

    name: str
    decorator: str
    constant: str
    positional: list[Argument]
    named: list[Argument]
    returns: str
    awaited: bool
    is_raw: bool
    text: str
    overloads: list[MethodPlan] = field(default_factory=list["MethodPlan"])

    @property
    def arguments(self) -> list[Argument]:
        """Return all arguments."""
        return [*self.positional, *self.named]

    @property
    def annotations(self) -> list[str]:
        """Return all annotations."""
        own = [*(a.annotation for a in self.arguments), self.returns]
        return own + [a for each in self.overloads for a in each.annotations]


@dataclass(frozen=True)
class ResourcePlan:
    """The class of a resource, for one of the two clients.

    Attributes:
        children: of each resource below, the attribute, the class and the module.
        decorators: the modules of its decorators, and the names of each.
        imports: the modules of its annotations, and the names of each.
        generics: type variables and their bounds.
    """

    class_: str
    module: str
    path: str
    base: str
    base_module: str
    text: str
    methods: list[MethodPlan]
    children: list[tuple[str, str, str]]
    decorators: list[tuple[str, list[str]]]
    imports: list[tuple[str, list[str]]]
    generics: Mapping[str, str]

    @property
    def name(self) -> str:
        """Return the name of the attribute."""
        return self.path.rpartition(".")[2]

    @property
    def is_top(self) -> bool:
        """Return whether it is an attribute of the client itself."""
        return "." not in self.path

    @property
    def docstring(self) -> str:
        """Write the docstring of the class."""
        return class_text(self.path, self.text)

    @property
    def constants(self) -> list[str]:
        """Name the operations that its methods are made of."""
        return sorted({method.constant for method in self.methods})


@dataclass(frozen=True)
class Plan:
    """All that is written of the client.

    Attributes:
        options: what every method takes.
        unmapped: the operations of the document that no method is named after.
        unused: what methods.yaml says of arguments that no method has.
    """

    mapped: Mapped
    constants: list[Constant]
    sync: list[ResourcePlan]
    asynchronous: list[ResourcePlan]
    options: list[Argument]
    unmapped: list[str]
    unused: list[str]
    names: Names
    usual: Usual

    @property
    def operation_imports(self) -> list[tuple[str, list[str]]]:
        """Return what the constants of operations need."""
        kinds = [each.kind for each in self.constants]
        return self.names.imports([*kinds, *(twin(k, self.mapped) for k in kinds)])

    def options_of(self, method: MethodPlan) -> list[Argument]:
        """Return what may be left out of what the method alone takes."""
        return [
            each
            for each in method.named
            if each.default
            and each.name != self.mapped.streams.get("argument")
            and each not in self.options
            and not names_in(each.annotation) & self.mapped.generics.keys()
        ]

    @property
    def own_keywords(self) -> Mapping[str, list[str]]:
        """Return the keywords that only the client knows, and the methods of each.

        What must be given is left out: a method that lacks it wouldn't be called.
        """
        methods = [method for resource in self.sync for method in resource.methods]
        known = {a.key for method in methods for a in method.arguments}
        found: dict[str, list[str]] = {}
        for resource in self.sync:
            for method in resource.methods:
                for each in method.named:
                    is_own = not each.key and each not in self.options
                    if is_own and each.default and each.name not in known:
                        path = f"{resource.path}.{method.name}"
                        found.setdefault(each.name, []).append(path)
        return dict(sorted(found.items()))

    @property
    def options_imports(self) -> list[tuple[str, list[str]]]:
        """Return what the TypedDicts need."""
        methods = [method for resource in self.sync for method in resource.methods]
        own = [a for method in methods for a in self.options_of(method)]
        return self.names.imports([a.annotation for a in (*self.options, *own)])
