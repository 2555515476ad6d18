"""Mistakes that only show when somebody comes, each a row: what the person reads, what the log names, and its remedy.

What ``check`` names stands in ``tests/gateway/config/test_mistakes.py``, what the doctor names in
``tests/gateway/flows/test_mistakes.py``.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from markupsafe import escape

from gateway.web.message_catalog import text
from schemas.identity import Identity
from tests.gateway.web.browser import HERE, PAGE, own_part
from tests.patience import PATIENT_SECONDS

ROBIN = {"email": "robin@example.com", "email_verified": True}
"""Claims of somebody who has a learner's account."""
NEW = {"email": "new@acme.example", "email_verified": True, "preferred_username": "new"}
"""Claims of somebody who has no account yet."""
WORDS_OF_THE_LOG = ("preset", "trusted", "claim", "TalentLMS", "_HOSTS", "email_verified", "Learner-Typ", "Cost centre")


@dataclass(frozen=True)
class Mistake:
    """A mistake, and what is told of it.

    Attributes:
        claims: of whoever comes.
        page: the status and the message of the page.
        event: of the line in the log that names it, of which there is one.
        says: what that line has to say, in its condition, note and remedy.
        settings: variables; ``file`` is TOML.
        arrange: what is the matter in TalentLMS, given its control and the provider's issuer.
        path: where the person goes.
        button: on the page; *Try again* where that may help, and nowhere else.
    """

    claims: dict[str, Any]
    page: tuple[int, str]
    event: str
    says: tuple[str, ...]
    settings: dict[str, str] = field(default_factory=dict)
    arrange: Any = lambda control, issuer: None
    path: str = "/go"
    button: str = "button.sign-out"


def no_seat(control, _):
    control.fault("usersignup", kind="status", status=400, message="The plan's maximum number of users is reached")


def mandatory_field(control, _):
    control.add_custom_field("user", "custom_field_9", "Cost centre", mandatory=True)


def every_username(control, issuer):
    key = Identity(issuer, "somebody", "default").key
    for number, login in enumerate(("new", NEW["email"], f"new-{key[:8]}")):
        control.add_user(f"other{number}@portal.example", login=login)


def another_link_host(control, _):
    control.quirk(link_host="localhost:9")


MISTAKES = {
    "a claim that is missing": Mistake(
        {"email": ROBIN["email"]},
        (403, "email-not-verified"),
        "provisioning",
        ("email_verified is absent", "the preset is generic: name that of the provider's product if it is another"),
    ),
    "a claim of another type": Mistake(
        ROBIN | {"email_verified": "true"},
        (403, "email-not-verified"),
        "provisioning",
        ('email_verified is a text such as "true"', "have the provider send the boolean true"),
    ),
    "Google's preset": Mistake(
        ROBIN,
        (403, "email-not-verified"),
        "provisioning",
        ("hd is absent", "the preset is google"),
        {"OIDC_PRESET": "google"},
    ),
    "Entra ID's preset": Mistake(
        ROBIN,
        (502, "sign-in-not-trusted"),
        "sign_in",
        ("oid is missing; the preset entra needs it", "name the preset of the provider's product"),
        {"OIDC_PRESET": "entra"},
        button="button.again",
    ),
    "an address that is not verified": Mistake(
        ROBIN | {"email_verified": False},
        (403, "email-not-verified"),
        "provisioning",
        ("email_verified is false", "have the address verified at the provider"),
    ),
    "no address": Mistake(
        {"email_verified": True},
        (403, "email-missing"),
        "provisioning",
        ("the claim email is absent", "the scope email"),
    ),
    "an address that is none": Mistake(
        ROBIN | {"email": "robin@example"},
        (403, "email-malformed"),
        "provisioning",
        ("the claim email is not one whole address", "correct the address"),
    ),
    "a trusted domain that is misspelt": Mistake(
        ROBIN,
        (403, "email-not-verified"),
        "provisioning",
        (
            "example.com is not among trusted_email_domains",
            "example.con is nearly the same: correct whichever is misspelt",
            "trusted are acme.example, example.con;",
        ),
        {"OIDC_TRUSTED_EMAIL_DOMAINS": "acme.example,example.con"},
    ),
    "a domain that is like none that is trusted": Mistake(
        ROBIN,
        (403, "email-not-verified"),
        "provisioning",
        ("trusted are a.test, b.test, c.test and 1 more; add the domain, if this provider may vouch",),
        {"OIDC_TRUSTED_EMAIL_DOMAINS": "d.test,c.test,b.test,a.test"},
    ),
    "an administrator's address": Mistake(
        {"email": "ada@portal.example", "email_verified": True},
        (403, "account-not-a-learner"),
        "provisioning",
        ("the account is an administrator's ('SuperAdmin')", "give the person a learner's account"),
    ),
    "a learner type that TalentLMS does not have": Mistake(
        ROBIN,
        (403, "account-not-a-learner"),
        "provisioning",
        ("the account's type 'Learner-Type' is none of learner_types", "'Learner-Typ' is nearly the same"),
        {"file": '[talentlms]\nlearner_types = ["Learner-Typ"]\n'},
    ),
    "seats that are used up": Mistake(
        NEW,
        (403, "seats-used-up"),
        "provisioning",
        ("every seat of the TalentLMS plan is taken: deactivate or delete users there, or take a larger plan",),
        arrange=no_seat,
    ),
    "a custom field that became mandatory": Mistake(
        NEW,
        (403, "field-required"),
        "provisioning",
        ("mandatory custom fields that the mapping does not fill (Cost centre); make them optional",),
        arrange=mandatory_field,
    ),
    "usernames that are taken": Mistake(
        NEW | {"sub": "somebody"},
        (403, "username-taken"),
        "provisioning",
        ("other accounts in TalentLMS have every user name for this person; change that of one",),
        arrange=every_username,
    ),
    "a host that is not listed": Mistake(
        ROBIN,
        (502, "foreign-link"),
        "problem",
        ("a link to http://localhost:9, a host that is not in TALENTLMS_LINK_HOSTS: add it there if it is yours",),
        arrange=another_link_host,
        button="button.training",
    ),
    "a host of payments that is not listed": Mistake(
        NEW,
        (502, "foreign-link"),
        "problem",
        ("a host that is not in TALENTLMS_PAYMENT_HOSTS",),
        arrange=another_link_host,
        path="/buy/course/34",
        button="button.training",
    ),
    "payments that are not set up": Mistake(
        NEW,
        (403, "not-for-sale"),
        "problem",
        ("400: ",),
        arrange=lambda control, _: control.quirk(payment_page=False),
        path="/buy/course/34",
        button="button.training",
    ),
}


def arrived(browser, path):
    """Sign in, and return the callback's answer where nobody gets in, otherwise that to a click."""
    answer = browser.get(browser.begun())
    return browser.get(path) if answer.status_code == 302 else answer


@pytest.mark.parametrize("name", MISTAKES)
def test_the_log_names_the_mistake_and_its_remedy_and_the_page_what_the_person_can_do(
    gateway, browser_at, logged, portal, provider, name
):
    mistake = MISTAKES[name]
    provider.control.add_person("somebody", given_name="Sam", family_name="Body", **mistake.claims)
    provider.control.settings(auto_pick=True, auto_person="somebody")
    mistake.arrange(portal.control, provider.issuer)
    browser = browser_at(gateway(**mistake.settings))
    lines = logged()
    answer = arrived(browser, mistake.path)
    status, message = mistake.page
    assert (answer.status_code, text(f"{message}.title") in answer.text) == (status, True)
    assert escape(text(f"{message}.happened")) in answer.text
    assert (">Try again<" in answer.text) == (mistake.button == "button.again")
    assert f">{text(mistake.button)}</a>" in answer.text
    assert [word for word in WORDS_OF_THE_LOG if word in answer.text] == []
    (line,) = [one for one in lines() if one["event"] == mistake.event and one.get("outcome") != "success"]
    told = "; ".join(str(line.get(part)) for part in ("condition", "note", "remedy"))
    assert [piece for piece in mistake.says if piece not in told] == []
    assert (line.get("reason") or line["problem"], line["reference"] in answer.text) == (message, True)


def test_a_wrong_coupon_is_named_to_the_buyer_and_its_reason_to_the_operator(kim, logged):
    lines = logged()
    answer = kim.get("/buy/course/34?coupon=GONE10")
    assert (answer.status_code, ">Try again<" in answer.text) == (422, False)
    assert text("coupon-refused-by-name.happened", coupon="GONE10") in answer.text
    assert text("coupon-refused.advice") in answer.text
    assert f">{text('button.without-coupon')}</a>" in answer.text
    (line,) = [one for one in lines() if one["event"] == "problem"]
    assert (line["problem"], line["status"], line["note"].startswith("400: ")) == ("coupon-refused", 422, True)
    assert "GONE10" not in str(line)


def test_a_browser_that_comes_by_another_host_is_named_and_gets_in_all_the_same(gateway, logged, provider):
    app = gateway()
    provider.control.settings(auto_pick=True, auto_person="kim.lee")
    client, lines = app.test_client(), logged()

    def got(path, origin):
        return client.get(path, headers=PAGE, base_url=origin)

    begun = got("/login?next=/go", "http://training.local:8000")
    back = requests.get(begun.headers["Location"], allow_redirects=False, timeout=PATIENT_SECONDS).headers["Location"]
    assert back.startswith(f"{HERE}/callback/default")
    answer = got(own_part(back), HERE)
    assert (answer.status_code, text("interrupted.heading") in answer.text) == (400, True)
    assert [word for word in ("training.local", "127.0.0.1", "GATEWAY_PUBLIC_URL") if word in answer.text] == []
    notice, refusal = [one for one in lines() if one["event"].startswith("sign_in")]
    assert (notice["event"], notice["host"], HERE in notice["note"]) == (
        "sign_in.other_host",
        "training.local:8000",
        True,
    )
    assert "have the proxy redirect other names to it" in notice["remedy"]
    assert "correct GATEWAY_PUBLIC_URL" in notice["remedy"]
    assert refusal["reason"] == "sign-in-interrupted"
    begun = got("/login", HERE)
    back = requests.get(begun.headers["Location"], allow_redirects=False, timeout=PATIENT_SECONDS).headers["Location"]
    assert got(own_part(back), HERE).status_code == 302
    assert "Kim Lee" in got("/", HERE).text


def test_where_the_nicer_usernames_are_taken_the_account_gets_another(browser, portal):
    portal.control.add_user("one@portal.example", login="kim.lee")
    portal.control.add_user("two@portal.example", login="kim@acme.example")
    browser.sign_in()
    assert browser.get("/go").status_code == 302
    (login,) = [user["login"] for user in portal.control.state()["users"] if user["email"] == "kim@acme.example"]
    assert re.fullmatch("kim-[0-9a-f]{8}", login)


def test_nobody_is_told_of_another_host_where_there_is_none(gateway, logged):
    client, lines = gateway().test_client(), logged()
    assert client.get("/login", headers=PAGE, base_url=HERE).status_code == 302
    assert [one for one in lines() if one["event"] == "sign_in.other_host"] == []
