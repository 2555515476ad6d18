"""Links are minted and sign-ins begun for people who go somewhere, and for nobody else."""

import pytest

from tests.gateway.web.browser import csrf_token, leads_to

ADDRESSES = [
    *("/", "/go", "/go/course/12", "/buy/course/34", "/buy/category/3", "/login", "/login/default", "/completed/12"),
    *("/go/", "/go/course/12/", "/buy/course/34/", "/login/"),
]
SPECULATIVE = [
    {"Sec-Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"Sec-Purpose": "prefetch;anonymous-client-ip"},
    {"Purpose": "prefetch"},
    {"Purpose": "preview"},
    {"X-Moz": "prefetch"},
    {"X-Purpose": "preview"},
    {"X-Purpose": "prefetch"},
]
SCRIPTED = ["cors", "no-cors", "same-origin", "websocket", "nonsense"]


def name(headers):
    return "-".join(f"{key}:{text}" for key, text in headers.items())


@pytest.mark.statement(9, 46)
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_head_is_answered_204_and_asks_nobody(browser, portal, provider, signed_in):
    if signed_in:
        browser.sign_in()
    provider.control.forget_requests()
    before = browser.cookies()
    answers = {address: browser.head(address) for address in ADDRESSES}
    assert {address: answer.status_code for address, answer in answers.items()} == dict.fromkeys(ADDRESSES, 204)
    assert not any(answer.data or "Location" in answer.headers for answer in answers.values())
    assert {answer.headers["Cache-Control"] for answer in answers.values()} == {"no-store"}
    assert portal.control.calls() == provider.control.requests() == []
    assert browser.cookies() == before


@pytest.mark.statement(9, 46)
@pytest.mark.parametrize("headers", SPECULATIVE, ids=name)
def test_a_page_that_is_loaded_in_case_it_is_wanted_gets_nothing(kim, portal, provider, headers):
    provider.control.forget_requests()
    before = kim.cookies()
    answers = {address: kim.get(address, **headers) for address in ADDRESSES}
    assert {address: answer.status_code for address, answer in answers.items()} == dict.fromkeys(ADDRESSES, 503)
    assert not any({"Retry-After", "Location"} & set(answer.headers.keys()) for answer in answers.values())
    assert {answer.headers["Cache-Control"] for answer in answers.values()} == {"no-store"}
    assert portal.control.calls() == provider.control.requests() == []
    assert kim.cookies() == before


@pytest.mark.statement(9, 46)
@pytest.mark.parametrize("mode", SCRIPTED)
def test_a_script_is_told_to_open_a_page(kim, portal, mode):
    answers = {address: kim.get(address, Sec_Fetch_Mode=mode) for address in ADDRESSES}
    assert {address: answer.status_code for address, answer in answers.items()} == dict.fromkeys(ADDRESSES, 401)
    assert not any("Location" in answer.headers for answer in answers.values())
    assert portal.control.calls() == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site"},
        {"Purpose": "x"},
    ],
    ids=name,
)
def test_a_navigation_gets_its_link_also_from_a_mail_or_another_site(kim, headers):
    answer = kim.get("/go", **headers)
    assert answer.status_code == 302
    assert "/index/autologin/key:" in answer.headers["Location"]


@pytest.mark.parametrize("headers", [*SPECULATIVE[:1], {"Sec-Fetch-Mode": "cors"}], ids=name)
def test_a_callback_that_nobody_navigates_to_leaves_the_sign_in_for_the_navigation(browser, headers):
    callback = browser.begun()
    assert browser.get(callback, **headers).status_code in (401, 503)
    assert browser.head(callback).status_code == 204
    assert browser.get(callback).status_code == 302


@pytest.mark.statement(50)
@pytest.mark.parametrize(("dest", "enrols"), [("document", True), (None, True), ("image", False), ("empty", False)])
def test_only_a_page_of_its_own_enrols(gateway, provider, portal, dest, enrols, browser_at):
    kim = browser_at(gateway(file="[talentlms]\nself_enrol_courses = [12]"))
    kim.sign_in()
    headers = {} if dest is None else {"Sec-Fetch-Dest": dest, "Sec-Fetch-Mode": "navigate"}
    answer = kim.get("/go/course/12", **headers)
    assert answer.status_code == (302 if enrols else 403)
    assert bool(portal.control.calls("addusertocourse")) is enrols


@pytest.mark.parametrize("speculative", [*SPECULATIVE[:2], {}], ids=name)
def test_a_sign_out_is_continued_by_a_navigation_and_by_nothing_else(kim, speculative):
    continued = signing_out(kim)
    if speculative:
        kim.get(continued, **speculative)
    else:
        kim.head(continued)
    assert kim.get(continued).headers["Location"].startswith(f"{kim.provider.issuer}/end-session?")


def signing_out(browser):
    """Sign out here and return the address at which the way out goes on."""
    answer = browser.post("/logout", {"csrf_token": csrf_token(browser.get("/logout"))})
    assert leads_to(answer) == "/logout/continue"
    return leads_to(answer)
