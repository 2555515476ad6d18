"""What every answer carries, with http on this machine and with https elsewhere."""

import re

import pytest

from tests.gateway.web.browser import LINK_HEADERS, SECURE, csrf_token

PATHS = [
    "/",
    "/login",
    "/login/default",
    "/logout",
    "/signed-out",
    "/go",
    "/livez",
    "/readyz",
    "/nosuch",
    "/completed/12",
]


@pytest.fixture
def secure(gateway, browser_at):
    return browser_at(gateway(GATEWAY_PUBLIC_URL=SECURE))


def set_cookies(answer):
    """Return the attributes of each cookie that an answer sets, by its name."""
    found = {}
    for header in answer.headers.getlist("Set-Cookie"):
        pair, *attributes = header.split("; ")
        found[pair.partition("=")[0]] = set(attributes)
    return found


def test_every_answer_is_kept_nowhere_and_tells_nobody_where_the_browser_was(browser):
    for path in PATHS:
        headers = browser.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] in ("no-referrer", "same-origin")
        policy = headers["Content-Security-Policy"]
        assert all(f"{name} 'none'" in policy for name in ("default-src", "base-uri", "frame-ancestors"))
        assert "unsafe" not in policy
        assert "Strict-Transport-Security" not in headers


def test_over_https_browsers_are_told_to_stay_there(secure):
    for path in PATHS:
        assert re.fullmatch(r"max-age=[0-9]{8,}", secure.get(path).headers["Strict-Transport-Security"])


def test_every_redirect_of_a_stranger_has_the_headers_of_a_link(browser):
    for path in ("/go", "/login", "/logout/continue"):
        answer = browser.get(path)
        assert answer.status_code == 302
        assert LINK_HEADERS.items() <= dict(answer.headers).items()


@pytest.mark.statement(18, 46)
def test_every_redirect_of_a_sign_in_and_a_sign_out_has_the_headers_of_a_link(browser):
    answers = [browser.sign_in(), browser.get("/go")]
    page = browser.post("/logout", {"csrf_token": csrf_token(browser.get("/logout"))})
    assert LINK_HEADERS.items() <= dict(page.headers).items()
    answers += [browser.get("/logout/continue"), browser.post("/logout", {})]
    for answer in answers:
        assert answer.status_code == 302
        assert LINK_HEADERS.items() <= dict(answer.headers).items()


def test_a_page_with_a_form_lets_it_go_to_us_and_nowhere_else(kim):
    for path in ("/", "/logout", "/signed-out"):
        assert re.findall(r"form-action ([^;]*)", kim.get(path).headers["Content-Security-Policy"]) == ["'self'"]


def test_the_password_form_may_go_on_to_talentlms_whose_link_answers_it(gateway, browser_at, portal):
    page = browser_at(gateway(GATEWAY_PASSWORD_SIGN_IN="on")).get("/login/password")
    assert re.findall(r"form-action ([^;]*)", page.headers["Content-Security-Policy"]) == [f"'self' {portal.url}"]


def test_a_page_without_a_form_lets_none_go_anywhere(browser):
    for path in ("/", "/nosuch", "/completed/12", "/logout", "/signed-out"):
        assert "form-action 'none'" in browser.get(path).headers["Content-Security-Policy"]


def test_what_a_page_loads_is_ours_may_be_kept_and_is_named_by_its_content(browser):
    page = browser.get("/").text
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(set(loaded)) == 2
    for address in loaded:
        assert re.search(r"\?v=[0-9a-f]{12}$", address)
        answer = browser.get(address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers


def test_nothing_else_is_served_or_kept(browser):
    for path in ("/static/nosuch.css", "/static/", "/static/../conftest.py", "/static/%2e%2e/pages.py"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store"), path


# --- cookies ---------------------------------------------------------------------------------------------------


def test_over_http_on_this_machine_cookies_are_for_us_alone_and_for_no_script(browser):
    begun = set_cookies(browser.get("/login"))
    (name,) = begun
    assert re.fullmatch(r"talentlms_gateway_transaction_[0-9a-f]{12}", name)
    assert begun[name] - {"HttpOnly", "Path=/", "SameSite=Lax"} >= {"Max-Age=900"}
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= begun[name]
    signed_in = set_cookies(browser.sign_in())
    assert signed_in["talentlms_gateway_session"] == {"HttpOnly", "Path=/", "SameSite=Lax"}
    assert not any(attribute.startswith("Domain") for kind in signed_in.values() for attribute in kind)


@pytest.mark.statement(52)
def test_over_https_the_same_cookies_are_bound_to_the_host(secure):
    begun = set_cookies(secure.get("/login"))
    signed_in = set_cookies(secure.sign_in())
    token = csrf_token(secure.get("/logout"))
    signed_out = set_cookies(secure.post("/logout", {"csrf_token": token}))
    assert signed_in["__Host-talentlms_gateway_session"] == {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"}
    for name, attributes in (begun | signed_in | signed_out).items():
        assert name.startswith("__Host-talentlms_gateway_")
        assert {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"} <= attributes
        assert not any(attribute.startswith("Domain") for attribute in attributes)


@pytest.mark.statement(17, 52)
def test_over_https_a_cookie_that_is_not_bound_to_the_host_counts_for_nothing(secure):
    secure.sign_in()
    stolen = secure.cookies()["__Host-talentlms_gateway_session"]
    secure.client.delete_cookie("__Host-talentlms_gateway_session")
    secure.client.set_cookie("talentlms_gateway_session", stolen)
    assert secure.get("/go").headers["Location"] == "/login?next=/go"


def test_a_departure_lasts_ten_minutes_and_the_session_is_taken_back_at_once(kim):
    signed_out = set_cookies(kim.post("/logout", {"csrf_token": csrf_token(kim.get("/logout"))}))
    assert "Max-Age=600" in signed_out["talentlms_gateway_departure"]
    assert "Max-Age=0" in signed_out["talentlms_gateway_session"]


def test_whoever_only_looks_gets_no_cookie(browser):
    for path in ("/livez", "/readyz", "/", "/signed-out", "/logout", "/completed/12", "/nosuch"):
        assert "Set-Cookie" not in browser.get(path).headers, path
