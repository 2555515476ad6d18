import re

import pytest
from sqlalchemy import text

from gateway.database.order_queue import OrderQueue
from gateway.database.redeem_codes import RedeemCodes, Seat
from gateway.keyring import Keyring
from schemas.secret import Secret
from tests.gateway.database.orders import line, order, orders_of, told
from tests.gateway.threads import at_once

OLD, NEW = Secret("an old key of thirty-two bytes, or more"), Secret("a new key of thirty-two bytes, or more")
SEATS = [Seat("shop", "1001", "l1", number) for number in (1, 2, 3)]


@pytest.fixture
def codes(database):
    return RedeemCodes(database, Keyring([OLD]))


@pytest.fixture
def made(codes):
    codes.make(SEATS)
    return [code for _, code in codes.shown("shop", "1001")]


def test_each_seat_has_a_code_of_its_own_with_80_bits(codes, made):
    assert len(set(made)) == 3
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{16}", code) for code in made)
    assert list(codes.of_order("shop", "1001")) == SEATS


def test_a_seat_that_has_a_code_keeps_it(codes, made):
    codes.make(SEATS)
    assert [code for _, code in codes.shown("shop", "1001")] == made


def test_a_code_is_found_however_it_is_typed(codes, made):
    code = made[1]
    typed = "-".join(re.findall("....", code.lower())).replace("0", "o").replace("1", "l")
    assert codes.find(f" {typed} ") == SEATS[1]
    assert codes.find(code[:-1]) is None
    assert codes.find("") is None


def test_the_database_holds_no_code(codes, made, database):
    with database.reading() as connection:
        rows = repr([tuple(map(bytes_of, row)) for row in connection.execute(text("SELECT * FROM redeem_codes"))])
    assert not [code for code in made if code in rows]


def bytes_of(value):
    return bytes(value) if isinstance(value, memoryview) else value


def test_codes_outlive_the_rotation_of_the_keys_while_the_old_one_is_in_force(made, database):
    rotated = RedeemCodes(database, Keyring([NEW, OLD]))
    assert rotated.find(made[0]) == SEATS[0]
    assert [code for _, code in rotated.shown("shop", "1001")] == made
    without = RedeemCodes(database, Keyring([NEW]))
    assert without.find(made[0]) is None
    assert [code for _, code in without.shown("shop", "1001")] == ["", "", ""]


def test_of_twenty_who_redeem_one_code_exactly_one_gets_the_seat(codes, made):
    won = at_once(20, lambda number: codes.redeem(codes.find(made[0]), f"person-{number}", number + 1))
    assert won.count(True) == 1
    assert codes.find(made[0]).user_id == won.index(True) + 1


def test_whoever_redeemed_a_code_may_press_again(codes, made):
    assert codes.redeem(codes.find(made[0]), "kim", 7)
    assert codes.redeem(codes.find(made[0]), "kim", 7)
    assert not codes.redeem(codes.find(made[0]), "uma", 8)


def test_a_redeemed_code_makes_its_order_due(codes, made, database):
    orders_of(database).receive("shop", told(order(1, "paid", line(1, quantity=3))))
    queue = OrderQueue(database)
    queue.finish(queue.claim()[0], "done")
    codes.redeem(codes.find(made[0]), "kim", 7)
    assert queue.claim()[0].revision == 2


def test_a_void_code_gives_nothing_and_a_redeemed_one_is_not_made_void(codes, made):
    assert codes.set_void(SEATS[0], is_void=True)
    assert not codes.redeem(codes.find(made[0]), "kim", 7)
    assert codes.set_void(SEATS[0], is_void=False)
    assert codes.redeem(codes.find(made[0]), "kim", 7)
    assert not codes.set_void(SEATS[0], is_void=True)
    assert not codes.find(made[0]).is_void
