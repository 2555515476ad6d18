"""Prices, in whatever notation a domain shows them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from schemas.price import Price, PriceField


@pytest.mark.parametrize(
    ("written", "text", "symbol", "amount"),
    [
        ("$0", "$0", "$", "0"),
        ("&#36;0.00", "$0.00", "$", "0.00"),
        ("&euro;49.90", "€49.90", "€", "49.90"),
        ("$1,250.00", "$1,250.00", "$", "1250.00"),
        ("1.250,00 €", "1.250,00 €", "€", "1250.00"),
        ("1 250,5 kr", "1 250,5 kr", "kr", "1250.5"),
        ("CHF 1'250.00", "CHF 1'250.00", "CHF", "1250.00"),
        ("R$ 5.00", "R$ 5.00", "R$", "5.00"),
        ("¥1,250", "¥1,250", "¥", "1250"),
        ("$1,250,000", "$1,250,000", "$", "1250000"),
        ("9.90", "9.90", "", "9.90"),
        ("0", "0", "", "0"),
        (12, "12", "", "12"),
        (12.5, "12.5", "", "12.5"),
    ],
)
def test_a_price_is_an_amount_and_a_symbol(written, text, symbol, amount):
    assert PriceField().deserialize(written) == Price(text, symbol, Decimal(amount))


def test_a_price_without_a_number_keeps_its_words():
    assert PriceField().deserialize("on request") == Price("on request", "on request", None)


def test_free_is_what_costs_nothing_and_not_what_costs_nobody_knows_what():
    assert PriceField().deserialize("$0.00").free
    assert not PriceField().deserialize("$0.01").free
    assert not PriceField().deserialize("on request").free


@pytest.mark.parametrize("written", [[], {}])
def test_a_price_is_no_list(written):
    with pytest.raises(ValidationError):
        PriceField().deserialize(written)


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_an_amount_is_read_as_it_was_written_in_either_notation(amount):
    english = f"${amount:,.2f}"
    continental = english.replace(",", " ").replace(".", ",")
    assert PriceField().deserialize(english).amount == amount
    assert PriceField().deserialize(continental).amount == amount


@given(st.text())
def test_any_text_is_some_price(text):
    assert isinstance(PriceField().deserialize(text), Price)
