"""How each error is shown: status, sentences, button."""

import inspect
from collections import Counter

import pytest

from gateway import errors
from gateway.errors import GatewayError
from gateway.web.error_pages import PAGES, page_for, page_of

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if "code" in vars(kind)]
STATUSES = {
    400: {"bad-request", "sign-in-interrupted", "talentlms-unwritable", "webhook-unreadable"},
    401: {
        "api-key-refused",
        "not-a-navigation",
        "password-refused",
        "webhook-unsigned",
        "webhook-signature-wrong",
        "webhook-stale",
    },
    403: {
        "form-expired",
        "sign-in-denied",
        "no-rule-holds",
        "person-deactivated",
        "groups-left-out",
        "email-missing",
        "email-malformed",
        "email-not-verified",
        "account-not-a-learner",
        "account-taken",
        "username-taken",
        "account-inactive",
        "account-archived",
        "sign-up-refused",
        "talentlms-weak-password",
        "seats-used-up",
        "field-required",
        "not-for-sale",
        "course-not-open",
        "handoff-refused",
        "redeem-code-refunded",
    },
    404: {
        "page-not-found",
        "talentlms-not-found",
        "user-not-found",
        "course-not-found",
        "category-not-found",
        "group-not-found",
        "branch-not-found",
        "unit-not-found",
        "redeem-code-unknown",
    },
    405: {"method-not-allowed"},
    409: {"already-yours", "free-of-charge", "request-key-reused", "talentlms-conflict", "talentlms-already-member"},
    410: {"launch-used", "launch-expired", "handoff-used", "redeem-code-used"},
    413: {"too-long"},
    422: {"coupon-refused", "request-members-refused"},
    429: {"too-many-attempts", "too-many-launches"},
    500: {"internal-error"},
    502: {
        "sign-in-not-trusted",
        "sign-in-misconfigured",
        "foreign-link",
        "talentlms-error",
        "talentlms-invalid-request",
        "talentlms-unauthorized",
        "talentlms-forbidden",
        "talentlms-not-a-member",
        "not-enrolled",
        "talentlms-wrong-password",
        "talentlms-not-online",
        "talentlms-misunderstood",
        "shop-error",
        "shop-misunderstood",
        "shop-unavailable",
        "shop-key-refused",
        "shop-order-unknown",
    },
    503: {
        "provider-unavailable",
        "provider-unreachable",
        "provisioning-busy",
        "seat-not-ready",
        "database-unavailable",
        "store-unavailable",
        "dry-run",
        "talentlms-throttled",
        "queued",
        "person-queued",
        "talentlms-unavailable",
        "webhooks-busy",
        "handoff-keys-unavailable",
    },
}


def test_every_error_is_answered_with_its_status():
    assert {kind.code: page_of(kind).status for kind in KINDS} == {
        code: status for status, codes in STATUSES.items() for code in codes
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_three_sentences_and_only_the_root_is_shown_as_the_root(kind):
    page = page_of(kind)
    assert all(page.message_ids[n] != told for n, told in enumerate((page.title, page.happened, page.advice)))
    assert (page is PAGES[GatewayError]) == (kind is GatewayError)


def test_no_two_rows_tell_the_same_but_for_one_that_is_the_others_subclass():
    told = Counter(page.message_ids for page in PAGES.values())
    assert {
        frozenset(kind.__name__ for kind in PAGES if PAGES[kind].message_ids == ids)
        for ids, times in told.items()
        if times > 1
    } == {frozenset({"TalentLMSError", "Conflict"})}


def test_a_row_tells_a_sentence_of_its_own():
    for kind, page in PAGES.items():
        owns = [message_id for message_id in page.message_ids if message_id.startswith(f"{kind.code}.")]
        assert owns or kind is errors.Conflict, kind


def test_a_class_without_a_row_is_shown_as_its_nearest_superclass():
    assert page_of(errors.GroupNotFound) is PAGES[errors.NotFound]
    assert page_of(errors.AlreadyMember) is PAGES[errors.Conflict]
    assert page_of(errors.NotEnrolled) is PAGES[errors.TalentLMSError]


def test_a_coupon_is_named_where_it_is_known():
    assert "“GONE10”" in page_for(errors.CouponRefused("400", coupon="GONE10")).happened
    unnamed = page_for(errors.CouponRefused("400"))
    assert (unnamed.happened, "%" in unnamed.happened) == ("The training site does not accept the coupon.", False)


def test_the_note_stays_out_of_the_sentences():
    page = page_for(errors.ForeignLink("a link to https://elsewhere.example"))
    assert "elsewhere" not in page.title + page.happened + page.advice
