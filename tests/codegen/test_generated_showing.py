"""Objects of any document are shown in one line, what is looked for first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.codegen.packages import module
from tests.codegen.specs import NUMBER, TEXT, array, const, document, obj, ref

if TYPE_CHECKING:
    from tests.codegen.conftest import Make

ORDER = {
    "apiKey": "of-nobody-but-me",
    "currency": "EUR",
    "customer": {"email": "a@example.com", "displayName": "A. B."},
    "displayName": "Order of A. B.",
    "errorReason": "no stock",
    "from": "here",
    "id": "o-1",
    "items": [{"kind": "item", "sku": f"s{n}", "price": n} for n in range(50)],
    "notes": "n" * 5_000,
    "placedAt": "2026-11-28T10:00:00+01:00",
    "schema": "order/v1",
    "state": "failed",
}


def test_objects_of_another_document_show_what_matters_first(make: Make) -> None:
    moment = {**TEXT, "format": "date-time"}
    names = dict.fromkeys((*ORDER, "nothing"), TEXT)
    schemas = {
        "Customer": obj("email", email=TEXT, displayName=TEXT),
        "Item": obj("kind", kind=const("item"), sku=TEXT, price=NUMBER),
        "Order": obj(
            "id",
            **{
                **names,
                "customer": ref("Customer"),
                "items": array(ref("Item")),
                "placedAt": moment,
                "schema": const("order/v1"),
            },
        ),
    }
    package = make(document(**schemas))
    order = package.models.Order.from_dict({**ORDER, "nothing": None, "added": 1})
    shown = repr(order)
    assert shown == (
        "Order(id='o-1', display_name='Order of A. B.', state='failed', "
        "placed_at=2026-11-28T10:00:00+01:00, error_reason='no stock', api_key='***', "
        "currency='EUR', from_='here', customer=(display_name='A. B.', "
        "email='a@example.com'), added=1, ...)"
    )
    assert len(shown) <= module(package, "showing").MOST + len("Order()")
    only = package.models.Order.from_dict({"items": ORDER["items"]})
    assert repr(only).startswith("Order(items=[(kind='item', sku='s0', price=0), (kind")
    assert repr(only).endswith("more])")
    # All of it is still there.
    assert order.to_dict() == {**ORDER, "nothing": None, "added": 1}
