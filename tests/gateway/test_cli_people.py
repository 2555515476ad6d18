"""``talentlms-gateway people``."""

import json

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.config import load
from gateway.services import Services
from gateway.store.connection import connect
from schemas.audit_entry import AuditEntry
from schemas.identity import Identity
from schemas.learner import AccountLink
from schemas.order import Customer
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.databases import new_database
from tests.gateway.test_factory import clean_environment

ACME, OTHER = "https://id.acme.example", "https://id.other.example"
ENTRY = '[[identity_providers]]\nname = "{}"\nissuer = "{}"\nclient_id = "client"\nclient_secret = "s"\n'
CONFIG = (
    ENTRY.format("acme", ACME)
    + ENTRY.format("other", OTHER)
    + 'trusted_email_domains = ["acme.example"]\n[[storefronts]]\nname = "shop"\nkind = "standard"\n'
)
KIM = AccountLink(ACME, "kim-1", 57, "kim.lee", "digest-1", "key-1", email="kim@acme.example")
UMA = AccountLink(ACME, "uma-1", 58, "uma", email="uma@acme.example", pending=True)
SHOPS = Customer("kim@acme.example", "c-77").identity("shop")
CUSTOMER = AccountLink(SHOPS.issuer, SHOPS.subject, 59, "kim@acme.example", email="kim@acme.example")
NOBODY = dict.fromkeys(("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"))


@pytest.fixture
def environment(portal, redis_server, tmp_path, own_log_handlers):
    connect(redis_server.url).ask("FLUSHALL")
    config = tmp_path / "gateway.toml"
    config.write_text(CONFIG, encoding="utf-8")
    return clean_environment(
        **NOBODY,
        GATEWAY_DATABASE_URL=new_database(tmp_path),
        GATEWAY_REDIS_URL=redis_server.url.reveal(),
        GATEWAY_CONFIG=str(config),
        TALENTLMS_URL=portal.url,
        TALENTLMS_API_KEY=API_KEY,
        TALENTLMS_CALLS_PER_HOUR="0",  # an earlier test's budget may write to the emptied Redis: nobody could call for a while
        TALENTLMS_CALLS_PER_5_SECONDS="0",
        TALENTLMS_CALLS_PER_PERSON="off",
    )


@pytest.fixture
def command(environment):
    """Call the command; what it says as it fails stands in ``output``."""

    def called(*arguments, group="people"):
        done = CliRunner().invoke(main, [group, *arguments], env=environment)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done

    return called


@pytest.fixture
def services(environment):
    return Services(load(environment))


@pytest.fixture
def links(services):
    return services.account_links


@pytest.fixture
def known(links):
    """Three people, by their keys."""
    for one in (KIM, UMA, CUSTOMER):
        links.claim(one)
    return sorted((KIM, UMA, CUSTOMER), key=lambda link: link.person)


@pytest.fixture
def signed_in(services):
    """Sign a person in; returns whether they still are."""

    def begin(link):
        identity = Identity(link.issuer, link.subject, "acme", email=link.email)
        session_id = services.sessions.create(identity, Secret("token")).reveal()
        return lambda: services.sessions.find(session_id) is not None

    return begin


def told(done):
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def audited(done):
    return [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]


# --- list and show ------------------------------------------------------------------------------------------------


def test_all_are_listed_page_by_page(command, known):
    found, after = [], ""
    while after is not None:
        page = told(command("list", "--limit", "2", "--after", after, "--json"))
        found += [one["person"] for one in page["people"]]
        after = page["next"]
    assert found == [link.person for link in known]


def test_a_table_says_how_the_list_goes_on(command, known):
    *_, last = command("list", "--limit", "2").stdout.splitlines()
    assert last == f"There are more: --after {known[1].person}"
    assert "more" not in command("list", "--limit", "3").stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--provider", "acme"], {57, 58}),
        (["--provider", ACME], {57, 58}),
        (["--provider", "shop"], {59}),
        (["--provider", "other"], set()),
        (["--provider", f"{ACME}/"], set()),
        (["KIM@acme.example"], {57, 59}),
        (["KIM@acme.example", "--provider", "acme"], {57}),
    ],
)
def test_a_list_is_of_those_who_are_asked_for(command, known, arguments, expected):
    assert {one["user_id"] for one in told(command("list", *arguments, "--json"))["people"]} == expected
    assert ("nobody" in command("list", *arguments).stdout) is not expected


@pytest.mark.parametrize("who", ["kim.lee", "kim-1", "57", KIM.person])
def test_a_person_is_shown_by_whatever_names_them_and_no_digest_or_key_with_them(command, known, who):
    [one] = told(command("show", who, "--json"))
    assert one.pop("linked_at").endswith("Z")
    assert one == {
        "person": KIM.person,
        "provider": "acme",
        "issuer": ACME,
        "subject": "kim-1",
        "user_id": 57,
        "login": "kim.lee",
        "email": "kim@acme.example",
        "has_managed_password": True,
        "is_pending": False,
        "retry_at": None,
        "expected_at": None,
    }
    text = command("show", who).stdout
    assert f"person: {KIM.person}\nprovider: acme\n" in text
    assert "digest-1" not in text
    assert "key-1" not in text


def test_everybody_who_is_meant_is_shown(command, known):
    assert {one["user_id"] for one in told(command("show", "kim@acme.example", "--json"))} == {57, 59}
    assert command("show", "kim@acme.example").stdout.count("person: ") == 2


@pytest.mark.parametrize("who", ["nobody", ""])
def test_nobody_is_shown_by_a_name_that_is_nobodys(command, known, who):
    done = command("show", who)
    assert (done.exit_code, done.output) == (1, f"Nobody is known by {who!r}.\n")


def test_a_reference_code_shows_the_person_of_that_request_and_who_has_the_account(command, known, services):
    for reference, person, user_id in (("7K2M-0001", UMA.person, 0), ("7K2M-0002", "f" * 32, 57), ("7K2M-0003", "", 0)):
        services.audit_trail.add(
            AuditEntry(
                at=1, event="provisioning", outcome="refused", reference=reference, person=person, user_id=user_id
            )
        )
    services.account_links.claim(AccountLink(ACME, "57", 60, "other"))  # a subject that looks like the account's id
    shown = {reference: command("show", reference, "--json") for reference in ("7k2m-0001", "7K2M-0002", "7K2M-0003")}
    assert [one["user_id"] for one in told(shown["7k2m-0001"])] == [58]
    assert [one["user_id"] for one in json.loads(shown["7K2M-0002"].stdout)] == [57]
    assert shown["7K2M-0002"].stderr == (
        f"person {'f' * 32} is linked with no account: talentlms-gateway audit --person {'f' * 32}\n"
    )
    assert shown["7K2M-0003"].exit_code == 1


def test_what_is_done_stands_in_the_audit_trail(command, known, services):
    assert command("unlink", "kim-1").exit_code == 0
    [entry] = services.audit_trail.listed()
    assert (entry.event, entry.outcome, entry.person, entry.user_id) == ("account_link", "success", KIM.person, 57)
    assert entry.facts == {"step": "unlinked", "linked_issuer": ACME}
    command("link", "--provider", "acme", "--subject", "kim-1", "--account", "ada@portal.example")
    entry, _ = services.audit_trail.listed()
    assert (entry.event, entry.outcome, entry.reason) == ("provisioning", "refused", "account-not-a-learner")


def test_what_a_stranger_has_written_does_not_steer_the_terminal(command, links):
    links.claim(AccountLink(ACME, "\x1b]0;evil\x07", 60, "evil", email="evil@acme.example"))
    for arguments in (["list"], ["show", "evil"], ["merge-report"]):
        assert "\x1b" not in command(*arguments).stdout


def test_looking_asks_talentlms_nothing(command, known, portal):
    portal.control.clear_calls()
    for arguments in (["list"], ["show", "57"], ["merge-report"], ["move-issuer", "acme", "other"]):
        assert command(*arguments).exit_code == 0
    assert portal.control.calls() == []


# --- link and unlink ----------------------------------------------------------------------------------------------


def test_an_operator_links_a_person_with_an_account_and_the_trail_says_so(command, links, portal):
    number = portal.control.add_user("kim.lee@private.example", login="kim.private")
    done = command("link", "--provider", "acme", "--subject", "kim-1", "--account", "kim.private")
    assert (done.exit_code, done.stdout) == (0, f"account {number} is person {KIM.person}'s\n")
    assert links.find(KIM.person).user_id == number
    [line] = audited(done)
    assert (line["event"], line["step"], line["user_id"]) == ("account_link", "linked", number)


def test_a_customer_is_linked_by_the_storefront_and_its_id(command, links, portal):
    number = portal.control.add_user("kim.lee@private.example", login="kim.private")
    assert command("link", "--provider", "shop", "--subject", "c-77", "--account", str(number)).exit_code == 0
    assert links.find(CUSTOMER.person).user_id == number


@pytest.mark.parametrize(
    ("provider", "account", "reason"),
    [
        ("acme", "ada@portal.example", "account-not-a-learner: "),
        ("acme", "nobody@acme.example", "user-not-found: "),
        ("acmee", "1", "No identity provider and no storefront is called 'acmee'. There are: acme, other, shop.\n"),
    ],
)
def test_what_may_not_be_linked_is_said_and_exit_1(command, links, provider, account, reason):
    done = command("link", "--provider", provider, "--subject", "kim-1", "--account", account)
    assert done.exit_code == 1
    assert reason in done.output
    assert links.listed() == []


def test_an_account_of_somebody_else_is_linked_by_replace_alone(command, links, portal, signed_in):
    number = portal.control.add_user("kim.lee@private.example", login="kim.private")
    links.claim(AccountLink(ACME, "uma-1", number, "kim.private"))
    is_signed_in = signed_in(UMA)
    asked = ("link", "--provider", "acme", "--subject", "kim-1", "--account", str(number))
    done = command(*asked)
    assert (done.exit_code, links.owner_of(number).person) == (1, UMA.person)
    assert "--replace" in done.stdout
    assert [line["outcome"] for line in audited(done)] == ["refused"]
    assert is_signed_in()
    done = command(*asked, "--replace")
    assert (done.exit_code, links.owner_of(number).person) == (0, KIM.person)
    assert [line["step"] for line in audited(done)] == ["replaced", "linked"]
    assert not is_signed_in()


def test_an_operator_ends_a_link_and_the_sessions(command, known, links, signed_in):
    is_signed_in = signed_in(KIM)
    done = command("unlink", "kim-1")
    assert (done.exit_code, done.stdout) == (0, "account 57 is nobody's now\n")
    assert {one.link.user_id for one in links.listed()} == {58, 59}
    assert [(line["step"], line["person"]) for line in audited(done)] == [("unlinked", KIM.person)]
    assert not is_signed_in()


def test_of_several_people_none_is_unlinked_and_their_keys_are_said(command, known, links):
    done = command("unlink", "kim@acme.example")
    assert done.exit_code == 1
    assert "is 2 people" in done.output
    assert KIM.person in done.output
    assert CUSTOMER.person in done.output
    assert len(links.listed()) == 3
    assert command("unlink", "nobody").output == "No link removed: nobody is known by 'nobody'.\n"


def test_an_operator_erases_a_person_and_nothing_names_them(command, known, links, services, signed_in):
    is_signed_in = signed_in(KIM)
    services.audit_trail.add(AuditEntry(at=1, event="sign_in", outcome="success", person=KIM.person, user_id=57))
    done = command("forget", "kim-1")
    assert (done.exit_code, done.stdout) == (0, "erased\n")
    assert {one.link.user_id for one in links.listed()} == {58, 59}
    entries = [(one.event, one.person, one.user_id) for one in services.audit_trail.listed()]
    assert entries == [("erasure", "", 0), ("erasure", "", 0), ("sign_in", "", 0)]
    assert KIM.person not in done.stderr
    assert not is_signed_in()


def test_of_several_people_none_is_erased_and_their_keys_are_said(command, known, links):
    done = command("forget", "kim@acme.example")
    assert (done.exit_code, KIM.person in done.output, CUSTOMER.person in done.output) == (1, True, True)
    assert len(links.listed()) == 3
    assert command("forget", "nobody").output == "Nobody was erased: nobody is known by 'nobody'.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["forget", "57"],
        ["link", "--provider", "acme", "--subject", "kim-1", "--account", "1"],
        ["unlink", "57"],
        ["move-issuer", "acme", "other", "--apply"],
    ],
)
def test_where_sessions_cannot_be_ended_no_link_is_changed(command, environment, known, links, arguments):
    del environment["GATEWAY_REDIS_URL"]
    done = command(*arguments)
    assert done.exit_code == 1
    assert "GATEWAY_REDIS_URL is not set" in done.output
    assert [one.link for one in links.listed()] == known


def test_the_former_name_does_the_same(command, known, links):
    done = command("forget", "--user-id", "57", group="account-links")
    assert (done.exit_code, done.stdout) == (0, "account 57 is nobody's now\n")
    assert [(line["step"], line["person"]) for line in audited(done)] == [("unlinked", KIM.person)]


# --- merge-report and move-issuer ---------------------------------------------------------------------------------


def test_people_who_look_like_the_same_one_are_reported_with_where_they_are_known(command, known):
    report = told(command("merge-report", "--json"))
    [group] = report["groups"]
    assert (group["name"], group["known_at"], report["next"]) == ("kim@acme.example", "provider and shop", None)
    assert {one["user_id"] for one in group["people"]} == {57, 59}
    text = command("merge-report").stdout
    assert text.startswith("kim@acme.example (provider and shop):\nPERSON ")
    assert "uma" not in text


def test_a_report_goes_on_page_by_page(command, known, links):
    links.claim(AccountLink(OTHER, "uma-1", 70, "uma@acme.example"))
    first = told(command("merge-report", "--limit", "1", "--json"))
    assert ([group["name"] for group in first["groups"]], first["next"]) == (["kim@acme.example"], "kim@acme.example")
    second = told(command("merge-report", "--limit", "1", "--after", first["next"], "--json"))
    assert ([group["name"] for group in second["groups"]], second["next"]) == (["uma@acme.example"], None)
    assert second["groups"][0]["known_at"] == "providers"


def test_nobody_looks_like_somebody_else(command, links):
    links.claim(KIM)
    assert command("merge-report").stdout == "nobody looks like somebody else\n"


def test_a_move_is_only_told_unless_it_is_to_be_done(command, known, links, signed_in):
    is_signed_in = signed_in(KIM)
    done = command("move-issuer", "acme", "other")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-2:] == ["1 would be moved, 1 stay", "nothing was changed: --apply does it"]
    assert done.stdout == command("move-issuer", "acme", "other", "--dry-run").stdout
    assert [one.link for one in links.listed()] == known
    assert is_signed_in()


def test_a_move_keeps_accounts_for_the_other_provider_and_ends_sessions(command, known, links, signed_in):
    kims, umas = signed_in(KIM), signed_in(UMA)
    done = command("move-issuer", ACME, OTHER, "--apply")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "1 moved, 1 stay")
    assert {one.link.user_id for one in links.listed(issuer=ACME)} == {58}
    assert (kims(), umas()) == (False, True)
    [shown] = told(command("show", "57", "--json"))
    assert (shown["provider"], shown["subject"], shown["expected_at"]) == ("acme", "kim-1", OTHER)
    assert f"expected at {OTHER}" in command("list").stdout
    assert [(line["step"], line["linked_issuer"]) for line in audited(done)] == [("expected", OTHER)]


def test_a_move_as_json_says_of_each_what_becomes_of_them(command, known):
    told_of = told(command("move-issuer", "acme", "other", "--json"))
    assert told_of["dry_run"] is True
    assert {one["user_id"]: one["obstacle"] for one in told_of["people"]} == {
        57: "",
        58: "the account was never activated",
    }
    done = command("move-issuer", "acme", "other", "--apply", "--json")
    assert {one["user_id"]: one["is_moved"] for one in json.loads(done.stdout)["people"]} == {57: True, 58: False}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("acme", "elsewhere", "No identity provider of the settings is 'elsewhere'."),
        ("acme", ACME, "OLD and NEW have to be two identity providers."),
        ("shop", "acme", "OLD and NEW have to be two identity providers."),
        ("https://nowhere.example", "acme", "Nobody has signed in at 'https://nowhere.example'."),
        ("other", "acme", f"Nobody has signed in at {OTHER!r}."),
    ],
)
@pytest.mark.parametrize("how", ["--dry-run", "--apply"])
def test_a_move_that_cannot_be_is_said_and_changes_nothing(command, known, links, old, new, said, how):
    done = command("move-issuer", old, new, how)
    assert (done.exit_code, done.output) == (1, said + "\n")
    assert [one.link for one in links.listed()] == known
