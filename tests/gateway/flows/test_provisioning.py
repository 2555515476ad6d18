"""A newcomer, and a person whose account is remembered."""

from dataclasses import replace

import pytest

from gateway import context
from gateway.errors import (
    AccountInactive,
    EmailMissing,
    EmailNotVerified,
    FieldRequired,
    Gone,
    ProvisioningBusy,
    ProvisioningRefused,
    SeatsUsedUp,
    SignUpRefused,
    StoreUnavailable,
    TalentLMSError,
    Unavailable,
    UsernameTaken,
    WeakPassword,
)
from gateway.flows.managed_password import ManagedPasswords
from gateway.keyring import Keyring
from gateway.store.locks import Locks
from schemas.learner import AccountLink, Learner
from tests.gateway.flows.scene import KIM, NEW_KEY, OLD_KEY, UNVERIFIED_KIM
from tests.gateway.threads import at_once


@pytest.mark.statement(43)
def test_a_newcomer_is_looked_up_and_signed_up_once(provisioning, asked, account):
    learner = provisioning().learner_for(KIM)
    assert asked() == ["users/email", "usersignup"]
    user = account("kim@acme.example")
    assert learner == Learner(user["id"], "kim.lee", KIM.key, ManagedPasswords(Keyring([NEW_KEY])).current_key)
    assert (user["login"], user["first_name"], user["last_name"]) == ("kim.lee", "Kim", "Lee")
    assert (user["language"], user["status"]) == ("German", "active")


def test_a_remembered_account_costs_no_call(provisioning, links, asked):
    first = provisioning().learner_for(KIM)
    asked()
    assert provisioning().learner_for(KIM) == first
    assert links.find(KIM.key).learner == first
    assert asked() == []


@pytest.mark.statement(43)
def test_ten_tabs_of_a_newcomer_sign_up_once(provisioning, asked):
    flow = provisioning()
    learners = at_once(10, lambda _: flow.learner_for(KIM))
    assert len(set(learners)) == 1
    assert asked().count("usersignup") == 1


def test_ten_newcomers_at_once_each_get_an_account_of_their_own(provisioning, asked):
    flow = provisioning()
    people = [replace(KIM, subject=f"p-{n}", email=f"p{n}@acme.example", username=f"p{n}") for n in range(10)]
    learners = at_once(10, lambda number: flow.learner_for(people[number]))
    assert len({learner.user_id for learner in learners}) == 10
    assert asked().count("usersignup") == 10


def test_a_tab_that_cannot_wait_is_told_to_come_back_and_asks_nobody(provisioning, store, asked):
    context.begin(seconds=0.1)
    with Locks(store).hold(f"person:{KIM.key}", wait=0), pytest.raises(ProvisioningBusy):
        provisioning().learner_for(KIM)
    assert asked() == []


@pytest.mark.parametrize("verified", [True, None, False])
def test_without_an_address_nobody_is_signed_up(provisioning, asked, verified):
    with pytest.raises(EmailMissing):
        provisioning().learner_for(replace(KIM, email="", email_verified=verified))
    assert asked() == []


def test_somebody_whose_address_nobody_verified_is_signed_up_where_it_is_free(provisioning, asked, account):
    provisioning().learner_for(UNVERIFIED_KIM)
    assert asked() == ["usersignup"]
    assert account("kim@acme.example")["status"] == "active"


def test_a_login_that_is_taken_gives_way_to_the_next_candidate(provisioning, portal, account, asked):
    portal.control.add_user("somebody@example.com", login="kim.lee")
    assert provisioning().learner_for(KIM).login == "kim@acme.example"
    portal.control.add_user("another@example.com", login="uma@acme.example")
    portal.control.add_user("third@example.com", login="uma")
    uma = replace(KIM, subject="uma", email="uma@acme.example", username="uma")
    login = provisioning().learner_for(uma).login
    assert login == f"uma-{uma.key[:8]}"
    assert account(login)["email"] == "uma@acme.example"


def test_somebody_all_of_whose_logins_are_taken_is_refused(provisioning, portal):
    for number, login in enumerate(("kim.lee", "kim@acme.example", f"kim-{KIM.key[:8]}")):
        portal.control.add_user(f"somebody{number}@example.com", login=login)
    with pytest.raises(UsernameTaken):
        provisioning().learner_for(KIM)


@pytest.mark.parametrize("language", ["de", ""])
def test_a_full_plan_is_told_as_that_and_asked_once(provisioning, portal, asked, audited, language):
    portal.control.quirk(user_limit=1)
    with pytest.raises(SeatsUsedUp):
        provisioning().learner_for(replace(KIM, language=language))
    assert asked() == ["users/email", "usersignup"]
    (line,) = audited("provisioning")
    assert (line["outcome"], line["reason"], line["person"]) == ("refused", "seats-used-up", KIM.key)
    assert "take a larger plan (400: The maximum number" in line["remedy"]
    portal.control.quirk(user_limit=0)
    assert provisioning().learner_for(KIM).login == "kim.lee"


def test_a_full_plan_that_lets_an_account_be_made_but_not_activated_is_told_too(provisioning, portal, audited):
    portal.control.quirk(inactive_after_signup=True)
    portal.control.fault("usersetstatus", kind="status", status=400, message="User limit reached")
    with pytest.raises(SeatsUsedUp):
        provisioning().learner_for(KIM)
    assert [line.get("step") or line["reason"] for line in audited("provisioning")] == ["signed_up", "seats-used-up"]
    assert provisioning().learner_for(KIM).login == "kim.lee"


@pytest.mark.parametrize(("named", "calls"), [(True, 1), (False, 2)])
def test_a_mandatory_custom_field_is_found_out_and_named_to_the_operator(
    provisioning, portal, asked, audited, named, calls
):
    portal.control.quirk(mandatory_field_named=named)
    portal.control.add_custom_field("user", "custom_field_2", "Staff number", mandatory=True)
    with pytest.raises(FieldRequired):
        provisioning().learner_for(KIM)
    assert asked() == ["users/email", *["usersignup"] * calls, "getcustomregistrationfields"]
    (line,) = audited("provisioning")
    assert line["reason"] == "field-required"
    assert "(Staff number); make them optional" in line["remedy"]


def test_a_password_that_talentlms_finds_too_weak_is_asked_for_once_and_the_rule_is_to_be_relaxed(
    provisioning, portal, asked, audited
):
    portal.control.fault("usersignup", kind="status", status=400, message="Password is not strong enough (…)")
    with pytest.raises(WeakPassword):
        provisioning().learner_for(KIM)
    assert asked() == ["users/email", "usersignup"]
    (line,) = audited("provisioning")
    assert line["reason"] == "talentlms-weak-password"
    assert "relax its rule (400: Password is not strong enough" in line["remedy"]


@pytest.mark.parametrize("fields", [{}, {"kind": "html"}])
def test_a_sign_up_that_is_refused_for_another_reason_is_not_to_be_tried_again(provisioning, portal, audited, fields):
    portal.control.fault("usersignup", kind="status", status=400, message="Not on a Sunday", times=2)
    if fields:
        portal.control.fault("getcustomregistrationfields", **fields)
    with pytest.raises(SignUpRefused):
        provisioning().learner_for(KIM)
    (line,) = audited("provisioning")
    assert (line["reason"], "Not on a Sunday" in line["remedy"]) == ("sign-up-refused", True)


def test_a_language_that_the_domain_does_not_know_is_left_out(provisioning, account, asked):
    provisioning().learner_for(replace(KIM, language="tlh"))
    assert account("kim@acme.example")["language"] == "English"
    assert asked().count("usersignup") == 2


@pytest.mark.parametrize(
    ("message", "login", "calls"),
    [
        ("The language field must be one of the domain's languages", "kim.lee", ["usersignup"]),
        ("Field login: value must be unique", "kim@acme.example", ["users/email", "usersignup"]),
    ],
)
def test_a_sign_up_that_is_refused_for_its_language_or_its_login_goes_on_with_another(
    provisioning, portal, asked, message, login, calls
):
    portal.control.fault("usersignup", kind="status", status=400, message=message)
    assert provisioning().learner_for(KIM).login == login
    assert asked() == ["users/email", "usersignup", *calls]


def test_an_account_that_is_born_inactive_is_activated_at_once(provisioning, portal, account, asked):
    portal.control.quirk(inactive_after_signup=True)
    provisioning().learner_for(KIM)
    assert account("kim@acme.example")["status"] == "active"
    assert asked() == ["users/email", "usersignup", "usersetstatus"]
    provisioning().learner_for(KIM)
    assert asked() == []


def test_an_activation_that_failed_is_mended_by_the_next_click(provisioning, portal, account, asked):
    portal.control.quirk(inactive_after_signup=True)
    portal.control.fault("usersetstatus", kind="status", status=500)
    with pytest.raises(Unavailable):
        provisioning().learner_for(KIM)
    assert account("kim@acme.example")["status"] == "inactive"
    provisioning().learner_for(KIM)
    assert account("kim@acme.example")["status"] == "active"
    assert asked().count("usersignup") == 1


def test_an_account_that_was_switched_off_later_is_not_switched_on_again(provisioning, lms, account):
    learner = provisioning().learner_for(KIM)
    lms.users.set_status(learner.user_id, "inactive")
    provisioning().learner_for(replace(KIM, given_name="Kimberly"))
    assert account("kim@acme.example")["status"] == "inactive"


@pytest.mark.statement(43)
@pytest.mark.parametrize("kim", [KIM, UNVERIFIED_KIM])
@pytest.mark.parametrize(
    "fault", [{"kind": "dropped", "carried_out": True}, {"kind": "cut"}, {"kind": "html", "carried_out": True}]
)
def test_a_sign_up_whose_answer_was_lost_is_found_again_and_not_repeated(provisioning, portal, asked, kim, fault):
    portal.control.fault("usersignup", **fault)
    before = len(portal.control.state()["users"])
    with pytest.raises(TalentLMSError):
        provisioning().learner_for(kim)
    learner = provisioning().learner_for(kim)
    assert learner.login == "kim.lee"
    assert len(portal.control.state()["users"]) == before + 1


def test_a_lost_account_link_of_somebody_unverified_is_rebuilt_by_the_managed_password(
    provisioning, links, launch, asked
):
    learner = provisioning().learner_for(UNVERIFIED_KIM)
    links.forget(links.find(KIM.key))
    assert provisioning().learner_for(UNVERIFIED_KIM) == learner
    assert links.find(KIM.key).password_key
    asked()
    launch().dashboard(learner)
    assert asked() == ["userlogin"]


def test_a_lost_answer_is_also_healed_where_accounts_are_born_inactive(provisioning, portal, account):
    portal.control.quirk(inactive_after_signup=True)
    portal.control.fault("usersignup", kind="dropped", carried_out=True)
    with pytest.raises(Unavailable):
        provisioning().learner_for(KIM)
    provisioning().learner_for(KIM)
    assert account("kim@acme.example")["status"] == "active"


def test_an_inactive_account_is_never_switched_on_for_somebody_whose_address_nobody_vouches_for(
    provisioning, portal, account
):
    portal.control.quirk(inactive_after_signup=True)
    portal.control.fault("usersignup", kind="dropped", carried_out=True)
    with pytest.raises(Unavailable):
        provisioning().learner_for(UNVERIFIED_KIM)
    with pytest.raises(EmailNotVerified):
        provisioning().learner_for(UNVERIFIED_KIM)
    assert account("kim@acme.example")["status"] == "inactive"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 403},
        {"kind": "throttled"},
        {"kind": "html"},
        {"kind": "dropped"},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_a_sign_up_that_failed_never_opens_an_account_that_somebody_switched_off(
    provisioning, portal, account, links, fault
):
    portal.control.add_user("kim@acme.example", login="kim.lee", password="Own-Password-1", status="inactive")
    portal.control.fault("usersignup", **fault)
    with pytest.raises(TalentLMSError):
        provisioning().learner_for(UNVERIFIED_KIM)
    with pytest.raises(ProvisioningRefused):
        provisioning().learner_for(UNVERIFIED_KIM)
    assert account("kim@acme.example")["status"] == "inactive"
    assert links.find(KIM.key) is None


def test_a_sign_up_that_failed_never_opens_an_inactive_account_that_was_made_by_hand_since(
    provisioning, portal, account
):
    portal.control.fault("usersignup", kind="status", status=500)
    with pytest.raises(Unavailable):
        provisioning().learner_for(KIM)
    portal.control.add_user("kim@acme.example", login="kim.lee", password="Own-Password-1", status="inactive")
    with pytest.raises(AccountInactive):
        provisioning().learner_for(KIM)
    assert account("kim@acme.example")["status"] == "inactive"


def test_a_lost_answer_is_also_healed_after_the_key_was_rotated(provisioning, links, asked):
    learner = provisioning(OLD_KEY).learner_for(UNVERIFIED_KIM)
    links.forget(links.find(KIM.key))
    again = provisioning(NEW_KEY, OLD_KEY).learner_for(UNVERIFIED_KIM)
    assert again == replace(learner, password_key=links.find(KIM.key).password_key)


# --- what changed ----------------------------------------------------------------------------------------------


def test_a_changed_name_is_told_with_one_call_and_once(provisioning, asked, account):
    provisioning().learner_for(KIM)
    asked()
    provisioning().learner_for(replace(KIM, family_name="Lee-Park"))
    assert asked() == ["edituser"]
    assert account("kim@acme.example")["last_name"] == "Lee-Park"
    provisioning().learner_for(replace(KIM, family_name="Lee-Park"))
    assert asked() == []


def test_the_address_by_which_an_operator_looks_for_a_person_follows_the_provider(provisioning, asked, links):
    person = replace(KIM, email_verified=False)
    provisioning().learner_for(person)
    assert [one.link for one in links.listed("kim@acme.example")] == [links.find(KIM.key)]
    asked()
    provisioning().learner_for(replace(person, email="kim.park@acme.example"))
    assert asked() == []
    assert links.listed("kim@acme.example") == []
    assert [one.link for one in links.listed("kim.park@acme.example")] == [links.find(KIM.key)]


def test_the_address_of_an_adopted_account_is_remembered_too(provisioning, portal, links):
    portal.control.add_user("kim@acme.example", login="kim.old")
    provisioning().learner_for(KIM)
    assert links.find(KIM.key).email == "kim@acme.example"


@pytest.mark.parametrize("language", ["fr", ""])
def test_another_language_alone_costs_no_call(provisioning, asked, language):
    provisioning().learner_for(KIM)
    asked()
    provisioning().learner_for(replace(KIM, language=language))
    assert asked() == []


def test_a_changed_address_is_told(provisioning, asked, account):
    learner = provisioning().learner_for(KIM)
    asked()
    assert provisioning().learner_for(replace(KIM, email="kim.lee@acme.example")) == learner
    assert asked() == ["edituser"]
    assert account("kim.lee@acme.example")["id"] == learner.user_id


def test_a_changed_address_that_another_account_has_keeps_nobody_out_and_the_names_are_told(
    provisioning, portal, asked, account
):
    provisioning().learner_for(KIM)
    portal.control.add_user("taken@acme.example", login="somebody")
    asked()
    changed = replace(KIM, email="taken@acme.example", family_name="Lee-Park")
    provisioning().learner_for(changed)
    assert asked() == ["edituser", "edituser"]
    assert account("kim@acme.example")["last_name"] == "Lee-Park"
    assert account("taken@acme.example")["login"] == "somebody"
    provisioning().learner_for(changed)
    assert asked() == []


def test_an_address_that_the_provider_calls_unverified_is_not_told(provisioning, account):
    provisioning().learner_for(KIM)
    provisioning().learner_for(replace(KIM, email="new@acme.example", email_verified=False))
    assert account("kim.lee")["email"] == "kim@acme.example"


@pytest.mark.parametrize("changes", [{"family_name": ""}, {"given_name": "", "family_name": "", "username": ""}])
def test_names_that_the_provider_no_longer_tells_stay_as_they_are(provisioning, account, changes):
    provisioning().learner_for(KIM)
    provisioning().learner_for(replace(KIM, **changes))
    user = account("kim@acme.example")
    assert (user["first_name"], user["last_name"]) == ("Kim", "Lee")


def test_a_change_that_could_not_be_told_is_told_with_the_next_click(provisioning, portal, asked, account):
    provisioning().learner_for(KIM)
    portal.control.fault("edituser", kind="status", status=500, times=2)
    changed = replace(KIM, family_name="Lee-Park")
    with pytest.raises(Unavailable):
        provisioning().learner_for(changed)
    portal.control.clear_faults()
    provisioning().learner_for(changed)
    assert account("kim@acme.example")["last_name"] == "Lee-Park"


@pytest.mark.parametrize(
    ("ring", "calls"), [((NEW_KEY, OLD_KEY), ["userlogin", "edituser"]), ((NEW_KEY,), ["edituser"])]
)
def test_after_a_key_rotation_the_password_follows_once(provisioning, launch, asked, ring, calls):
    learner = provisioning(OLD_KEY).learner_for(KIM)
    asked()
    renewed = provisioning(*ring).learner_for(KIM)
    assert renewed == replace(learner, password_key=ManagedPasswords(Keyring([NEW_KEY])).current_key)
    assert asked() == calls
    assert provisioning(*ring).learner_for(KIM) == renewed
    assert asked() == []
    launch(NEW_KEY).dashboard(renewed)
    assert asked() == ["userlogin"]


def test_a_rotation_gives_no_password_to_somebody_who_has_their_own(provisioning, links, portal, asked):
    portal.control.add_user("kim@acme.example", login="kim.lee", password="Own-Password-1")
    provisioning(OLD_KEY).learner_for(KIM)
    asked()
    provisioning(NEW_KEY, OLD_KEY).learner_for(KIM)
    assert asked() == []
    assert links.find(KIM.key).password_key == ""


# --- accounts that are gone ------------------------------------------------------------------------------------


def test_an_account_that_is_gone_is_forgotten_and_the_person_looked_up_anew(provisioning, lms, links, asked):
    learner = provisioning().learner_for(KIM)
    lms.users.delete(learner.user_id, permanent=True)
    asked()
    again = provisioning().learner_again(KIM, learner)
    assert again.user_id != learner.user_id
    assert asked() == ["users/email", "usersignup"]
    assert links.find(KIM.key).learner == again


def test_an_account_that_is_found_gone_when_a_change_is_told_is_looked_up_anew(provisioning, lms, asked):
    learner = provisioning().learner_for(KIM)
    lms.users.delete(learner.user_id, permanent=True)
    asked()
    again = provisioning().learner_for(replace(KIM, family_name="Lee-Park"))
    assert again.user_id != learner.user_id
    assert asked() == ["edituser", "users/email", "usersignup"]


def test_ten_tabs_that_find_the_account_gone_sign_up_once(provisioning, lms, asked):
    flow = provisioning()
    learner = flow.learner_for(KIM)
    lms.users.delete(learner.user_id, permanent=True)
    asked()
    again = at_once(10, lambda _: flow.learner_again(KIM, learner))
    assert len(set(again)) == 1
    assert asked().count("usersignup") == 1


def test_an_account_that_another_tab_has_found_meanwhile_is_kept(provisioning, lms, links, asked):
    learner = provisioning().learner_for(KIM)
    asked()
    gone = replace(learner, user_id=4711)
    assert provisioning().learner_again(KIM, gone) == learner
    assert asked() == []


def test_a_link_to_an_account_that_never_was_does_not_keep_anybody_out(provisioning, links, asked):
    links.own(AccountLink(KIM.issuer, KIM.subject, 4711, "kim.lee"))
    assert provisioning().learner_for(KIM).user_id != 4711
    assert asked()[0] == "edituser"


def test_an_archived_person_is_not_signed_up_again(provisioning, lms, asked):
    learner = provisioning().learner_for(KIM)
    lms.users.delete(learner.user_id)
    asked()
    with pytest.raises(Gone):
        provisioning().learner_again(KIM, learner)
    assert "usersignup" not in asked()


def test_a_rotation_leaves_a_password_alone_that_the_person_has_set_since(provisioning, links, lms, asked):
    learner = provisioning(OLD_KEY).learner_for(KIM)
    lms.users.edit(learner.user_id, password="Own-Password-1")
    asked()
    provisioning(NEW_KEY, OLD_KEY).learner_for(KIM)
    assert asked() == ["userlogin"]
    assert links.find(KIM.key).password_key == ""
    assert lms.users.log_in(learner.login, "Own-Password-1")


def test_a_sign_up_that_ended_before_it_was_remembered_is_finished_by_the_next_click(
    provisioning, links, portal, account, monkeypatch
):
    portal.control.quirk(inactive_after_signup=True)
    with monkeypatch.context() as patch:
        patch.setattr(type(links), "own", lambda *_: (_ for _ in ()).throw(StoreUnavailable()))
        with pytest.raises(StoreUnavailable):
            provisioning().learner_for(KIM)
    assert account("kim@acme.example")["status"] == "inactive"
    provisioning().learner_for(KIM)
    assert account("kim@acme.example")["status"] == "active"


def test_an_address_that_the_provider_may_not_vouch_for_is_not_told_of_an_account_that_exists(provisioning, account):
    partner = provisioning(domains=("acme.example",))
    partner.learner_for(KIM)
    partner.learner_for(replace(KIM, email="boss@other.example", family_name="Lee-Park"))
    assert account("kim@acme.example")["last_name"] == "Lee-Park"
