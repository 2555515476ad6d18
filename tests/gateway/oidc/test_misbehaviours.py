"""Every misbehaviour of the sandbox's provider meets the real gateway: refused for its own reason, or accepted."""

import re

import pytest

from gateway.oidc import provider_calls
from gateway.web.error_pages import page_of
from sandbox.idp.misbehaviours import answers, callbacks, keys, metadata, userinfo
from sandbox.idp.registry import MISBEHAVIOURS
from tests.gateway.oidc.deployment import SESSION
from tests.gateway.oidc.reasons import REASONS

NEVER_ASKED = (
    "elsewhere_discovery",
    "elsewhere_jwks",
    "elsewhere_par",
    "elsewhere_token",
    "elsewhere_userinfo",
    "attacker_jwks",
)
AT_SIGN_IN = [one for one in MISBEHAVIOURS if one.counts != "logout"]
BEFORE_THE_TOKEN_REQUEST = {
    *(one.name for one in callbacks.MISBEHAVIOURS if one.name != "code-unknown"),
    *(one.name for one in (*metadata.MISBEHAVIOURS, *answers.MISBEHAVIOURS) if one.name.startswith("discovery-")),
}
WITH_NOTHING_CACHED = {
    *(one.name for one in AT_SIGN_IN if one.metadata or one.jwks or one.before_signing),
    *(one.name for one in (*keys.MISBEHAVIOURS, *metadata.MISBEHAVIOURS, *answers.MISBEHAVIOURS)),
}
BEGUN_AGAIN = {"error-authentication-expired"}
AFTER_THE_ID_TOKEN = {
    one.name for one in (*userinfo.MISBEHAVIOURS, *answers.MISBEHAVIOURS) if one.name.startswith("userinfo-")
}


def misbehaviours(*expected):
    return [_marked(one) for one in AT_SIGN_IN if one.expected in expected]


def _marked(one):
    numbers = [int(source.split()[1]) for source in one.sources if source.startswith("statement")]
    ids = [source for source in one.sources if not source.startswith("statement")]
    marks = [pytest.mark.statement(*numbers), pytest.mark.conformance(*ids)]
    return pytest.param(
        one.name, id=" ".join((one.name, *ids, *(f"statement-{number}" for number in numbers))), marks=marks
    )


@pytest.fixture
def facing(deployment, shared):
    """Return a browser that faces this misbehaviour, at a fresh gateway where it concerns what would be cached."""

    def made(name):
        deployment.provider.control.misbehave(name)
        if name not in WITH_NOTHING_CACHED:
            return deployment.browser(shared.app())
        shared.forget()
        return deployment.browser()

    return made


@pytest.fixture
def hurried(deployment, monkeypatch, name):
    """Slow means slower than a gateway with less patience waits; huge means more than it reads."""
    if name.endswith(("-slow", "-drip")):  # nothing else is to end for want of time, however busy the machine is
        monkeypatch.setattr(provider_calls, "READ_SECONDS", 1.0)
    deployment.provider.control.settings(slow_seconds=2.5, huge_bytes=2 * provider_calls.BODY_BYTES)
    return deployment


@pytest.mark.parametrize("name", misbehaviours("refuse"))
def test_what_is_to_be_refused_is_refused_for_its_own_reason_and_leaves_nothing_behind(hurried, facing, name):
    error, words = REASONS[name]
    browser = facing(name)
    answer, sent = browser.wander("/go")

    page = page_of(error)
    assert (answer.status_code, answer.mimetype) == (page.status, "text/html")
    assert sent <= 2 + (name in BEGUN_AGAIN), "a loop"
    assert page.title in answer.text or page.happened in answer.text
    assert not re.search(r"hunter2|<script|onmouseover=alert\(1\)>|Traceback|another-issuer", answer.text)
    assert SESSION not in browser.cookies()
    assert not browser.is_signed_in
    assert hurried.calls() == []
    assert not [endpoint for endpoint in NEVER_ASKED if hurried.asked(endpoint)]
    if name in BEFORE_THE_TOKEN_REQUEST:
        assert hurried.asked("token") == []
    if name not in AFTER_THE_ID_TOKEN:
        assert hurried.asked("userinfo") == []

    (audit,) = hurried.trail.audits()
    assert (audit.outcome, audit.reason) == ("refused", error.code)
    assert re.search(words, audit.note or ""), audit


@pytest.mark.parametrize("name", misbehaviours("accept"))
def test_what_is_only_odd_is_accepted(deployment, facing, name):
    browser = facing(name)
    answer = browser.sign_in()
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/go"), deployment.trail.entries
    assert browser.is_signed_in
    assert not [endpoint for endpoint in NEVER_ASKED if deployment.asked(endpoint)]
    assert [audit.outcome for audit in deployment.trail.audits()] == ["success"]


@pytest.mark.parametrize("name", misbehaviours("either"))
def test_what_depends_on_settings_ends_with_a_session_or_with_a_page_and_never_with_a_fault_of_our_own(
    hurried, facing, name
):
    browser = facing(name)
    answer = browser.sign_in()
    assert answer.status_code in (302, 400, 403, 502, 503)
    assert (SESSION in browser.cookies()) == (answer.status_code == 302)
    assert not hurried.trail.events("problem.unforeseen")
    assert not [endpoint for endpoint in NEVER_ASKED if hurried.asked(endpoint)]
    outcome = "success" if answer.status_code == 302 else "refused"
    assert [audit.outcome for audit in hurried.trail.audits()] == [outcome]


@pytest.mark.statement(21, 28)
@pytest.mark.conformance("oidcc-client-test", "rp-id_token-sig-rs256", "rp-id_token-sig-es256")
@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_a_provider_may_sign_everything_by_any_of_the_four_algorithms(deployment, facing, alg):
    deployment.provider.control.settings(signing_alg=alg, userinfo_signing_alg=alg)
    browser = facing("azp-ours")
    assert browser.sign_in().headers.get("Location") == "/go", deployment.trail.audits()
    assert browser.is_signed_in


@pytest.mark.statement(21, 28)
@pytest.mark.parametrize("misbehaviour", ["sig-ed25519", "sig-eddsa"])
@pytest.mark.parametrize("pinned", [("EdDSA",), ("Ed25519",), ("EdDSA", "Ed25519")], ids=str)
def test_ed25519_may_go_by_its_newer_name(deployment, misbehaviour, pinned):
    deployment.provider.control.misbehave(misbehaviour)
    browser = deployment.browser(deployment.gateway(deployment.entry(algorithms=pinned)))
    assert browser.sign_in().headers.get("Location") == "/go", deployment.trail.audits()
    assert browser.is_signed_in


def test_every_misbehaviour_that_is_to_be_refused_has_a_reason_here():
    refused = {one.name for one in AT_SIGN_IN if one.expected == "refuse" and not one.name.startswith("par-")}
    assert refused == set(REASONS)
