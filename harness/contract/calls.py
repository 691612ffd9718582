"""Arguments for operations, drawn from the document, as plain JSON or as models."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from harness.contract.checks import full
from harness.contract.document import PREFIX, Operation, model
from harness.contract.instances import instances, of_schema, samples
from harness.contract.reading import construct

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

NASTY_IDS = [
    *(
        "a/b",
        "a?b=c",
        "a#b",
        "100%",
        "%2F",
        "a b",
        " ",
        "ä€\U0001f600",
        "a\\b",
        "+",
        "&",
    ),
    *(
        "..a",
        "a..",
        "...",
        "/",
        "//",
        "/..",
        "../x",
        ";x=1",
        "@",
        ":",
        "~",
        "a\r\nb",
        "\0",
    ),
]
NO_IDS = ["", ".", ".."]


@dataclass(frozen=True)
class Call:
    """The arguments of one call, as plain JSON: what goes in the path, and the rest."""

    operation: Operation
    ids: list[str]
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    has_body: bool = False

    def keywords(self, form: str = "dict") -> dict[str, Any]:
        named = {
            parameter.argument: self.query[parameter.name]
            for parameter in self.operation.placed("query")
            if parameter.name in self.query
        }
        return {**named, "body": self._body(form)} if self.has_body else named

    def sent_query(self) -> list[tuple[str, str]]:
        """Return what must be in the query, in the order of the document."""
        return [
            (parameter.name, _text(value))
            for parameter in self.operation.placed("query")
            if parameter.name in self.query
            for value in _listed(self.query[parameter.name])
        ]

    def _body(self, form: str) -> Any:
        name = self.operation.body
        assert name is not None
        if form == "dict":
            return self.body
        if form == "read":
            return model(name).from_dict(self.body)
        return construct({"$ref": f"{PREFIX}{name}"}, self.body)

    def with_ids(self, ids: list[str]) -> Call:
        return replace(self, ids=ids)


def ids() -> SearchStrategy[str]:
    """Draw ids that may stand in a path: any text but nothing and dots."""
    texts = st.text(min_size=1, max_size=5) | st.sampled_from(NASTY_IDS)
    return texts.filter(lambda text: text not in NO_IDS)


@st.composite
def calls(draw: st.DrawFn, operation: Operation) -> Call:
    """Draw valid arguments; each that is optional may be left out."""
    chosen = [
        parameter
        for parameter in operation.placed("query")
        if parameter.required or draw(st.booleans())
    ]
    has_body = operation.body is not None and (
        operation.body_required or draw(st.booleans())
    )
    return Call(
        operation=operation,
        ids=[draw(ids()) for _ in operation.placed("path")],
        query={
            each.name: draw(of_schema(each.schema).filter(_can_be_said))
            for each in chosen
        },
        body=draw(instances(str(operation.body))) if has_body else None,
        has_body=has_body,
    )


def plain_call(operation: Operation) -> Call:
    """Return one call with everything in it, always the same."""
    query: dict[str, Any] = {
        "limit": 7,
        "order": "asc",
        "after": "a&b=ä",
        "before": "b c",
        "run_id": "run_1",
        "include[]": ["step_details.tool_calls[*].file_search.results[*].content"] * 2,
    }
    return Call(
        operation=operation,
        ids=[f"{each.argument}/ü" for each in operation.placed("path")],
        query={
            each.name: query[each.name] if each.name in query else full(each.schema)
            for each in operation.placed("query")
        },
        body=samples(operation.body)[0] if operation.body else None,
        has_body=operation.body is not None,
    )


def _can_be_said(value: Any) -> bool:
    """Leave out parameters that are empty: not valid, or null, and worth no test."""
    return value is not None and value != ""


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
