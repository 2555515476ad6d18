"""A request, told in sentences."""

from datetime import UTC, datetime

import pytest

from gateway.flows.request_story import _ASKED, _HAPPENED, story, who
from gateway.web import addresses
from schemas.audit_entry import AuditEntry
from schemas.request_trace import RequestTrace

AT = datetime(2026, 11, 23, 9, 5, 1, tzinfo=UTC).timestamp()


def request(**values):
    return RequestTrace(**{"reference": "7K2M-9QXD", "at": AT, "status": 302, **values})


def entry(event, outcome="success", seconds=0, **values):
    return AuditEntry(at=int(AT) + seconds, event=event, outcome=outcome, reference="7K2M-9QXD", **values)


def test_a_click_without_a_session_is_told():
    click = request(route="/go/course/<course>", target="12", outcome="sign_in", signed_in=False)
    assert story(click, []) == [
        "2026-11-23 09:05:01 UTC: asked for course 12, was not signed in, was sent to sign in first (0.0 seconds in all)."
    ]


def test_a_click_that_reached_its_course_is_told():
    click = request(
        route="/go/course/<course>",
        target="excel",
        outcome="reached",
        signed_in=True,
        seconds=1.26,
        budget_seconds=0.84,
        events=[{"event": "launch", "outcome": "success", "course_id": 12}],
    )
    (told,) = story(click, [])
    assert told.endswith(
        "asked for course excel, was signed in, was held 0.8 seconds for a call of TalentLMS, was given a one-time link "
        "for course 12, was sent on into TalentLMS (1.3 seconds in all)."
    )


def test_an_error_is_told_with_what_the_log_says_of_it():
    failed = request(
        route="/callback/<provider>",
        target="acme",
        outcome="failed",
        status=502,
        problem="sign-in-not-trusted",
        events=[
            {"event": "sign_in", "outcome": "refused", "provider": "acme", "reason": "sign-in-not-trusted"},
            {"event": "problem", "note": "exp is past"},
        ],
    )
    (told,) = story(failed, [])
    assert "came back from the sign-in of acme, was not let in by the sign-in of acme: sign-in-not-trusted, " in told
    assert "was shown the error sign-in-not-trusted, status 502 (exp is past)" in told


def test_the_audit_trail_adds_what_the_request_itself_does_not_say_in_order_of_time():
    click = request(route="/go", outcome="reached", events=[{"event": "launch", "outcome": "success"}])
    told = story(
        click,
        [
            entry("entitlement", seconds=60, origin="shop", facts={"step": "given", "kind": "course", "target": 12}),
            entry("launch"),
            entry("provisioning", "refused", seconds=-60, reason="email-missing", note="no address"),
        ],
    )
    assert [line[:23] for line in told] == [
        "2026-11-23 09:04:01 UTC",
        "2026-11-23 09:05:01 UTC",
        "2026-11-23 09:06:01 UTC",
    ]
    assert told[0].endswith("got no TalentLMS account: email-missing; no address (by the audit trail).")
    assert told[2].endswith("an order of shop has given course 12 (by the audit trail).")


def test_the_audit_trail_alone_is_enough():
    assert story(None, [entry("sign_out", origin="acme")]) == [
        "2026-11-23 09:05:01 UTC: signed out (by the audit trail)."
    ]


def test_an_event_without_a_sentence_is_told_by_its_name_and_facts():
    odd = request(route="/odd", outcome="success", events=[{"event": "odd.thing", "why": "x", "remedy": "turn it off"}])
    (told,) = story(odd, [])
    assert "sent a request to /odd (GET), odd.thing (why x); turn it off, was answered" in told


def test_whose_it_was_is_said_once():
    click = request(person="kim", events=[{"event": "launch", "user_id": 7}])
    assert list(who(click, [entry("launch", person="kim", user_id=7), entry("launch", person="robin")])) == [
        "Person: kim",
        "Person: robin",
        "TalentLMS account: 7",
    ]
    assert list(who(None, [])) == []


@pytest.mark.parametrize("rule", addresses.ALL)
def test_every_address_that_people_open_has_words(rule):
    if rule not in (addresses.LOGOUT_CONTINUE, addresses.SIGNED_OUT):
        assert rule in _ASKED


def test_a_sentence_lacks_no_fact_aloud():
    for event, outcome in _HAPPENED:
        told = story(request(events=[{"event": event, "outcome": outcome}]), [])
        assert "{" not in told[0]
