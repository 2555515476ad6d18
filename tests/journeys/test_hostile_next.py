"""Whatever ``next`` says, a sign-in ends on our own origin."""

from urllib.parse import urlencode

import pytest

from tests.journeys.pages import ProviderPages, origin_of, path_of

HOSTILE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%2Fevil.example",
    "/%5Cevil.example",
    "/%09/evil.example",
    "/\t/evil.example",
    "/\n//evil.example",
    "/%250A/evil.example",
    "javascript:alert(document.domain)",
    "data:text/html,evil",
    "/..//evil.example",
    "/.//evil.example",
    "@evil.example",
    "/@evil.example",
    "https:evil.example",
    "/go\r\nLocation: https://evil.example",
    "/%E3%80%82evil.example",
    "/" + "a" * 2000,
]


@pytest.fixture
def signed_in(gateway, page, newcomer):
    """A browser that the provider lets pass without a question; no call to TalentLMS yet."""
    page.goto(f"{gateway.url}/login?next=/signed-out")
    ProviderPages(page).sign_in(newcomer.login)
    return page


def test_a_browser_ends_on_our_own_start_page_instead(gateway, signed_in):
    visited = []
    signed_in.on("request", lambda request: visited.append(request.url))
    for hostile in HOSTILE:
        signed_in.goto(f"{gateway.url}/login?{_query(hostile)}")
        assert origin_of(signed_in) == gateway.url, hostile
        assert path_of(signed_in) == "/", hostile

    assert not [url for url in visited if url.partition("?")[0].count("evil.example")]


@pytest.mark.parametrize("address", ["/login", "/login/default"])
def test_a_path_of_our_own_is_followed(gateway, signed_in, address):
    signed_in.goto(f"{gateway.url}{address}?{_query('/completed/12?from=mail&week=7')}")

    assert signed_in.url == f"{gateway.url}/completed/12?from=mail&week=7"


def test_two_nexts_or_none_lead_to_an_own_page(gateway, signed_in):
    for query in ("", "?next=", "?next=https://evil.example&next=/completed/12"):
        signed_in.goto(f"{gateway.url}/login{query}")
        assert origin_of(signed_in) == gateway.url


def test_a_target_that_asks_for_a_sign_in_again_makes_no_loop(gateway, signed_in):
    callbacks = []
    signed_in.on("request", lambda request: callbacks.append(request.url) if "/callback/" in request.url else None)

    signed_in.goto(f"{gateway.url}/login?{_query('/login?next=/login/default?next=/completed/12')}")

    assert path_of(signed_in) == "/completed/12"
    assert len(callbacks) == 3


def _query(value):
    return urlencode({"next": value})
