"""No fault sends a browser round and round: to its provider at most twice, and then there is a page.

What the provider itself does wrong is in ``test_misbehaviours``; here are the others: the browser, the store, TalentLMS.
"""

import pytest

from gateway.store.keys import tagged
from gateway.store.sessions import Sessions
from tests.gateway.oidc.deployment import SESSION
from tests.gateway.store.redis_server import RedisServer

CLICK = "/go"


@pytest.fixture
def mortal_redis(tmp_path):
    """A Redis that a test may end."""
    server = RedisServer(tmp_path).start()
    yield server
    server.stop()


def is_a_page(answer, status):
    return (answer.status_code, answer.mimetype) == (status, "text/html")


@pytest.mark.statement(8, 58)
def test_a_browser_that_keeps_no_cookies_gets_a_page(deployment, browser):
    browser.gateway._cookies = None
    browser.gateway = browser.gateway.application.test_client(use_cookies=False)
    answer, sent = browser.wander(CLICK)
    assert is_a_page(answer, 400)
    assert sent == 2
    assert deployment.asked("token") == []


@pytest.mark.statement(58)
def test_a_browser_that_keeps_every_cookie_but_the_sessions_gets_a_page(deployment, browser):
    def meanwhile():
        for key in [key for key in browser.gateway._cookies if SESSION in key]:
            del browser.gateway._cookies[key]

    answer, sent = browser.wander(CLICK, meanwhile)
    assert is_a_page(answer, 400)
    assert sent == 4  # one sign-in, and the target's question for another
    assert len(deployment.asked("token")) == 1


@pytest.mark.statement(58)
def test_the_page_of_a_browser_that_lost_its_session_begins_anew(deployment, browser):
    browser.sign_in()
    for key in [key for key in browser.gateway._cookies if SESSION in key]:
        del browser.gateway._cookies[key]
    stopped, _ = browser.wander(CLICK)
    assert f'href="/login?next={CLICK}"' in stopped.text

    answer, _ = browser.wander(f"/login?next={CLICK}")
    assert answer.headers["Location"].startswith(deployment.portal.url)


@pytest.mark.statement(58)
def test_whoever_the_provider_has_just_signed_out_signs_in_again_at_once(deployment, browser, store):
    browser.sign_in()
    for key in store.ask("KEYS", tagged("session:*")):
        store.ask("DEL", key)
    answer, _ = browser.wander(CLICK)
    assert answer.headers["Location"].startswith(deployment.portal.url)


@pytest.mark.statement(58)
def test_a_store_that_forgets_sessions_at_once_ends_with_a_page(deployment, stored, store):
    def meanwhile():
        for key in store.ask("KEYS", tagged("session:*")):
            store.ask("DEL", key)

    answer, sent = deployment.browser(stored()).wander(CLICK, meanwhile)
    assert is_a_page(answer, 400)
    assert sent == 7  # two sign-ins, and the target's question for a third
    assert len(deployment.asked("token")) == 2


@pytest.mark.statement(58)
@pytest.mark.parametrize("address", [CLICK, "/login", "/", "/logout", "/go/course/12", "/buy/course/12"])
def test_without_redis_nobody_is_trusted_let_in_or_sent_away(deployment, mortal_redis, address):
    browser = deployment.browser(deployment.gateway(redis_url=mortal_redis.url))
    browser.sign_in()
    mortal_redis.stop()
    for visitor in (browser, browser.another()) if address == "/login" else (browser,):
        answer, sent = visitor.wander(address)
        assert is_a_page(answer, 503)
        assert int(answer.headers["Retry-After"]) > 0
        assert sent == 0
    assert deployment.calls() == []


@pytest.mark.statement(58)
def test_without_redis_a_page_that_is_the_same_for_everybody_is_shown_whatever_cookies_a_browser_has(
    deployment, mortal_redis
):
    app = deployment.gateway(deployment.entry(), deployment.entry("other"), redis_url=mortal_redis.url)
    browser = deployment.browser(app)
    browser.sign_in()
    mortal_redis.stop()
    for visitor in (browser, browser.another()):
        statuses = [visitor.get(path).status_code for path in ("/login", "/login/nobody", "/go/course/nothing")]
        assert statuses == [200, 404, 404]


@pytest.mark.statement(58)
def test_to_send_somebody_to_the_provider_asks_for_no_session(deployment, browser, monkeypatch):
    def asked(*_):
        raise AssertionError("a session was looked up")

    browser.sign_in()
    with monkeypatch.context() as patched:
        patched.setattr(Sessions, "find", asked)
        answer = browser.begin()
    assert answer.headers["Location"].startswith(deployment.provider.issuer)


@pytest.mark.statement(58)
def test_without_redis_a_callback_is_a_page_and_no_token_request(deployment, mortal_redis):
    browser = deployment.browser(deployment.gateway(redis_url=mortal_redis.url))
    callback = browser.callback_address(CLICK)
    mortal_redis.stop()
    answer, sent = browser.wander(callback)
    assert is_a_page(answer, 503)
    assert (sent, "Retry-After" in answer.headers) == (0, True)
    assert deployment.asked("token") == []
    assert SESSION not in browser.cookies()


@pytest.mark.statement(58)
def test_a_redis_that_comes_back_empty_costs_a_sign_in_and_no_more(deployment, mortal_redis):
    browser = deployment.browser(deployment.gateway(redis_url=mortal_redis.url))
    browser.sign_in()
    mortal_redis.stop()
    mortal_redis.start()
    answer, sent = browser.wander("/")
    assert is_a_page(answer, 200)
    assert sent == 0
    answer, sent = browser.wander(CLICK)
    assert sent == 4
    assert answer.headers["Location"].startswith(deployment.portal.url)


@pytest.mark.statement(58)
@pytest.mark.parametrize(
    "fault", [{"kind": "status", "status": 500}, {"kind": "html"}, {"kind": "foreign_link"}], ids=str
)
def test_a_training_site_at_fault_is_a_page_and_no_further_sign_in(deployment, browser, fault):
    for _ in range(4):
        deployment.portal.control.fault(times=9, **fault)
    answer, sent = browser.wander(CLICK)
    assert answer.status_code in (502, 503)
    assert sent == 3  # to the sign-in, to the provider, and back to where the click was
    assert browser.is_signed_in


@pytest.mark.parametrize(
    "target", ["/login", "/login?next=/login", "/callback/default", "/logout/continue", "/login/initiate", "/go"]
)
def test_no_target_makes_a_loop(browser, target):
    answer, sent = browser.wander(f"/login?next={target}")
    assert sent < 8
    assert answer.status_code in (200, 302, 400)
