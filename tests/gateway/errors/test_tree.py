import inspect
import re

import pytest

from gateway import errors
from gateway.errors import GatewayError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
OF_PAGES = ("status", "title", "happened", "advice", "way_on")


def subclasses(kind):
    return {kind}.union(*map(subclasses, kind.__subclasses__()))


def test_the_package_has_every_error_by_name_and_nothing_else():
    names = {name for name, value in vars(errors).items() if not (name.startswith("_") or inspect.ismodule(value))}
    assert names == {kind.__name__ for kind in KINDS}
    assert set(KINDS) == {kind for kind in subclasses(GatewayError) if kind.__module__.startswith("gateway.")}
    assert [kind.__name__ for kind in KINDS if not kind.__doc__] == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_has_a_code_and_knows_no_page(kind):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.code)
    assert [name for name in OF_PAGES if hasattr(kind(*(1, 1) if issubclass(kind, errors.Queued) else ()), name)] == []


def test_no_two_errors_have_one_code():
    own = [kind.code for kind in KINDS if "code" in vars(kind)]
    assert len(own) == len(set(own)) == 86
    assert [kind.__name__ for kind in KINDS if "code" not in vars(kind)] == [
        "ProvisioningRefused",
        "SignInError",
        "VisitorError",
        "WebhookRefused",
    ]


def test_the_note_is_what_an_error_says_and_without_one_its_code():
    error = errors.ForeignLink("a link to https://elsewhere.example")
    assert str(error) == error.note == "a link to https://elsewhere.example"
    assert (str(errors.ForeignLink()), errors.ForeignLink().note) == ("foreign-link", "")


def test_an_error_may_say_when_to_come_back():
    assert errors.Throttled(retry_after=7).retry_after == 7
    assert GatewayError().retry_after is None


def test_an_error_carries_what_belongs_to_it():
    assert errors.AccountTaken("linked", issuer="https://login.acme.com").issuer == "https://login.acme.com"
    assert errors.CouponRefused("400", coupon="GONE10").coupon == "GONE10"
    assert (errors.Queued(7.4, 3.9).wait, errors.Queued(7.4, 3.9).retry_after, errors.Queued(1, 0).retry_after) == (
        7.4,
        3,
        1,
    )


@pytest.mark.parametrize("kind", [errors.Unauthorized, errors.Forbidden, errors.Throttled, errors.Unavailable])
def test_nothing_that_is_the_training_sites_fault_is_taken_for_a_missing_user(kind):
    assert not issubclass(kind, errors.NotFound)
