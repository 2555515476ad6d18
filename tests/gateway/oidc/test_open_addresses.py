"""What is open to everybody is a list of exact addresses, and no spelling or header makes another one open."""

import pytest

from tests.gateway.oidc.deployment import PUBLIC_URL

OPEN = {
    "/",
    "/login",
    "/login/<provider>",
    "/login/initiate",
    "/callback/<provider>",
    "/logout",
    "/logout/continue",
    "/signed-out",
    "/backchannel-logout/<provider>",
    "/frontchannel-logout/<provider>",
    "/completed",
    "/completed/<course>",
    "/redeem/<code>",
    "/brand/colours.css",
    "/brand/logo",
    "/catalog",
    "/handoff",
    "/l/<launch>",
    "/api/v1/catalog",
    "/api/v1/docs",
    "/api/v1/openapi.json",
    "/api/v1/orders/<path:order_id>",
    "/livez",
    "/readyz",
    "/scim/v2/",
    "/scim/v2/<path:path>",
    "/scim/v2//<path:path>",
    "/static/<path:filename>",
}
"""Addresses that do something, however little, for somebody who is not signed in."""
CLOSED = ("/go", "/go/course/12", "/buy/course/12", "/buy/category/3")


@pytest.fixture
def browser(deployment, shared):
    """A new browser at the gateway that these tests share."""
    return deployment.browser(shared.app())


def leads_to_the_sign_in(answer):
    return answer.status_code == 302 and answer.headers["Location"].startswith("/login?next=/")


@pytest.mark.statement(60)
def test_every_other_address_leads_a_stranger_to_the_sign_in(deployment, browser, shared):
    closed = [rule for rule in shared.app().url_map.iter_rules() if rule.rule not in OPEN and "GET" in rule.methods]
    assert closed
    for rule in closed:
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(f"<{name}>", "12")
        assert leads_to_the_sign_in(browser.get(path)), rule
    assert deployment.calls() == []


@pytest.mark.statement(60)
@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "kube-probe/1.29"},
        {"User-Agent": "GoogleHC/1.0"},
        {"User-Agent": "ELB-HealthChecker/2.0"},
        {"X-Original-URI": "/livez", "X-Rewrite-URL": "/livez", "X-Original-URL": "/livez"},
        {"X-Forwarded-Uri": "/livez", "X-Forwarded-Path": "/livez", "X-Forwarded-Prefix": "/static"},
        {"X-HTTP-Method-Override": "POST", "X-Forwarded-Method": "OPTIONS"},
        {
            "X-Forwarded-User": "kim",
            "X-Remote-User": "kim",
            "Remote-User": "kim",
            "X-Auth-Request-Email": "kim@acme.example",
        },
        {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"},
        {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."},
        {"Authorization": "Basic a2ltOmtpbQ=="},
        {"Cookie": "talentlms_gateway_session=x; __Host-talentlms_gateway_session="},
    ],
    ids=str,
)
def test_no_header_opens_an_address(deployment, browser, path, headers):
    assert leads_to_the_sign_in(browser.get(path, **headers))
    assert deployment.calls() == []


@pytest.mark.statement(60)
@pytest.mark.parametrize(
    "spelling",
    [
        "{}?/livez",
        "{}?path=/static/gateway.css",
        "{}#/livez",
        "{};/livez",
        "{}/livez",
        "{}/../livez",
        "/livez/..{}",
        "/static/..{}",
        "/static/%2e%2e{}",
        "/livez%2f..{}",
        "/{}",
        "/.{}",
        "{}/",
        "{}%00",
        "{}%23/livez",
        "{}.css",
    ],
)
@pytest.mark.parametrize("path", CLOSED)
def test_no_spelling_opens_an_address(deployment, browser, path, spelling):
    for method in ("GET", "OPTIONS", "POST"):
        answer = browser.gateway.open(
            spelling.format(path), method=method, base_url=PUBLIC_URL, headers={"Accept": "text/html"}
        )
        assert leads_to_the_sign_in(answer) or answer.status_code in (200, 308, 400, 401, 404, 405)
        assert answer.status_code != 200 or method == "OPTIONS"
        assert deployment.portal.url not in str(answer.headers)
    assert deployment.calls() == []
