"""What courses and categories are called, for pages."""

from decimal import Decimal

import pytest

from gateway.flows import items as module
from gateway.flows.items import Item, Items
from schemas.price import Price


@pytest.fixture
def items(lms):
    return Items(lms)


@pytest.mark.parametrize(
    ("kind", "number", "item"),
    [
        ("course", 12, Item("Intro to the academy", is_free=True)),
        ("course", 34, Item("Data protection", Price("$49.00", "$", Decimal("49.00")))),
        ("category", 3, Item("Compliance", Price("$99.00", "$", Decimal("99.00")))),
        ("course", 4711, None),
        ("category", 4711, None),
    ],
)
def test_an_item_has_a_name_and_a_price_and_costs_one_call(items, asked, kind, number, item):
    for _ in range(3):
        assert items.find(kind, number) == item
    assert len(asked()) == 1


def test_an_answer_is_asked_for_again_after_a_while_also_where_there_was_none(items, asked, portal, monkeypatch):
    portal.control.fault("courses/id", kind="status", status=500, times=9)
    assert items.find("course", 12) is None
    portal.control.clear_faults()
    asked()
    assert items.find("course", 12) is None
    monkeypatch.setattr(module, "KEPT_SECONDS", 0)
    assert items.find("course", 12).name == "Intro to the academy"
    assert asked() == ["courses/id"]


def test_no_more_than_so_many_are_kept(items, asked, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 2)
    for number in (12, 34, 19):
        items.find("course", number)
    assert len(items._kept) == 1
