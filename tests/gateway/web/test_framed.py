"""In a frame of another site: one small page that opens the address in a tab of its own, and nothing else of ours."""

import re
import threading
from contextlib import contextmanager
from html import unescape

import pytest
from flask import Flask
from werkzeug.serving import make_server

from gateway.web import addresses
from gateway.web.framed import OFFERED
from gateway.web.navigation import is_click, is_framed
from tests.gateway.web.browser import HERE
from tests.ports import free_port

DESTINATIONS = ["iframe", "frame", "fencedframe", "embed", "object"]
SAMPLES = {
    **dict.fromkeys((addresses.COURSE, addresses.BUY_COURSE, addresses.COMPLETED_COURSE), "34"),
    addresses.BUY_CATEGORY: "3",
    addresses.LOGIN_AT: "default",
}
PATHS = sorted(rule.partition("<")[0] + SAMPLES.get(rule, "") for rule in OFFERED)
SECRET_PATHS = ["/l/" + "A" * 32, "/handoff?token=eyJhbGciOiJub25lIn0.e30.", "/redeem/ABCD-EFGH-JKMN-PQRS"]
NO_FRAMES = "frame-ancestors 'none'"


def in_frame(dest="iframe"):
    return {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": dest, "Sec_Fetch_Site": "cross-site"}


def links(page):
    return [
        unescape(link)
        for link in re.findall(r'<a class="button" href="([^"]*)" target="_blank" rel="noopener"', page.text)
    ]


@pytest.mark.parametrize("dest", DESTINATIONS)
def test_every_address_is_offered_in_a_tab_of_its_own_and_nobody_is_asked(kim, portal, provider, dest):
    provider.control.forget_requests()
    before = kim.cookies()
    for path in PATHS:
        answer = kim.get(path, **in_frame(dest))
        assert (answer.status_code, links(answer)) == (200, [path]), path
        assert f"<code>{HERE}{path}</code>" in answer.text
        assert "Set-Cookie" not in answer.headers
        assert "Kim" not in answer.text
        assert 'name="csrf_token"' not in answer.text
        assert len(answer.data) < 4096
    assert portal.control.calls() == provider.control.requests() == []
    assert kim.cookies() == before


def test_only_this_page_may_stand_in_a_frame(kim):
    for path in PATHS:
        framed, own = kim.get(path, **in_frame()), kim.get(path)
        assert "frame-ancestors" not in framed.headers["Content-Security-Policy"], path
        assert "form-action 'none'" in framed.headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in framed.headers
        assert framed.headers["Cache-Control"] == "no-store"
        assert NO_FRAMES in own.headers["Content-Security-Policy"], path
        assert own.headers["X-Frame-Options"] == "DENY"


def test_everything_else_stays_out_of_frames(kim):
    for path in (
        *SECRET_PATHS,
        "/nosuch",
        "/livez",
        "/logout/continue",
        "/callback/default",
        "/login/initiate",
        "/scim/v2/Users",
    ):
        answer = kim.get(path, **in_frame())
        assert links(answer) == []
        assert NO_FRAMES in answer.headers["Content-Security-Policy"], path
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_every_address_for_people_is_offered_but_those_with_a_secret_and_the_steps_between():
    assert set(addresses.ALL) - OFFERED == {
        *(addresses.LAUNCH, addresses.HANDOFF, addresses.REDEEM),
        *(addresses.LOGIN_INITIATE, addresses.LOGOUT_CONTINUE),
    }


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("/go/course/34/", "/go/course/34"),
        ("/buy/course/34?coupon=WELCOME10", "/buy/course/34?coupon=WELCOME10"),
        ("/login?next=/go/course/12", "/login?next=/go/course/12"),
        ("/go?x=%22%3E%3Cscript%3E", "/go?x=%22%3E%3Cscript%3E"),
        ("/go/course/12?q=" + "x" * 5000, "/go/course/12"),
        ("/go/course/" + "x" * 5000, "/"),
        ("/go/course/%22%3E%3Cscript%3E", "/"),
        ("/go/course/..", "/"),
    ],
)
def test_the_address_is_one_of_our_own_whatever_was_asked_for(browser, asked, offered):
    answer = browser.get(asked, **in_frame())
    assert links(answer) == [offered]
    assert "<script" not in answer.text


def test_what_is_no_opening_of_a_page_is_answered_as_ever(kim):
    assert kim.head("/go", **{"Sec-Fetch-Dest": "iframe"}).status_code == 204
    assert kim.get("/go", **in_frame(), Sec_Purpose="prefetch").status_code == 503
    answer = kim.post("/logout", {}, **in_frame())
    assert NO_FRAMES in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("dest", [*DESTINATIONS, "document", None])
def test_a_frame_is_no_click(dest):
    environ = {"REQUEST_METHOD": "GET"} | ({"HTTP_SEC_FETCH_DEST": dest} if dest else {})
    assert is_framed(environ) is (dest in DESTINATIONS)
    assert is_click(environ) is (dest not in DESTINATIONS)


# --- in a real browser ---------------------------------------------------------------------------------------------


@contextmanager
def serving(app, port=0):
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def served(gateway):
    """A gateway that a browser can reach; returns its address."""
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    with serving(gateway(GATEWAY_PUBLIC_URL=here, file="[talentlms]\nself_enrol_courses = [12]"), port):
        yield here


@pytest.fixture
def intranet(served):
    """Another site, whose pages show an address of the gateway inside of them; returns its address."""
    app = Flask("intranet")

    @app.get("/<kind>/<path:address>")
    def show(kind, address):
        url = f"{served}/{address}"
        inside = {
            "iframe": f'<iframe id="inside" src="{url}" width="900" height="600"></iframe>',
            "object": f'<object id="inside" data="{url}" type="text/html" width="900" height="600"></object>',
            "embed": f'<embed id="inside" src="{url}" type="text/html" width="900" height="600">',
            "sandboxed": f'<iframe id="inside" src="{url}" width="900" height="600" sandbox="allow-scripts"></iframe>',
        }
        return f"<!doctype html><title>Intranet</title>{inside[kind]}"

    with serving(app) as port:
        yield f"http://localhost:{port}"  # another site than 127.0.0.1, so our cookies are not sent


@pytest.fixture
def window(chromium):
    with chromium.new_context() as context:
        yield context.new_page()


@pytest.mark.parametrize("kind", ["iframe", "object", "embed"])
def test_a_frame_of_another_site_shows_the_page_and_its_link_opens_the_course(served, intranet, window, portal, kind):
    window.goto(f"{served}/login")
    portal.control.clear_calls()
    window.goto(f"{intranet}/{kind}/go/course/12")
    (inside,) = window.frames[1:]
    link = inside.get_by_role("link", name="Open in a new tab")
    assert link.is_visible()
    assert inside.evaluate("getComputedStyle(document.querySelector('.button')).backgroundColor") == "rgb(13, 92, 82)"
    assert portal.control.calls() == []
    with window.expect_popup() as opened:
        link.click()
    tab = opened.value
    tab.wait_for_url(f"{portal.url}/learner/course/id:12")
    assert "Kim Lee" in tab.inner_text("#learner")
    assert tab.evaluate("window.opener") is None
    assert window.url == f"{intranet}/{kind}/go/course/12"
    assert len(portal.control.calls("gotocourse")) >= 1


def test_a_frame_that_may_open_nothing_shows_the_address_to_copy(served, intranet, window, portal):
    window.goto(f"{intranet}/sandboxed/go")
    (inside,) = window.frames[1:]
    inside.get_by_role("link", name="Open in a new tab").click()
    assert inside.inner_text("code") == f"{served}/go"
    assert len(window.context.pages) == 1
    assert portal.control.calls() == []


def test_a_browser_shows_nothing_else_of_ours_in_a_frame(served, intranet, window):
    blocked = []
    window.on("console", lambda message: blocked.append(message.text))
    window.goto(f"{intranet}/iframe/nosuch")
    window.wait_for_timeout(300)
    assert "Page not found" not in window.frames[1].content()
    assert any(NO_FRAMES in text for text in blocked)
