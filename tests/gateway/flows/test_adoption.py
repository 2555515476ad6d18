"""Whose an existing account is: decided by whom the provider vouches for, and by nothing else."""

from dataclasses import replace

import pytest

from gateway.errors import (
    AccountInactive,
    AccountNotALearner,
    AccountTaken,
    EmailNotVerified,
    GatewayError,
    Gone,
    TalentLMSError,
    TooManyAttempts,
    Unavailable,
)
from gateway.flows.account_refusals import REFUSAL_SECONDS, REFUSALS
from gateway.store.attempts import Attempts
from tests.gateway.flows.scene import KIM, OTHER_KIM, UNVERIFIED_KIM
from tests.gateway.threads import at_once


@pytest.fixture
def staged(portal, asked):
    """Make Kim's account by hand and return its id."""

    def made(**values):
        number = portal.control.add_user(values.pop("email", "kim@acme.example"), **{"login": "kim.old", **values})
        asked()
        return number

    return made


def test_an_account_is_adopted_by_a_verified_address_with_one_call(provisioning, staged, asked, links):
    number = staged()
    learner = provisioning().learner_for(KIM)
    assert (learner.user_id, learner.login) == (number, "kim.old")
    assert asked() == ["users/email"]
    assert links.find(KIM.key).password_key == ""


def test_an_adopted_account_keeps_its_login_and_password_and_is_told_new_names(provisioning, staged, asked, account):
    staged(first_name="Kimberly", last_name="Li", password="Own-Password-1")
    provisioning().learner_for(KIM)
    assert asked() == ["users/email", "edituser"]
    user = account("kim@acme.example")
    assert (user["first_name"], user["last_name"], user["login"]) == ("Kim", "Lee", "kim.old")
    assert provisioning().learner_for(KIM).login == "kim.old"
    assert asked() == []


@pytest.mark.parametrize("changes", [{"given_name": ""}, {"given_name": "", "family_name": ""}])
def test_a_name_that_the_provider_does_not_know_replaces_none(provisioning, staged, account, changes):
    staged(first_name="Kimberly", last_name="Lee")
    provisioning().learner_for(replace(KIM, **changes))
    user = account("kim@acme.example")
    assert (user["first_name"], user["last_name"]) == ("Kimberly", "Lee")


@pytest.mark.statement(40)
@pytest.mark.parametrize("domains", [("acme.example",), ("other.example", "acme.example"), ()])
def test_a_provider_vouches_for_its_domains(provisioning, staged, domains):
    number = staged()
    assert provisioning(domains=domains).learner_for(KIM).user_id == number


@pytest.mark.statement(40)
@pytest.mark.parametrize("domains", [("other.example",), ("example",), ("cme.example",), ("sub.acme.example",)])
def test_a_provider_does_not_vouch_for_foreign_domains(provisioning, staged, asked, domains):
    staged()
    with pytest.raises(EmailNotVerified) as refused:
        provisioning(domains=domains).learner_for(KIM)
    assert refused.value.note
    assert asked()[0] == "usersignup"


@pytest.mark.statement(40)
@pytest.mark.parametrize("verified", [None, False])
def test_an_address_that_nobody_verified_opens_no_existing_account(provisioning, staged, verified, links):
    staged()
    with pytest.raises(EmailNotVerified):
        provisioning().learner_for(replace(KIM, email_verified=verified))
    assert links.find(KIM.key) is None


@pytest.mark.statement(40)
@pytest.mark.parametrize("verified", ["true", "True", 1, "1", [True], {"value": True}])
def test_only_the_boolean_true_vouches(provisioning, staged, verified):
    staged()
    with pytest.raises(EmailNotVerified):
        provisioning().learner_for(replace(KIM, email_verified=verified))


def test_an_unverified_person_who_guesses_the_login_gets_no_further(provisioning, staged, asked):
    staged(login="kim.lee", password="Own-Password-1")
    with pytest.raises(EmailNotVerified):
        provisioning().learner_for(UNVERIFIED_KIM)
    assert asked().count("userlogin") <= 1


def test_a_user_name_opens_no_account_unless_it_is_trusted(provisioning, staged, asked):
    staged(email="somebody@example.com", login="kim.lee")
    learner = provisioning().learner_for(KIM)
    assert learner.login == "kim@acme.example"
    assert "users/username" not in asked()


@pytest.mark.parametrize("username", ["kim.lee", "KIM.Lee"])
def test_a_trusted_user_name_adopts_the_account(provisioning, staged, asked, username):
    number = staged(email="", login="kim.lee")
    learner = provisioning(usernames=True).learner_for(replace(KIM, username=username))
    assert learner.user_id == number
    assert asked() == ["users/email", "users/username", "edituser"]


@pytest.mark.parametrize("username", ["kim+lee", "kim,lee:x", "kim/lee", "kím", "kim lee", "x" * 300])
def test_a_trusted_user_name_of_any_spelling_is_looked_up_or_passed_over(provisioning, staged, username):
    staged(email="", login="kim.lee")
    assert provisioning(usernames=True).learner_for(replace(KIM, username=username)).login != "kim.lee"


@pytest.mark.statement(40)
def test_an_answer_with_another_address_than_asked_for_opens_no_account(
    provisioning, staged, portal, asked, links, audited
):
    portal.control.quirk(accents_ignored=True)
    number = staged(email="kím@acme.example", login="someone.else")
    with pytest.raises(AccountTaken):
        provisioning().learner_for(KIM)
    assert asked() == ["users/email", "usersignup", "users/email"]
    assert links.find(KIM.key) is None
    (line,) = audited("provisioning")
    assert (line["outcome"], line["user_id"]) == ("refused", number)
    assert "change one of them" in line["remedy"]


def test_an_answer_with_another_address_is_not_even_tried_with_a_password(provisioning, staged, portal, asked):
    portal.control.quirk(accents_ignored=True)
    staged(email="kím@acme.example", login="kim.lee")
    with pytest.raises(AccountTaken):
        provisioning().learner_for(UNVERIFIED_KIM)
    assert asked() == ["usersignup", "users/email"]


def test_an_answer_with_another_user_name_than_asked_for_opens_no_account(provisioning, staged, portal, asked):
    portal.control.quirk(accents_ignored=True)
    number = staged(email="somebody@example.com", login="kím.lee")
    learner = provisioning(usernames=True).learner_for(KIM)
    assert (learner.user_id == number, learner.login) == (False, "kim@acme.example")
    assert asked() == ["users/email", "users/username", "usersignup", "users/email", "usersignup"]


def test_letters_that_fold_into_others_are_not_the_same_user_name(provisioning, staged, portal):
    number = staged(email="", login="strasse")
    mute = replace(KIM, username="straße")
    assert provisioning(usernames=True).learner_for(mute).user_id != number


def test_an_account_without_an_address_is_adopted_where_the_provider_tells_none_either(provisioning, staged, asked):
    number = staged(email="", login="kim.lee")
    mute = replace(KIM, email="", email_verified=None)
    assert provisioning(usernames=True).learner_for(mute).user_id == number
    assert asked() == ["users/username"]


def test_somebody_verified_who_has_no_address_is_still_found_by_a_trusted_user_name(provisioning, staged):
    number = staged(email="", login="kim.lee")
    assert provisioning(usernames=True).learner_for(replace(KIM, email="")).user_id == number


def test_an_account_adopted_by_its_user_name_whose_new_address_is_taken_is_adopted_all_the_same(
    provisioning, staged, portal, account
):
    number = staged(email="old@acme.example", login="kim.lee", last_name="Li")
    portal.control.add_user("kim@acme.example", login="somebody")
    unvouched = replace(KIM, email_verified=None)
    assert provisioning(usernames=True).learner_for(unvouched).user_id == number
    assert account("kim.lee")["last_name"] == "Lee"
    assert account("somebody")["email"] == "kim@acme.example"


def test_a_change_that_could_not_be_told_at_the_adoption_is_told_with_the_next_click(
    provisioning, staged, portal, account
):
    staged(first_name="Kimberly")
    portal.control.fault("edituser", kind="status", status=500, times=2)
    with pytest.raises(Unavailable):
        provisioning().learner_for(KIM)
    portal.control.clear_faults()
    provisioning().learner_for(KIM)
    assert account("kim@acme.example")["first_name"] == "Kim"


@pytest.mark.parametrize("user_type", ["SuperAdmin", "Admin-Type", "Trainer-Type", "Manager"])
@pytest.mark.parametrize("by_name", [False, True])
def test_an_account_with_rights_is_never_adopted(provisioning, staged, links, user_type, by_name):
    staged(email="" if by_name else "kim@acme.example", login="kim.lee", user_type=user_type)
    with pytest.raises(AccountNotALearner):
        provisioning(usernames=True).learner_for(KIM)
    assert links.find(KIM.key) is None


def test_the_owner_of_the_portal_is_nobodys_to_adopt(provisioning):
    ada = replace(KIM, email="ada@portal.example", username="ada.admin")
    with pytest.raises(AccountNotALearner):
        provisioning(usernames=True).learner_for(ada)


@pytest.mark.parametrize(
    ("user_type", "advised"), [("SuperAdmin", False), ("Admin-Type", False), ("Site admin", False), ("Manager", True)]
)
def test_nobody_is_advised_to_take_administrators_for_learners(provisioning, staged, user_type, advised):
    staged(user_type=user_type)
    with pytest.raises(AccountNotALearner) as refused:
        provisioning().learner_for(KIM)
    assert f"{user_type!r}" in refused.value.note
    assert "a learner's account" in refused.value.note
    assert ("add the type" in refused.value.note) is advised


def test_further_learner_types_can_be_allowed(provisioning, staged):
    number = staged(user_type="Apprentice")
    assert provisioning(learner_types=("Apprentice",)).learner_for(KIM).user_id == number


@pytest.mark.statement(39, 42)
def test_an_account_that_is_linked_to_another_identity_is_refused(provisioning, staged, links, audited):
    number = staged()
    assert provisioning().learner_for(KIM).user_id == number
    with pytest.raises(AccountTaken) as of_the_same_provider:
        provisioning().learner_for(OTHER_KIM)
    with pytest.raises(AccountTaken) as of_another:
        provisioning().learner_for(replace(KIM, issuer="https://other.example", provider="other"))
    assert [of_the_same_provider.value.issuer, of_another.value.issuer] == ["", KIM.issuer]
    assert [line.get("linked_issuer") for line in audited("provisioning")] == [None, KIM.issuer, KIM.issuer]
    assert links.find(OTHER_KIM.key) is None
    assert provisioning().learner_for(KIM).user_id == number


def test_of_ten_identities_with_one_address_one_gets_the_account(provisioning, staged):
    staged()
    flow = provisioning()
    got = at_once(10, lambda number: flow.learner_for(replace(KIM, subject=f"kim-{number}")))
    assert sum(not isinstance(one, Exception) for one in got) == 1
    assert sum(isinstance(one, AccountTaken) for one in got) == 9


@pytest.mark.statement(45)
def test_an_inactive_account_is_refused_and_not_activated(provisioning, staged, account):
    staged(status="inactive")
    with pytest.raises(AccountInactive):
        provisioning().learner_for(KIM)
    assert account("kim@acme.example")["status"] == "inactive"


def test_an_archived_account_is_refused_and_not_replaced(provisioning, staged, asked):
    staged(archived=True)
    with pytest.raises(Gone):
        provisioning().learner_for(KIM)
    assert asked() == ["users/email"]


def test_an_account_of_an_archived_person_that_nobody_vouches_for_is_not_replaced(provisioning, staged, portal):
    staged(archived=True)
    with pytest.raises(GatewayError):
        provisioning().learner_for(UNVERIFIED_KIM)
    assert [user["email"] for user in portal.control.state()["users"]].count("kim@acme.example") == 1


def test_somebody_who_is_refused_again_and_again_is_not_asked_about_any_more(provisioning, staged, store, asked):
    staged(status="inactive")
    flow = provisioning(refusals=Attempts(store, REFUSAL_SECONDS))
    for _ in range(REFUSALS):
        with pytest.raises(AccountInactive):
            flow.learner_for(KIM)
    asked()
    with pytest.raises(TooManyAttempts) as refused:
        flow.learner_for(KIM)
    assert refused.value.retry_after == REFUSAL_SECONDS
    assert asked() == []
    assert flow.learner_for(replace(OTHER_KIM, email="uma@acme.example", username="uma")).login == "uma"


def test_somebody_whose_account_is_known_is_not_held_up_by_earlier_refusals(provisioning, store, asked):
    attempts = Attempts(store, REFUSAL_SECONDS)
    flow = provisioning(refusals=attempts)
    learner = flow.learner_for(KIM)
    for _ in range(REFUSALS):
        attempts.failed(f"provisioning:person:{KIM.key}")
    assert flow.learner_for(KIM) == learner


def test_faults_of_talentlms_are_nobodys_refusals(provisioning, store, portal):
    flow = provisioning(refusals=Attempts(store, REFUSAL_SECONDS))
    portal.control.fault("users/email", kind="status", status=403, times=REFUSALS)
    for _ in range(REFUSALS):
        with pytest.raises(TalentLMSError):
            flow.learner_for(KIM)
    assert flow.learner_for(KIM).login == "kim.lee"


NOT_AN_ANSWER = [
    {"kind": "status", "status": 401},
    {"kind": "status", "status": 403},
    {"kind": "status", "status": 429},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 404, "message": "Domain not found"},
    {"kind": "status", "status": 403, "message": "Rate limit exceeded"},
    {"kind": "throttled"},
    {"kind": "html"},
    {"kind": "html", "status": 404},
    {"kind": "html", "status": 401},
    {"kind": "html", "status": 500},
    {"kind": "not_json"},
    {"kind": "not_json", "status": 404},
    {"kind": "cut"},
    {"kind": "dropped"},
]
REFUSED = [{"kind": "status", "status": 400}, {"kind": "status", "status": 404}]


@pytest.mark.parametrize("operation", ["users/email", "users/username"])
@pytest.mark.parametrize("fault", NOT_AN_ANSWER + REFUSED, ids=lambda fault: "-".join(map(str, fault.values())))
def test_a_look_up_that_failed_never_leads_to_a_sign_up(provisioning, portal, asked, links, operation, fault):
    portal.control.fault(operation, times=3, **fault)
    with pytest.raises(TalentLMSError):
        provisioning(usernames=True).learner_for(KIM)
    assert not {"usersignup", "edituser"} & set(asked())
    assert links.find(KIM.key) is None


@pytest.mark.parametrize("fault", NOT_AN_ANSWER, ids=lambda fault: "-".join(map(str, fault.values())))
def test_a_change_that_could_not_be_told_never_makes_anybody_forget_the_account(provisioning, portal, links, fault):
    provisioning().learner_for(KIM)
    before = links.find(KIM.key)
    portal.control.fault("edituser", times=3, **fault)
    with pytest.raises(TalentLMSError):
        provisioning().learner_for(replace(KIM, family_name="Lee-Park"))
    assert links.find(KIM.key) == before


@pytest.mark.parametrize("fault", REFUSED, ids=lambda fault: "-".join(map(str, fault.values())))
def test_a_change_that_is_refused_makes_nobody_forget_the_account_either(provisioning, portal, links, fault):
    learner = provisioning().learner_for(KIM)
    portal.control.fault("edituser", times=3, **fault)
    assert provisioning().learner_for(replace(KIM, family_name="Lee-Park")) == learner
    assert links.find(KIM.key).learner == learner
