"""Plan the classes of resources: each method's arguments, result and words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from codegen.document import media_schemas, operations, request_body, schema_name
from codegen.errors import Path, SpecError
from codegen.identifiers import snake_case
from codegen.methods.mapping import Mapped, Method, Resource, meant
from codegen.methods.names import Names, names_in, twin
from codegen.methods.words import class_text, method_text
from codegen.plan import Package
from codegen.plan.literal import literal
from codegen.plan.models import SchemaModule
from codegen.plan.operations import OperationModule
from codegen.source import Document

LEFT_OUT = "NOT_GIVEN"
"""The default of an argument that is not sent if it is left out."""
_PLAIN, _PAGES, _STREAMS = "calls", "lists", "streams"
_BASE = "_base.Resource"
_OPTIONS = "options"
_LIST = re.compile(r"\blist\[")


@dataclass(frozen=True)
class Argument:
    """An argument of a method.

    Attributes:
        default: an expression, or "" where the argument must be given.
        text: what it means.
        local: whether the document doesn't know it.
    """

    name: str
    annotation: str
    default: str
    text: str
    local: bool = False

    @property
    def written(self) -> str:
        """Write it as it stands in a signature."""
        default = f" = {self.default}" if self.default else ""
        return f"{self.name}: {self.annotation}{default}"


@dataclass(frozen=True)
class Constant:
    """An operation, as a constant of the client.

    Attributes:
        kind: the class of its result, or of the items of its pages.
        ids: the arguments besides those of the path that may be objects.
    """

    name: str
    method: str
    module: str
    kind: str
    single: bool
    ids: Sequence[str]

    def annotation(self, mapped: Mapped) -> str:
        """Write what the two clients return for it."""
        return f"Operation[{self.kind}, {twin(self.kind, mapped)}]"


@dataclass(frozen=True)
class MethodPlan:
    """A method of one of the two clients."""

    name: str
    decorator: str
    constant: str
    positional: list[Argument]
    named: list[Argument]
    returns: str
    awaited: bool
    text: str
    overloads: list[MethodPlan] = field(default_factory=list["MethodPlan"])

    @property
    def annotations(self) -> list[str]:
        """Return all annotations."""
        own = [*(a.annotation for a in self.arguments), self.returns]
        return own + [a for each in self.overloads for a in each.annotations]

    @property
    def arguments(self) -> list[Argument]:
        """Return all arguments."""
        return [*self.positional, *self.named]

    @property
    def is_raw(self) -> bool:
        """Return whether there is one that returns the whole response as well."""
        return self.decorator in (_PLAIN, _PAGES, _STREAMS)


@dataclass(frozen=True)
class ResourcePlan:
    """The class of a resource, for one of the two clients.

    Attributes:
        children: of each resource below, the attribute, the class and the module.
        imports: modules that annotations need, and the names of each.
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

    @property
    def decorators(self) -> list[str]:
        """Name the decorators that make its methods."""
        return sorted({method.decorator for method in self.methods})


@dataclass(frozen=True)
class Plan:
    """All that is written of the client.

    Attributes:
        options: what every method takes.
        unmapped: the operations of the document that no method is named after.
    """

    mapped: Mapped
    constants: list[Constant]
    sync: list[ResourcePlan]
    asynchronous: list[ResourcePlan]
    options: list[Argument]
    unmapped: list[str]
    names: Names

    @property
    def operation_imports(self) -> list[tuple[str, list[str]]]:
        """Return what the constants of operations need."""
        kinds = [each.kind for each in self.constants]
        return self.names.imports([*kinds, *(twin(k, self.mapped) for k in kinds)])

    def options_of(self, method: MethodPlan) -> list[Argument]:
        """Return what may be left out of what the method alone takes."""
        switch = self.mapped.streams.get("argument")
        return [
            each
            for each in method.named
            if each.default
            and each.name != switch
            and each not in self.options
            and not names_in(each.annotation) & self.mapped.generics.keys()
        ]

    @property
    def options_imports(self) -> list[tuple[str, list[str]]]:
        """Return what the TypedDicts need."""
        methods = [method for resource in self.sync for method in resource.methods]
        own = [a for method in methods for a in self.options_of(method)]
        return self.names.imports([a.annotation for a in (*self.options, *own)])


class Planner:
    """Joins methods.yaml with the plan of a package."""

    def __init__(self, mapped: Mapped, package: Package, document: Document) -> None:
        self._mapped = mapped
        self._operations = {each.operation_id: each for each in package.operations}
        self._schemas = {each.names.class_: each for each in package.schemas}
        by_name = {each.names.schema: each for each in package.schemas}
        self._bodies = {
            operation.name: by_name[schema_name(schema["$ref"], at)]
            for operation in operations(document)
            for _, schema, at in media_schemas(*request_body(document, operation))
            if "$ref" in schema
        }
        self._names = Names(mapped, package)

    def plan(self) -> Plan:
        """Plan all resources.

        Raises:
            SpecError: a line of methods.yaml doesn't fit the document.
        """
        resources = self._mapped.all
        used = {m.operation for r in resources for m in r.methods}
        return Plan(
            mapped=self._mapped,
            constants=list(self._constants(resources)),
            sync=[self._resource(each, "") for each in resources],
            asynchronous=[self._resource(each, "Async") for each in resources],
            options=[*self._group(_OPTIONS, ()).values()],
            unmapped=[each for each in self._operations if each not in used],
            names=self._names,
        )

    def _constants(self, resources: list[Resource]) -> Iterator[Constant]:
        """Plan the constant of each operation, named after its first method."""
        seen: set[str] = set()
        for resource in resources:
            for method in resource.methods:
                if method.operation in seen or method.made_by:
                    continue
                seen.add(method.operation)
                operation = self._operation(method)
                yield Constant(
                    name=_constant(method),
                    method=f"{resource.path}.{method.name}",
                    module=f"{operation.tag}.{operation.name}",
                    kind=self._result(method, operation),
                    single=method.pages == "single",
                    ids=[*self._ids_beside_path(method, operation)],
                )

    def _resource(self, resource: Resource, prefix: str) -> ResourcePlan:
        methods = [self._method(each, prefix) for each in resource.methods]
        module, _, base = (resource.base or _BASE).rpartition(".")
        annotations = [a for method in methods for a in method.annotations]
        generics = {
            name: twin(bound, self._mapped) if prefix else bound
            for name, bound in self._mapped.generics.items()
            if any(name in names_in(annotation) for annotation in annotations)
        }
        return ResourcePlan(
            class_=f"{prefix}{resource.class_}",
            module=_module(resource, prefix),
            path=resource.path,
            base=f"{prefix}{base}",
            base_module=module,
            text=resource.text,
            methods=methods,
            children=[
                (each.name, f"{prefix}{each.class_}", _module(each, prefix))
                for each in resource.resources
            ],
            imports=self._names.imports([*annotations, *generics.values()]),
            generics=generics,
        )

    def _method(self, method: Method, prefix: str) -> MethodPlan:
        operation = self._operation(method)
        positional, named = self._arguments(method, operation)
        decorator = method.made_by or (
            _PAGES if method.pages else _STREAMS if method.streams else _PLAIN
        )
        returns = method.returns or self._result(method, operation)
        if decorator == _PAGES:
            kind = self._mapped.pages["async" if prefix else "sync"]
            returns = f"{kind}[{returns}]"
        text = method_text(method, operation, [*positional, *named], self._mapped)
        found = MethodPlan(
            name=method.name,
            decorator=decorator,
            constant=_constant(method),
            positional=positional,
            named=named,
            returns=returns,
            awaited=bool(prefix) and decorator not in self._mapped.at_once,
            text=text.replace("`with`", "`async with`") if prefix else text,
        )
        found = self._for_client(found, prefix)
        return self._overloaded(found, prefix) if decorator == _STREAMS else found

    def _for_client(self, method: MethodPlan, prefix: str) -> MethodPlan:
        if not prefix:
            return method
        positional, named = (
            [replace(a, annotation=twin(a.annotation, self._mapped)) for a in some]
            for some in (method.positional, method.named)
        )
        returns = twin(method.returns, self._mapped)
        return replace(method, positional=positional, named=named, returns=returns)

    def _overloaded(self, method: MethodPlan, prefix: str) -> MethodPlan:
        """Say what a method returns with and without a stream."""
        switch, stream = (self._mapped.streams[n] for n in ("argument", "returns"))
        stream = twin(stream, self._mapped) if prefix else stream
        either = f"{method.returns} | {stream}"
        variants = [
            (f"Literal[False] | None = {LEFT_OUT}", method.returns),
            ("Literal[True]", stream),
            ("bool | None", either),
        ]
        overloads = []
        for written, returns in variants:
            annotation, _, default = written.partition(" = ")
            named = [
                replace(a, annotation=annotation, default=default)
                if a.name == switch
                else a
                for a in method.named
            ]
            overloads.append(replace(method, named=named, returns=returns))
        return replace(method, returns=either, overloads=overloads)

    def _arguments(
        self, method: Method, operation: OperationModule
    ) -> tuple[list[Argument], list[Argument]]:
        path = [
            Argument(each.name, each.annotation, "", each.description)
            for each in operation.located("path")
        ]
        query = [
            Argument(
                each.name,
                self._closed(each.annotation),
                "" if each.required else LEFT_OUT,
                each.description,
            )
            for each in operation.parameters
            if each.location != "path"
        ]
        body = self._bodies.get(operation.operation_id)
        fields = body.fields if body else []
        properties = [
            Argument(f.name, f.written, "" if f.required else LEFT_OUT, f.description)
            for f in fields
        ]
        known = {each.name: each for each in [*path, *properties, *query]}
        for name in (*method.without, *method.types, *method.ids):
            if name not in known:
                raise SpecError(
                    f"{method.operation} has no argument {name}{meant(name, known)}",
                    at=method.at,
                )
        groups = [*method.takes]
        if method.pages == "cursor":
            groups.append(self._mapped.pages["keywords"])
        for name in method.without:
            del known[name]
        for group in groups:
            known |= self._group(group, method.at)
        positional = method.positional
        if positional is None:
            positional = [each.name for each in path[-1:]]
        for name in positional:
            if name not in known:
                raise SpecError(
                    f"{method.operation} has no argument {name}{meant(name, known)}",
                    at=method.at,
                )
        first = [self._typed(known.pop(name), method) for name in positional]
        rest = [self._typed(each, method) for each in known.values()]
        rest.sort(key=lambda each: bool(each.default))
        return first, [*rest, *self._group(_OPTIONS, method.at).values()]

    def _group(self, group: str, at: Path) -> dict[str, Argument]:
        if group not in self._mapped.keywords:
            raise SpecError(
                f"there is no group of keywords {group}"
                f"{meant(group, self._mapped.keywords)}",
                at=at,
            )
        return {
            name: Argument(
                name,
                each["type"],
                literal(each["default"]) if "default" in each else LEFT_OUT,
                each.get("text", ""),
                local=True,
            )
            for name, each in self._mapped.keywords[group].items()
        }

    def _typed(self, argument: Argument, method: Method) -> Argument:
        if argument.local:
            return argument
        name, annotation = argument.name, argument.annotation
        found = method.types.get(name) or self._mapped.types.get(name)
        null = " | None" if annotation.endswith(" | None") else ""
        if found is None and name in (*self._mapped.ids, *method.ids):
            found = f"str | HasId{null}"
        elif found is None and name in self._mapped.id_lists:
            found = f"Sequence[str | HasId]{null}"
        # Within a class that has a method `list`, that is what the name stands for.
        found = _LIST.sub("Sequence[", found or annotation)
        return replace(argument, annotation=found)

    def _closed(self, annotation: str) -> str:
        """Return the values of an enum in the place of its name.

        A server may answer with a value that the document doesn't know. Nobody means to
        send one.
        """
        schema = self._schemas.get(annotation)
        if schema is None or schema.kind != "enum":
            return annotation
        return schema.annotation.removesuffix(" | str")

    def _ids_beside_path(
        self, method: Method, operation: OperationModule
    ) -> Iterator[str]:
        path = {each.name for each in operation.located("path")}
        known = {*self._mapped.ids, *self._mapped.id_lists, *method.ids}
        first, named = self._arguments(method, operation)
        for each in (*first, *named):
            if each.name in known and each.name not in path:
                yield each.name

    def _operation(self, method: Method) -> OperationModule:
        if method.operation not in self._operations:
            raise SpecError(
                f"the document has no operation {method.operation}"
                f"{meant(method.operation, self._operations)}",
                at=method.at,
                hint="Name an operationId, or delete the line.",
            )
        return self._operations[method.operation]

    def _result(self, method: Method, operation: OperationModule) -> str:
        """Name the class of a result, or of the items of a page."""
        found = operation.responses.success
        if method.pages:
            found = self._item(found, method.at)
        return self._mapped.results.get(found, found).rpartition(".")[2]

    def _item(self, response: str, at: Path) -> str:
        items = self._mapped.pages["items"]
        schema: SchemaModule | None = self._schemas.get(response)
        for each in schema.fields if schema else ():
            if each.key == items and each.annotation.startswith("list["):
                return each.annotation.removeprefix("list[").partition("]")[0]
        raise SpecError(f"{response} is no page: it has no list of {items}", at=at)


def _module(resource: Resource, prefix: str) -> str:
    return f"{prefix.lower()}_{resource.module}".strip("_")


def _constant(method: Method) -> str:
    return snake_case(method.operation).upper()
