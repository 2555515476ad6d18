"""The real gateway with the embedded store, in front of the sandboxes, and browsers that visit it."""

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask

from gateway import create_app
from gateway.config import IdentityProviderSettings, Settings
from gateway.config.talentlms import TalentLMSSettings
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.databases import new_database
from tests.patience import PATIENT_SECONDS

PUBLIC_URL = "https://gateway.example"
PERSON = "kim.lee"
SECRET_KEY = "a key of thirty-two bytes or more, for tests"
COOKIE = "__Host-talentlms_gateway_"
SESSION = f"{COOKIE}session"
REDIRECTS_OF_A_BROWSER = 20
"""After so many a browser gives up by itself."""


@dataclass(frozen=True)
class Entry:
    """One line of the log: what happened and the facts about it."""

    name: str
    level: int
    fields: dict[str, Any]

    def __getattr__(self, name):
        return self.fields.get(name)


class Trail(logging.Handler):
    """Everything that the gateway logs."""

    def __init__(self):
        super().__init__()
        self.entries: list[Entry] = []

    def emit(self, record):
        self.entries.append(Entry(record.getMessage(), record.levelno, getattr(record, "fields", {})))

    def beside(self, write):
        """Return what takes note of our own events besides writing them."""

        def noting(logger, level, name, fields, *work):
            self.entries.append(Entry(name, level, fields))
            write(logger, level, name, fields, *work)

        return noting

    def audits(self, name="sign_in"):
        return [entry for entry in self.entries if entry.fields.get("audit") and entry.name == name]

    def events(self, name):
        return [entry for entry in self.entries if entry.name == name]


def identity_provider(provider, name="default", **changes):
    own = {"client_id": provider.client_id, "client_secret": Secret(provider.client_secret)}
    return IdentityProviderSettings(**{"name": name, "issuer": provider.issuer, **own, **changes})


def settings(portal_url, folder, *entries, **changes):
    lms = TalentLMSSettings(url=portal_url, api_key=Secret(API_KEY), calls_per_hour=0, calls_per_5_seconds=0)
    own = {
        "public_url": PUBLIC_URL,
        "secret_keys": (Secret(SECRET_KEY),),
        "database_url": Secret(new_database(folder)),
        "talentlms": lms,
    }
    return Settings(**{**own, "identity_providers": entries, **changes})


class Browser:
    """A browser with cookies for the gateway and for the provider, which stops at every redirect."""

    def __init__(self, app: Flask, public_url: str = PUBLIC_URL):
        self._app = app
        self._public_url = public_url
        self.gateway = app.test_client()
        self.provider = requests.Session()

    def get(self, address, **headers):
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return self.gateway.get(path, base_url=self._public_url, headers={"Accept": "text/html", **headers})

    def post(self, path, data=None, **headers):
        return self.gateway.post(path, data=data, base_url=self._public_url, headers={"Accept": "text/html", **headers})

    def begin(self, target="/go", provider="default"):
        """Begin a sign-in and return the answer, which leads to the provider if all is well."""
        return self.get(f"/login/{provider}?next={target}")

    def at_provider(self, url):
        """Follow the way to the provider and return the address at which it sends the browser back."""
        answer = self.provider.get(url, allow_redirects=False, timeout=PATIENT_SECONDS)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def wander(self, address, meanwhile=lambda: None):
        """Follow every redirect, to the provider and back, and return the last answer and how many the gateway sent.

        A redirect that leads into TalentLMS is the last answer; ``meanwhile`` happens after every answer.
        """
        answer, sent = self.get(address), 0
        while answer.status_code == 302 and sent < REDIRECTS_OF_A_BROWSER:
            meanwhile()
            where, sent = answer.headers["Location"], sent + 1
            if where.startswith(("/", self._public_url)):
                answer = self.get(where)
            elif urlsplit(where).path == "/authorize":
                answer = self.get(self.at_provider(where))
            else:
                break
        return answer, sent

    def callback_address(self, target="/go", provider="default"):
        """Go as far as the callback, and stop before it."""
        begun = self.begin(target, provider)
        assert begun.status_code == 302, begun.text
        return self.at_provider(begun.headers["Location"])

    def sign_in(self, target="/go", provider="default"):
        """Go the whole way, or as far as it goes, and return the gateway's last answer."""
        begun = self.begin(target, provider)
        if begun.status_code != 302:
            return begun
        return self.get(self.at_provider(begun.headers["Location"]))

    def cookies(self):
        """Return the cookies that the gateway would get, by name."""
        host = urlsplit(self._public_url).hostname
        return {cookie.key: cookie.value for cookie in self.gateway._cookies.values() if cookie.domain == host}

    @property
    def is_signed_in(self):
        """Whether the page to sign out on has somebody to sign out; it costs TalentLMS nothing."""
        return 'name="csrf_token"' in self.get("/logout").text

    def another(self):
        return Browser(self._app, self._public_url)

    def twin(self):
        """Return the same browser once more, for clicks at the same moment."""
        twin = self.another()
        twin.gateway._cookies.update(self.gateway._cookies)
        twin.provider.cookies.update(self.provider.cookies)
        return twin


class Deployment:
    """Makes gateways and browsers, and closes them."""

    def __init__(self, provider, portal, folder):
        self.provider = provider
        self.portal = portal
        self.folder = folder
        self.trail = Trail()
        self._browsers: list[Browser] = []

    def gateway(self, *entries, **changes):
        """Return a gateway with nothing cached; without entries it knows the one provider."""
        return create_app(settings(self.portal.url, self.folder, *(entries or (self.entry(),)), **changes))

    def entry(self, name="default", **changes):
        return identity_provider(self.provider, name, **changes)

    def browser(self, app=None, public_url=PUBLIC_URL):
        browser = Browser(app or self.gateway(), public_url)
        self._browsers.append(browser)
        return browser

    def asked(self, endpoint):
        """Return what was asked of one of the provider's endpoints."""
        return self.provider.control.requests(endpoint)

    def calls(self):
        """Return the calls to TalentLMS."""
        return self.portal.control.calls()

    def close(self):
        for browser in self._browsers:
            browser.provider.close()


def leads_to(answer):
    """Return where the page that answers a sign-out leads by itself."""
    return answer.headers["Refresh"].removeprefix("0; url=")


def parameters(url):
    """Return the parameters of an address, each with its one value."""
    found = parse_qs(urlsplit(url).query, keep_blank_values=True)
    assert all(len(values) == 1 for values in found.values()), found
    return {name: values[0] for name, values in found.items()}
