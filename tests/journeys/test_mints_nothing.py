"""What is not a person who goes somewhere gets no link, and nothing happens to the account."""

import pytest

from tests.journeys.pages import ProviderPages

ADDRESSES = ["/go", "/go/course/12", "/buy/course/34", "/buy/category/3", "/login", "/"]
SPECULATIVE = [
    {"Sec_Purpose": "prefetch"},
    {"Sec_Purpose": "prefetch;prerender"},
    {"Purpose": "prefetch"},
    {"Purpose": "preview"},
    {"X_Moz": "prefetch"},
]
PREFETCH = """address => new Promise(done => {
    const link = document.createElement("link");
    link.rel = "prefetch"; link.href = address; link.onload = link.onerror = done;
    document.head.append(link);
})"""


@pytest.fixture
def learner(gateway, portal, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go/course/12")
    portal.control.clear_calls()
    return visitor


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_mints_nothing(learner, portal, address):
    answer = learner.ask(address, method="HEAD")

    assert answer.status_code == 204
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert portal.operations() == []


@pytest.mark.parametrize("headers", SPECULATIVE, ids=str)
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_speculative_load_mints_nothing(learner, portal, address, headers):
    answer = learner.ask(address, **headers)

    assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
    assert "Retry-After" not in answer.headers
    assert "Location" not in answer.headers
    assert portal.operations() == []


@pytest.mark.parametrize("address", ["/callback/default?code=a&state=b", "/login/default"])
def test_a_speculative_load_begins_and_ends_no_sign_in(gateway, visit, address):
    answer = visit(gateway.url, "somebody").ask(address, Sec_Purpose="prefetch")

    assert answer.status_code == 503
    assert "Set-Cookie" not in answer.headers


def test_a_speculative_load_uses_up_no_callback(gateway, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    callback = visitor.go("/login", until=f"{gateway.url}/callback/").headers["Location"]
    visitor.ask(callback, Sec_Purpose="prefetch")
    visitor.ask(callback, method="HEAD")

    assert newcomer.name in visitor.go(callback).text


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("mode", ["cors", "no-cors", "same-origin"])
def test_a_script_or_a_picture_mints_nothing(learner, portal, address, mode):
    answer = learner.ask(address, Sec_Fetch_Mode=mode, Sec_Fetch_Dest="empty")

    assert answer.status_code == 401
    assert "Location" not in answer.headers
    assert portal.operations() == []


def test_inside_a_frame_nobody_is_enrolled(gateway, portal, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go")

    portal.control.clear_calls()
    answer = visitor.ask("/go/course/12", Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="iframe")

    assert (answer.status_code, "Location" in answer.headers) == (200, False)
    assert 'href="/go/course/12" target="_blank"' in answer.text
    assert portal.operations() == []
    assert portal.enrolments(newcomer.email) == {}


def test_a_browser_that_prefetches_a_link_mints_nothing_until_it_is_clicked(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/go/course/12")
    ProviderPages(page).sign_in(newcomer.login)
    portal.control.clear_calls()
    answers = []
    page.on("response", lambda response: answers.append((response.url, response.status)))

    page.evaluate(PREFETCH, f"{gateway.url}/go")

    assert answers == [(f"{gateway.url}/go", 503)]
    assert portal.operations() == []
    page.goto(f"{gateway.url}/go")
    assert portal.operations() == ["userlogin"]
