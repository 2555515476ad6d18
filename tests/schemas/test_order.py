import pytest

from schemas.order import names_nobody


@pytest.mark.parametrize(
    "customer_id", ["0", "00", "null", "NULL", "undefined", "None", "nil", "false", "False", "NaN", "nan"]
)
def test_what_a_shop_writes_for_no_customer_names_nobody(customer_id):
    assert names_nobody(customer_id)


@pytest.mark.parametrize("customer_id", ["1", "10", "007", "c-0", "nobody", "nullify", "kim@example.com", "0\n"])
def test_an_id_names_somebody(customer_id):
    assert not names_nobody(customer_id)
