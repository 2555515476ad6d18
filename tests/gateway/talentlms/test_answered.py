"""What counts as an answer of TalentLMS that takes calls."""

from contextlib import suppress

import pytest

from gateway import context
from gateway.errors import TalentLMSError
from gateway.outbound.client import HttpClient
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from schemas.secret import Secret
from tests.conftest import API_KEY


@pytest.fixture
def lms(portal):
    context.begin()
    yield TalentLMS(HttpTransport(portal.url, Secret(API_KEY), HttpClient()))
    context.end()


@pytest.mark.parametrize(
    ("call", "answered"),
    [
        (lambda lms: lms.users.by_id(4), 1),
        (lambda lms: lms.users.by_id(999), 1),
        (lambda lms: lms.courses.add_user(4, 12), 1),
        (lambda lms: lms.site.rate_limit(), 0),
    ],
)
def test_a_result_or_a_refusal_is_an_answer_and_what_is_not_counted_is_none(lms, call, answered):
    with suppress(TalentLMSError):
        call(lms)
    assert context.current().left.answered == answered


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 401},
        {"kind": "status", "status": 403},
        {"kind": "throttled"},
        {"kind": "html"},
        {"kind": "not_json"},
        {"kind": "cut"},
        {"kind": "dropped"},
    ],
)
def test_what_everybody_is_told_is_no_answer(lms, portal, fault):
    portal.control.fault("addusertocourse", times=2, **fault)
    with pytest.raises(TalentLMSError):
        lms.courses.add_user(4, 12)
    assert context.current().left.answered == 0
