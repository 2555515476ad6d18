"""Somebody whose account is connected to their sign-in at another provider is told so, and led there."""

import re
from html import unescape

import pytest

from tests.gateway.oidc.deployment import identity_provider

TITLE = "This account belongs to another sign-in"


@pytest.fixture
def both(deployment, second_provider):
    """Make a gateway that knows both providers; ``first`` are the settings of the first."""

    def made(**first):
        other = identity_provider(second_provider, "other", label="Our <partner>")
        return deployment.gateway(deployment.entry(**{"label": "Acme & staff", **first}), other)

    return made


def button(page):
    """Return where the page's button leads and what it says."""
    return tuple(map(unescape, re.findall(r'<a class="button" href="([^"]*)">([^<]*)</a>', page.text)[0]))


def connected(deployment, app, path="/go/course/12"):
    """Connect Kim's account at the first provider, then sign in at the other and return the browser and its page."""
    first = deployment.browser(app)
    first.sign_in("/")
    assert first.get("/go").status_code == 302
    browser = deployment.browser(app)
    browser.sign_in("/", "other")
    return browser, browser.get(path)


def test_the_page_offers_the_first_sign_in_and_the_log_names_it(deployment, both):
    browser, page = connected(deployment, both(), "/go/course/12?from=mail")
    assert (page.status_code, TITLE in page.text) == (403, True)
    assert button(page) == ("/login/default?next=/go/course/12%3Ffrom%3Dmail", "Sign in with Acme & staff")
    [refusal] = [line for line in deployment.trail.audits("provisioning") if line.outcome == "refused"]
    assert (refusal.linked_issuer, refusal.provider) == (deployment.provider.issuer, "other")
    back = browser.get(browser.at_provider(browser.get(button(page)[0]).headers["Location"]))
    assert back.headers["Location"] == "/go/course/12?from=mail"
    assert browser.get("/go").status_code == 302


def test_nothing_is_told_of_the_other_identity(deployment, both):
    deployment.provider.control.add_person(
        "boss", email="kim@acme.example", email_verified=True, given_name="Secretive"
    )
    deployment.provider.control.settings(auto_person="boss")
    _, page = connected(deployment, both())
    assert "Sign in with Acme" in page.text
    assert not re.search(r"Secretive|boss|127\.0\.0\.1", page.text.partition("<main")[2])


def test_a_machine_is_told_the_same_as_ever(deployment, both):
    browser, _ = connected(deployment, both())
    answer = browser.get("/go", Accept="application/json")
    assert set(answer.json) == {"type", "title", "status", "detail", "reference"}
    assert "Acme" not in answer.text


def test_a_person_of_the_same_provider_is_not_led_to_it_again(deployment, browser):
    browser.sign_in("/")
    browser.get("/go")
    deployment.provider.control.add_person("twin", email="kim@acme.example", email_verified=True)
    deployment.provider.control.settings(auto_person="twin")
    twin = browser.another()
    twin.sign_in("/")
    page = twin.get("/go")
    assert (page.status_code, TITLE in page.text) == (403, True)
    assert button(page) == ("/logout", "Sign out")
    [refusal] = [line for line in deployment.trail.audits("provisioning") if line.outcome == "refused"]
    assert refusal.linked_issuer == deployment.provider.issuer


def test_a_provider_that_is_configured_no_longer_is_offered_to_nobody(deployment, second_provider, stored):
    connected_once = deployment.browser(stored(deployment.entry()))
    connected_once.sign_in("/")
    connected_once.get("/go")
    browser = deployment.browser(stored(identity_provider(second_provider, "other")))
    browser.sign_in("/", "other")
    page = browser.get("/go")
    assert (page.status_code, button(page)) == (403, ("/logout", "Sign out"))
