"""One gateway, two providers that share no code: staff sign in at the one, people of a partner at the other."""

import json
import re
from contextlib import ExitStack
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.journeys.django_provider.pages import DjangoPages
from tests.journeys.django_provider.providers import gateway_of, start_certified, start_django
from tests.journeys.django_provider.visitor import Traveller
from tests.journeys.pages import GatewayPages, PortalPages, ProviderPages, path_of
from tests.journeys.prepared import called
from tests.journeys.visitor import reference, title
from tests.ports import HOST, free_port

SESSION = "talentlms_gateway_session"
INTERRUPTED = "Your sign-in was interrupted"
NOT_TRUSTED = "The sign-in could not be verified"
PARTNER_DOMAIN, SHARED_DOMAIN = "partner.example", "shared.example"
BOTH = pytest.mark.parametrize("name", ["staff", "partner"])
EACH_WAY = pytest.mark.parametrize(("name", "other"), [("staff", "partner"), ("partner", "staff")])


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return tmp_path_factory.mktemp("two-providers")


@pytest.fixture(scope="module")
def address():
    return f"http://{HOST}:{free_port()}"


@pytest.fixture(scope="module")
def staff(here, address):
    provider = start_certified(
        here, address, "staff", "--backchannel-logout-uri", f"{address}/backchannel-logout/staff"
    )
    yield provider
    provider.process.stop()


@pytest.fixture(scope="module")
def partner(here, address):
    provider = start_django(here, address, "partner", "--email-domain", PARTNER_DOMAIN)
    yield provider
    provider.process.stop()


@pytest.fixture(scope="module")
def providers(staff, partner):
    return {provider.name: provider for provider in (staff, partner)}


@pytest.fixture(scope="module")
def gateway(here, address, portal, redis_server, staff, partner):
    entries = [
        staff.listed(label="Acme staff", trusted_email_domains=["acme.example", SHARED_DOMAIN]),
        partner.listed(label="Our partner", trusted_email_domains=[PARTNER_DOMAIN, SHARED_DOMAIN]),
    ]
    gateway = gateway_of(address, here, portal, redis_server.url(10), entries)
    yield gateway.start()
    gateway.end()


@pytest.fixture
def visit(gateway):
    """From a login to somebody with that login at both providers, and with a browser of their own."""
    with ExitStack() as visits:

        def begin(login):
            visitor = Traveller(gateway.url, login)
            visits.callback(visitor.close)
            return visitor

        yield begin


@pytest.fixture
def operator(gateway):
    """Call the gateway's command with the gateway's own settings, and return what came of it."""
    return lambda *arguments: called(*arguments, environment=gateway.settings)


# --- in and out ------------------------------------------------------------------------------------------------


def test_the_chooser_names_both_and_the_second_leads_into_the_course(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/go/course/12")
    assert GatewayPages(page).heading == "Sign in"
    assert page.locator(".choices a").all_inner_texts() == ["Acme staff", "Our partner"]

    GatewayPages(page).press("Our partner")
    DjangoPages(page).sign_in(newcomer.login)

    assert page.url == f"{portal.url}/learner/course/id:12"
    assert PortalPages(page).where == "Intro to the academy"
    assert PortalPages(page).learner == newcomer.name
    assert portal.user(_at_the_partner(newcomer))["login"] == newcomer.login


def test_signing_out_ends_the_sessions_here_at_talentlms_and_at_the_second_provider(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/login/partner?next=/go/course/12")
    DjangoPages(page).sign_in(newcomer.login)
    page.goto(f"{gateway.url}/")
    GatewayPages(page).press("Sign out")
    DjangoPages(page).confirm_sign_out()

    assert path_of(page) == "/signed-out"
    assert GatewayPages(page).heading == "You are signed out"
    assert portal.is_online(_at_the_partner(newcomer)) is False
    page.goto(f"{gateway.url}/login/partner?next=/go/course/12")
    assert DjangoPages(page).asks_who_it_is


def test_the_first_provider_signs_in_and_out_beside_the_second(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/go/course/12")
    GatewayPages(page).press("Acme staff")
    ProviderPages(page).sign_in(newcomer.login)
    assert PortalPages(page).learner == newcomer.name

    page.goto(f"{gateway.url}/")
    GatewayPages(page).press("Sign out")
    ProviderPages(page).confirm_sign_out()

    assert GatewayPages(page).heading == "You are signed out"


@BOTH
def test_whoever_is_still_signed_in_at_the_provider_passes_without_a_question(providers, visit, newcomer, name):
    visitor = visit(newcomer.login)
    _sign_in(visitor, name)
    for cookie in [cookie for cookie in visitor.cookies if cookie.name.startswith("talentlms_gateway_")]:
        visitor.cookies.clear(cookie.domain, cookie.path, cookie.name)
    already = len(visitor.trail)

    arrived = _sign_in(visitor, name)

    assert newcomer.name in arrived.text
    assert {answer.request.method for answer in visitor.trail[already:]} == {"GET"}


@BOTH
def test_a_tile_leads_straight_to_its_own_provider(gateway, providers, visit, newcomer, name):
    tile = urlencode({"iss": providers[name].issuer, "target_link_uri": f"{gateway.url}/go/course/12"})
    visitor = visit(newcomer.login)

    arrived = visitor.go(f"/login/initiate?{tile}")

    assert newcomer.name in arrived.text
    assert visitor.trail[0].headers["Location"].startswith(providers[name].issuer)


# --- who is who ------------------------------------------------------------------------------------------------


@pytest.mark.statement(42)
def test_the_same_subject_at_both_is_two_people(portal, visit, newcomer):
    one, other = visit(newcomer.login), visit(newcomer.login)
    _sign_in(one, "staff")
    _sign_in(other, "partner")

    employee, associate = portal.user(newcomer.email), portal.user(_at_the_partner(newcomer))
    assert employee["id"] != associate["id"]
    assert employee["login"] != associate["login"]
    for visitor, user in ((one, employee), (other, associate)):
        portal.control.clear_calls()
        visitor.go("/go/course/12")
        assert [call.arguments["user_id"] for call in portal.control.calls("gotocourse")] == [str(user["id"])]


def test_the_same_subject_at_the_other_provider_takes_the_browser_over_and_nothing_else(portal, visit, newcomer):
    visitor = visit(newcomer.login)
    _sign_in(visitor, "staff")
    before = visitor.cookies.get(SESSION)
    _sign_in(visitor, "partner")

    assert visitor.cookies.get(SESSION) != before
    old = visit("nobody")
    old.cookies.set(SESSION, before)
    assert _is_signed_in(old) is False
    assert len(portal.users(newcomer.email)) == len(portal.users(_at_the_partner(newcomer))) == 1


def test_the_second_provider_cannot_vouch_for_people_of_the_first(gateway, portal, visit, newcomer):
    _sign_in(visit(newcomer.login), "staff")
    before = portal.user(newcomer.email)
    portal.control.clear_calls()

    answer = _sign_in(visit(newcomer.email), "partner")

    assert title(answer) == "Your e-mail address is not confirmed"
    assert gateway.events(reference(answer))
    assert "gotocourse" not in portal.operations()
    assert portal.user(newcomer.email) == before


@EACH_WAY
def test_where_both_may_vouch_for_an_address_its_account_stays_with_who_came_first(
    gateway, portal, visit, newcomer, name, other
):
    shared = f"{newcomer.login}@{SHARED_DOMAIN}"
    first = visit(shared)
    _sign_in(first, name)
    before = portal.user(shared)
    portal.control.clear_calls()

    answer = _sign_in(visit(shared), other)

    assert title(answer) == "This account belongs to another sign-in"
    assert gateway.events(reference(answer))
    assert re.search(
        rf'<a class="button" href="/login/{name}[^"]*">Sign in with (Acme staff|Our partner)</a>', answer.text
    )
    assert portal.operations() == ["users/email"]
    assert portal.user(shared) == before
    assert newcomer.name in first.go("/go/course/12").text


@pytest.mark.statement(42)
def test_the_same_subject_with_the_same_address_stays_two_people_with_an_account_each(
    gateway, portal, visit, newcomer, operator
):
    shared = f"{newcomer.login}@{SHARED_DOMAIN}"
    employee, associate = visit(shared), visit(shared)
    _sign_in(employee, "staff")
    assert title(_sign_in(associate, "partner")) == "This account belongs to another sign-in"
    first = portal.user(shared)["id"]
    second = portal.control.add_user(f"second-{shared}", login=f"second-{newcomer.login}")
    link = ("people", "link", "--provider", "partner", "--subject", shared, "--account")

    refused = operator(*link, str(first))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert operator(*link, str(second)).returncode == 0

    for visitor, user_id in ((employee, first), (associate, second)):
        portal.control.clear_calls()
        _sign_in(visitor, "staff" if visitor is employee else "partner")
        assert {call.arguments["user_id"] for call in portal.control.calls("gotocourse")} == {str(user_id)}
    known = json.loads(operator("people", "list", shared, "--json").stdout)["people"]
    assert {(one["provider"], one["subject"], one["email"], one["user_id"]) for one in known} == {
        ("staff", shared, shared, first),
        ("partner", shared, shared, second),
    }
    groups = json.loads(operator("people", "merge-report", "--limit", "1000", "--json").stdout)["groups"]
    assert [(group["name"], group["known_at"]) for group in groups if group["name"] == shared] == [
        (shared, "providers")
    ]


def test_whoever_is_moved_to_the_other_provider_has_their_account_there(portal, visit, newcomer, operator):
    shared = f"{newcomer.login}@{SHARED_DOMAIN}"
    visitor, other = visit(shared), visit(newcomer.login)
    _sign_in(visitor, "staff")
    _sign_in(other, "staff")  # of a domain for which the partner's provider may not vouch
    before = portal.user(shared)
    move = ("people", "move-issuer", "staff", "partner")

    assert operator(*move).returncode == 0
    assert _is_signed_in(visitor)
    assert operator(*move, "--apply").returncode == 0

    assert (_is_signed_in(visitor), _is_signed_in(other)) == (False, True)
    again = _sign_in(visit(shared), "staff")
    assert title(again) == "This account belongs to another sign-in"
    assert 'href="/login/partner' in again.text
    portal.control.clear_calls()
    _sign_in(visit(shared), "partner")
    assert [call.arguments["user_id"] for call in portal.control.calls("gotocourse")] == [str(before["id"])]
    assert len(portal.users(shared)) == 1


# --- mixed up --------------------------------------------------------------------------------------------------


@pytest.mark.statement(16)
@EACH_WAY
def test_a_callback_that_arrives_at_the_others_address_is_refused_and_its_code_stays_unspent(
    gateway, portal, providers, visit, newcomer, name, other
):
    visitor = visit(newcomer.login)
    callback = _callback(visitor, name)
    token_requests = _token_requests(providers)

    answer = visitor.ask(callback.replace(f"/callback/{name}", f"/callback/{other}"))

    _is_refused(answer, visitor, portal, 400, INTERRUPTED)
    assert _why(gateway, answer) == "nothing that this browser began"
    assert _token_requests(providers) == token_requests


@pytest.mark.statement(15, 16)
@EACH_WAY
def test_a_callback_with_the_others_issuer_is_refused(gateway, portal, providers, visit, newcomer, name, other):
    visitor = visit(newcomer.login)
    callback = _callback(visitor, name)
    token_requests = _token_requests(providers)

    answer = visitor.ask(_with(callback, iss=providers[other].issuer))

    _is_refused(answer, visitor, portal)
    assert "from another issuer" in _why(gateway, answer)
    assert _token_requests(providers) == token_requests


@BOTH
def test_a_callback_without_the_promised_issuer_is_refused(gateway, portal, providers, visit, newcomer, name):
    visitor = visit(newcomer.login)
    callback = _callback(visitor, name)
    token_requests = _token_requests(providers)

    answer = visitor.ask(_with(callback, iss=None))

    _is_refused(answer, visitor, portal)
    assert "lacks iss" in _why(gateway, answer)
    assert _token_requests(providers) == token_requests


@EACH_WAY
def test_a_code_of_the_other_provider_opens_nothing(gateway, portal, providers, visit, newcomer, name, other):
    visitor = visit(newcomer.login)
    callback, others = _callback(visitor, name), _callback(visitor, other)

    token_requests = _token_requests(providers)

    answer = visitor.ask(_with(callback, code=_parameters(others)["code"]))

    _is_refused(answer, visitor, portal, 400, INTERRUPTED)
    assert re.match(r"token endpoint at 127\.0\.0\.1:\d+: status 400: invalid_grant", _why(gateway, answer))
    assert _token_requests(providers) == token_requests + 1


@BOTH
def test_another_persons_code_opens_nothing(gateway, portal, visit, newcomers, name):
    visitor, victim = visit(newcomers().login), visit(newcomers().login)
    callback, stolen = _callback(visitor, name), _callback(victim, name)

    answer = visitor.ask(_with(callback, code=_parameters(stolen)["code"]))

    _is_refused(answer, visitor, portal, 400, INTERRUPTED)
    assert re.match(r"token endpoint at 127\.0\.0\.1:\d+: status 400: invalid_grant", _why(gateway, answer))


def test_both_sign_ins_of_one_browser_can_be_under_way_and_each_ends_at_its_own(portal, visit, newcomer):
    visitor = visit(newcomer.login)
    callbacks = [_callback(visitor, name) for name in ("staff", "partner")]

    for callback in callbacks:
        assert newcomer.name in visitor.go(callback).text
    assert portal.user(newcomer.email)["id"] != portal.user(_at_the_partner(newcomer))["id"]


def test_a_logout_notice_of_one_provider_leaves_the_same_subject_of_the_other_alone(gateway, staff, visit, newcomer):
    employee, associate = visit(newcomer.login), visit(newcomer.login)
    _sign_in(employee, "staff")
    _sign_in(associate, "partner")

    employee.go(f"{staff.issuer}/session/end")

    assert _is_signed_in(employee) is False
    assert _is_signed_in(associate) is True


def _at_the_partner(person):
    return f"{person.login}@{PARTNER_DOMAIN}"


def _sign_in(visitor, name):
    return visitor.go(f"/login/{name}?next=/go/course/12")


def _callback(visitor, name):
    """Sign in at a provider and return the address that leads back, without going there."""
    back = f"{visitor.gateway}/callback/{name}"
    return visitor.go(f"/login/{name}?next=/go/course/12", until=back).headers["Location"]


def _parameters(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def _with(url, **changes):
    """Return an address with other parameters; ``None`` takes one away."""
    parameters = {name: value for name, value in (_parameters(url) | changes).items() if value is not None}
    return urlsplit(url)._replace(query=urlencode(parameters)).geturl()


def _is_signed_in(visitor):
    return not visitor.ask("/go").headers["Location"].startswith("/login")


def _is_refused(answer, visitor, portal, status=502, heading=NOT_TRUSTED):
    assert (answer.status_code, title(answer)) == (status, heading)
    assert visitor.cookies.get(SESSION) is None
    assert portal.operations() == []


def _why(gateway, answer):
    """Return what the audit trail says about an error page."""
    (refusal,) = [event for event in gateway.events(reference(answer)) if event["event"] == "sign_in"]
    return refusal["note"]


def _token_requests(providers):
    return sum(len(re.findall(r"POST (/openid)?/token", provider.process.text())) for provider in providers.values())
