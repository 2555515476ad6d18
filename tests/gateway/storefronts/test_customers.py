import pytest

from gateway.storefronts.customers import customer
from schemas.order import Customer


@pytest.mark.parametrize("shop_id", [0, "0", "00", "null", "undefined", "None", "nil", "false", "NaN", "", None, False])
def test_an_id_that_names_nobody_is_a_guests(shop_id):
    assert customer("kim@example.com", shop_id, "Kim", "Lee") == Customer("kim@example.com", "", "Kim", "Lee")


@pytest.mark.parametrize(("shop_id", "read"), [(77, "77"), ("c-77", "c-77"), ("10", "10")])
def test_an_id_is_a_customers(shop_id, read):
    assert customer("kim@example.com", shop_id, "", "").id == read
