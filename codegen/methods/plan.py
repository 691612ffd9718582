"""Plan the classes of resources, from methods.yaml and the plan of the package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from codegen.errors import Path, SpecError, meant
from codegen.identifiers import snake_case
from codegen.methods.arguments import Arguments
from codegen.methods.mapping import Mapped, Method, Resource
from codegen.methods.names import Names, names_in, twin
from codegen.methods.planned import (
    CALLS,
    LEFT_OUT,
    LISTS,
    STREAMS,
    Argument,
    Constant,
    MethodPlan,
    Plan,
    ResourcePlan,
)
from codegen.methods.usual import plan_usual
from codegen.methods.words import method_text
from codegen.plan import Package
from codegen.plan.operations import OperationModule
from codegen.source import Document

_BASE = "_base.Resource"


def plan_methods(mapped: Mapped, package: Package, document: Document) -> Plan:
    """Plan all resources.

    Raises:
        SpecError: a line of methods.yaml doesn't fit the document.
    """
    return _Planner(mapped, package, document).plan()


class _Planner:
    def __init__(self, mapped: Mapped, package: Package, document: Document) -> None:
        self._mapped = mapped
        self._package = package
        self._operations = {each.operation_id: each for each in package.operations}
        self._schemas = {each.names.class_: each for each in package.schemas}
        self._arguments = Arguments(mapped, package, document)
        self._names = Names(mapped, package)

    def plan(self) -> Plan:
        resources = self._mapped.all
        used = {m.operation for r in resources for m in r.methods}
        sync = [self._resource(each, "") for each in resources]
        return Plan(
            mapped=self._mapped,
            constants=list(self._constants(resources)),
            sync=sync,
            asynchronous=[self._resource(each, "Async") for each in resources],
            options=self._arguments.options,
            unmapped=[each for each in self._operations if each not in used],
            unused=list(self._unused(sync)),
            names=self._names,
            usual=plan_usual(self._mapped.usual, self._package),
        )

    def _unused(self, resources: list[ResourcePlan]) -> Iterator[str]:
        """Yield what the file says of models and arguments that there are not."""
        keys = {a.key for r in resources for m in r.methods for a in m.arguments}
        mapped = self._mapped
        for name in (*mapped.ids, *mapped.id_lists, *mapped.types):
            if name not in keys:
                yield f"no method has an argument {name}{meant(name, [*keys])}"
        for name in mapped.results:
            if name not in self._schemas and name != "bytes":
                yield f"the document has no model {name}{meant(name, self._schemas)}"

    def _constants(self, resources: list[Resource]) -> Iterator[Constant]:
        """Plan the constant of each operation, named after its first method."""
        seen: set[str] = set()
        for resource in resources:
            for method in resource.methods:
                if method.operation not in seen and not method.made_by:
                    seen.add(method.operation)
                    yield self._constant(resource, method)

    def _constant(self, resource: Resource, method: Method) -> Constant:
        operation = self._operation(method)
        positional, named = self._arguments.of(method, operation)
        arguments = [*positional, *named]
        ids = {*self._mapped.ids, *self._mapped.id_lists, *method.ids}
        return Constant(
            name=_constant_name(method),
            method=f"{resource.path}.{method.name}",
            module=f"{operation.tag}.{operation.name}",
            kind=self._result(method, operation),
            single=method.pages == "single",
            ids=[a.key for a in arguments if a.key in ids and not a.in_path],
            renamed={a.name: a.key for a in arguments if a.key and a.key != a.name},
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
            decorators=self._names.decorators(each.decorator for each in methods),
            imports=self._names.imports([*annotations, *generics.values()]),
            generics=generics,
        )

    def _method(self, method: Method, prefix: str) -> MethodPlan:
        operation = self._operation(method)
        positional, named = self._arguments.of(method, operation)
        decorator = method.made_by or (
            LISTS if method.pages else STREAMS if method.streams else CALLS
        )
        if decorator not in self._mapped.decorators:
            raise SpecError(
                f"there is no decorator {decorator}"
                f"{meant(decorator, self._mapped.decorators)}",
                at=method.at,
            )
        returns = method.returns or self._result(method, operation)
        if decorator == LISTS:
            kind = self._mapped.pages["async" if prefix else "sync"]
            returns = f"{kind}[{returns}]"
        text = method_text(method, operation, [*positional, *named], self._mapped)
        found = MethodPlan(
            name=method.name,
            decorator=decorator,
            constant=_constant_name(method),
            positional=self._for_client(positional, prefix),
            named=self._for_client(named, prefix),
            returns=self._twin(returns, prefix),
            awaited=bool(prefix) and decorator not in self._mapped.at_once,
            is_raw=decorator in (CALLS, LISTS, STREAMS, *self._mapped.raw),
            text=text.replace("`with`", "`async with`") if prefix else text,
        )
        return self._overloaded(found, method, prefix) if method.streams else found

    def _overloaded(self, plan: MethodPlan, method: Method, prefix: str) -> MethodPlan:
        """Say what a method returns with and without a stream."""
        switch = self._mapped.streams["argument"]
        stream = self._twin(self._mapped.streams["returns"], prefix)
        if all(each.name != switch for each in plan.named):
            raise SpecError(
                f"{method.operation} has no argument {switch}, and can't stream",
                at=method.at,
            )
        either = f"{plan.returns} | {stream}"
        overloads = [
            replace(plan, named=_switched(plan.named, switch, type_), returns=returns)
            for type_, returns in (
                (f"Literal[False] | None = {LEFT_OUT}", plan.returns),
                ("Literal[True]", stream),
                ("bool | None", either),
            )
        ]
        return replace(plan, returns=either, overloads=overloads)

    def _for_client(self, arguments: list[Argument], prefix: str) -> list[Argument]:
        return [
            replace(each, annotation=self._twin(each.annotation, prefix))
            for each in arguments
        ]

    def _twin(self, annotation: str, prefix: str) -> str:
        return twin(annotation, self._mapped) if prefix else annotation

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
        schema = self._schemas.get(response)
        for each in schema.fields if schema else ():
            if each.key == items and each.annotation.startswith("list["):
                return each.annotation.removeprefix("list[").partition("]")[0]
        raise SpecError(f"{response} is no page: it has no list of {items}", at=at)


def _switched(arguments: list[Argument], switch: str, type_: str) -> list[Argument]:
    """Return arguments of which one has another type and default."""
    annotation, _, default = type_.partition(" = ")
    return [
        replace(a, annotation=annotation, default=default) if a.name == switch else a
        for a in arguments
    ]


def _module(resource: Resource, prefix: str) -> str:
    return f"{prefix.lower()}_{resource.module}".strip("_")


def _constant_name(method: Method) -> str:
    return snake_case(method.operation).upper()
