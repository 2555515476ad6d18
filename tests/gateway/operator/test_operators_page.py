"""The operator's page: what it shows, what its buttons do, and who may press them."""

import base64
import re
import time
from urllib.parse import urlencode

import pytest

from gateway.operator.access import FORM_SECONDS, Forms
from gateway.operator.overview import ORDERS
from gateway.store.activity import Failure
from tests.gateway.operator.conftest import ask
from tests.gateway.operator.scene import BIND, PROVIDERS, Scene
from tests.ports import free_port

TOKEN = "token-of-the-operators-0123456789"
ALL = "0.0.0.0:9464"


class Body:
    def __init__(self, content):
        self.left = content

    def read(self, length):
        return self.left[:length]


def text_of(html):
    """Return what a page says, without its style and its marks."""
    text = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))


@pytest.fixture
def scene(tmp_path):
    return Scene(tmp_path)


class Broken:
    """The body of a client that is gone, as gevent's server has it."""

    def read(self, _length):
        raise OSError("unexpected end of file while reading request")


def shown(scene, path="/", **environ):
    status, headers, page = ask(scene.listener, path, **environ)
    assert status == 200, page
    return headers, page


def token_of(page):
    return re.search(r'name="csrf_token" value="([^"]*)"', page)[1]


def press(scene, form, **environ):
    """Send a form as the page's own buttons do; an item of ``environ`` that is ``None`` is left out."""
    content = urlencode(form).encode()
    usual = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(content)),
        "HTTP_ORIGIN": f"http://{BIND}",
        "HTTP_SEC_FETCH_SITE": "same-origin",
        "wsgi.input": Body(content),
    }
    return ask(scene.listener, "/retry", **{n: text for n, text in (usual | environ).items() if text is not None})


def waiting(scene):
    return [one.id for one in scene.services.order_listing.listed(state="waiting")]


def test_with_nothing_to_tell_it_says_so(scene):
    _, page = shown(scene)
    text = text_of(page)
    for says in ("Clicks can be served", "2000 left of 2000", "None in the last 7 days", "Nothing in the last 7 days"):
        assert says in text
    assert text.count("Redis ✗") == 0


def test_it_shows_what_all_processes_told_and_what_this_one_has_not_written_yet(scene):
    scene.minutes(lambda ago: {"click:reached": 2, "call:gotocourse:ok": 3} if ago < 90 else {"sign_in:success": 1})
    scene.recorder.note("click", {"outcome": "reached"})
    _, page = shown(scene)
    row = re.search(r"<tr><th scope=\"row\">reached TalentLMS.*?(?=<tr>)", page, re.DOTALL)[0]
    assert re.findall(r'<td class="n">(\d+)', row) == ["3", "11", "121", "181"]
    assert "Clicks reached TalentLMS: 181 in 2 hours, 3 a minute at most" in row
    assert '<code>gotocourse</code><td class="ok">ok<td class="n">180' in page
    assert "Sign-ins signed in: 30 in 2 hours, 1 a minute at most" in page
    assert text_of(page).count("1 d 2 h") == 1
    assert "the breaker is closed" in page


def test_it_shows_the_budget_as_a_gauge_and_over_time(scene):
    scene.minutes(lambda _: {}, lambda ago: {"calls_left": 500 + ago})
    _, page = shown(scene)
    assert "2000 of 2000 calls are left, 0 are used." in page
    assert "the fewest were 501" in page
    assert 'stroke-dasharray="100 100"' in page


def test_without_a_limit_there_is_no_gauge(tmp_path):
    _, page = shown(Scene(tmp_path, TALENTLMS_CALLS_PER_HOUR="0"))
    assert "No limit per hour is set" in page
    assert "gauge-title" not in page


def test_a_breaker_that_is_open_anywhere_is_told(scene):
    scene.recorder.write()
    scene.activity.write(scene.batch(scene.process("gateway-2:9", is_breaker_open=True)))
    _, page = shown(scene)
    assert "the breaker is open: 1 of 2 processes do not call it" in page
    assert '<td class="fault">open' in page


def test_of_faults_and_refusals_neither_displaces_the_other(scene):
    now = int(time.time())
    for number in range(30):
        scene.failures(Failure(now - number, f"REFU-{number:04}", "no-rule-holds", 403, "/callback/<provider>"))
    for number in range(14):
        scene.failures(Failure(now - 1000 - number, f"FAUL-{number:04}", "store-unavailable", 503, "/go"))
    _, page = shown(scene)
    codes = re.findall(r"<code>((?:REFU|FAUL)-\d+)</code>", page)
    assert len(codes) == 20
    assert sum(code.startswith("FAUL") for code in codes) == 10
    assert "<code>/callback/&lt;provider&gt;</code>" in page


def test_the_doctors_findings_come_with_their_age_the_gravest_first(scene):
    scene.diagnosis(*scene.findings())
    _, page = shown(scene)
    told = re.findall(r'<tr><th scope="row">([^<]+)<td>(?:<code>[^<]*</code>)?<td class="(\w+)">', page)
    assert told == [("a: client", "fault"), ("a: quota", "warning"), ("a: keys", "ok")]
    assert re.search(r"Asked 12 min \d+ s ago, ", page)  # of 34, and of those that the test itself took
    assert "<strong>Copy it anew</strong>" in page
    assert "1 fault" in text_of(page)


def test_what_another_version_found_is_no_fault(scene):
    scene.services.diagnoses.keep({"at": 5, "rows": [{"what": "a", "colour": "green"}]})
    shown(scene)


def test_orders_that_wait_for_a_person_are_listed_without_the_person(scene):
    for number in range(ORDERS + 2):
        scene.dead_order(f"10{number}")
    scene.dead_order("2001", "", "review")
    _, page = shown(scene)
    assert len(re.findall(r'name="order" value="shop 10\d"', page)) == ORDERS
    assert "And 2 more: <code>talentlms-gateway orders list --state dead</code>" in page
    assert "unknown-sku" in page
    assert "orders settle STOREFRONT ORDER --keep" in page
    assert "shop 2001" in page
    assert "kim@example.com" not in page
    assert "Kim" not in page


@pytest.mark.parametrize(("field", "value"), [("order", "shop 101"), ("orders", "shop")])
def test_a_button_has_an_order_tried_again_and_leads_back(scene, field, value):
    scene.dead_order("101")
    _, page = shown(scene)
    assert f'name="{field}" value="{value}"' in page
    status, headers, _ = press(scene, {"csrf_token": token_of(page), field: value}, REMOTE_ADDR="127.0.0.1")
    assert (status, headers["Location"]) == (303, "/?retried=1")
    assert waiting(scene) == ["101"]
    entry = scene.services.audit_trail.listed(at_most=1)[0]
    assert (entry.event, entry.outcome, entry.origin, entry.client) == ("retry", "success", "shop", "127.0.0.1")
    assert entry.facts["by"] == "operator-page"
    assert "1 will be looked at in a moment" in shown(scene, headers["Location"])[1]


def test_a_button_has_people_tried_again(scene):
    scene.failed_person("bob")
    _, page = shown(scene)
    assert 'name="people" value="default"' in page
    status, headers, _ = press(scene, {"csrf_token": token_of(page), "people": "default"})
    assert (status, headers["Location"]) == (303, "/?retried=1")
    assert scene.services.person_queue.stock().dead == 0


@pytest.mark.parametrize("form", [{"order": "shop 9"}, {"order": "nothing"}, {"people": "nobody"}, {"else": "1"}])
def test_where_there_is_none_the_page_says_so(scene, form):
    _, page = shown(scene)
    _, headers, _ = press(scene, {"csrf_token": token_of(page), **form})
    assert headers["Location"] == "/?retried=0"
    assert "Nothing is tried again" in shown(scene, "/?retried=0")[1]


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_SEC_FETCH_SITE": "none"},
        {"HTTP_ORIGIN": "https://attacker.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "http://127.0.0.1:9465"},
        {"HTTP_ORIGIN": "http://[127.0.0.1"},
    ],
    ids=str,
)
def test_another_sites_page_has_nothing_tried_again(scene, environ):
    scene.dead_order("101")
    form = {"csrf_token": token_of(shown(scene)[1]), "order": "shop 101"}
    assert press(scene, form, **environ)[0] == 403
    assert waiting(scene) == []
    assert press(scene, form, HTTP_ORIGIN=None, HTTP_SEC_FETCH_SITE=None)[0] == 303


def test_a_name_that_leads_here_by_dns_is_refused_before_all_else(scene):
    scene.dead_order("101")
    form = {"csrf_token": token_of(shown(scene)[1]), "order": "shop 101"}
    for path in ("/", "/retry"):
        status, _, text = ask(scene.listener, path, HTTP_HOST="attacker.example:9464")
        assert (status, "csrf" in text) == (421, False)
    origin = "http://attacker.example:9464"
    assert press(scene, form, HTTP_HOST="attacker.example:9464", HTTP_ORIGIN=origin)[0] == 421
    assert waiting(scene) == []


def test_a_form_without_its_token_or_with_another_purposes_is_refused(scene):
    scene.dead_order("101")
    genuine = token_of(shown(scene)[1])
    until, _, signature = genuine.partition(".")
    keyring = scene.services.keyring
    made_up = [
        "",
        "x",
        genuine[:-1],
        f"{int(until) + 1}.{signature}",
        f"{until}.",
        f"{until}.{keyring.sign('form', until)}",
    ]
    for token in made_up:
        assert press(scene, {"csrf_token": token, "order": "shop 101"})[0] == 403
    assert press(scene, {"order": "shop 101"})[0] == 403
    assert waiting(scene) == []


def test_a_form_is_good_for_an_hour_and_for_every_process_of_the_same_keys(scene):
    made, later = (
        Forms(scene.services.keyring, lambda: 1000.0),
        Forms(scene.services.keyring, lambda: 1000.0 + FORM_SECONDS),
    )
    too_late = Forms(scene.services.keyring, lambda: 1001.0 + FORM_SECONDS)
    assert later.are_ours(made.token(), {})
    assert not too_late.are_ours(made.token(), {})


@pytest.mark.parametrize(
    "environ",
    [
        {"CONTENT_TYPE": "application/json"},
        {"CONTENT_TYPE": "text/plain"},
        {"CONTENT_LENGTH": None},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "2049"},
        {"CONTENT_LENGTH": "9" * 5000},
        {"CONTENT_LENGTH": "٣"},
        {"CONTENT_LENGTH": "4", "wsgi.input": Body(b"\xff=\xff1")},
        {"CONTENT_LENGTH": "7", "wsgi.input": Broken()},
        {"CONTENT_LENGTH": "7", "wsgi.input": Body(b"a=1&a=2")},
        {"CONTENT_LENGTH": "9", "wsgi.input": Body(b"a&b&c&d&e")},
    ],
    ids=[
        "JSON",
        "text",
        "no length",
        "a negative length",
        "too long",
        "a length of very many digits",
        "a length of other digits",
        "bytes that are no text",
        "a body that breaks off",
        "a field twice",
        "too many fields",
    ],
)
def test_what_is_no_form_of_ours_is_refused(scene, environ):
    assert press(scene, {"csrf_token": "x"}, **environ)[0] == 400


def test_only_a_post_has_anything_tried_again(scene):
    status, headers, _ = ask(scene.listener, "/retry", QUERY_STRING="order=shop+101")
    assert (status, headers["Allow"]) == (405, "POST")
    assert ask(scene.listener, "/", REQUEST_METHOD="POST")[0] == 405


def test_the_token_opens_it_as_bearer_and_as_a_password_of_whoever(tmp_path):
    scene = Scene(tmp_path, GATEWAY_METRICS_BIND=ALL, GATEWAY_OPERATOR_TOKEN=TOKEN)

    def basic(text):
        return "Basic " + base64.b64encode(text.encode()).decode()

    said = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "10.0.0.7:9464"}
    scene.listener(environ, lambda *told: said.extend(told))
    assert said[0].startswith("401")
    challenges = [value for name, value in said[1] if name == "WWW-Authenticate"]
    assert [challenge.partition(" ")[0] for challenge in challenges] == ["Basic", "Bearer"]
    good = (
        f"Bearer {TOKEN}",
        basic(f"operator:{TOKEN}"),
        basic(f":{TOKEN}"),
        basic(f"a:{TOKEN}").replace("Basic", "basic"),
    )
    for authorization in good:
        assert ask(scene.listener, "/", HTTP_AUTHORIZATION=authorization)[0] == 200
        assert ask(scene.listener, "/readyz?deep", HTTP_AUTHORIZATION=authorization)[0] == 200
    bad = (
        "",
        basic(TOKEN),
        basic(f"{TOKEN}:"),
        basic(f"a:{TOKEN}x"),
        "Basic",
        "Basic !!",
        f"Digest {TOKEN}",
        basic("a:"),
    )
    for authorization in bad:
        assert ask(scene.listener, "/", HTTP_AUTHORIZATION=authorization)[0] == 401
        assert press(scene, {"orders": "shop"}, HTTP_AUTHORIZATION=authorization)[0] == 401
    assert ask(scene.listener, f"/?token={TOKEN}")[0] == 401


def test_beyond_loopback_nobody_sees_it_where_there_is_no_token(tmp_path):
    scene = Scene(tmp_path, GATEWAY_METRICS_BIND=ALL)
    for authorization in ("", "Bearer ", "Basic Og=="):
        assert ask(scene.listener, "/", HTTP_AUTHORIZATION=authorization)[0] == 401


def test_a_browser_is_told_to_load_and_to_run_nothing(scene):
    headers, page = shown(scene)
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy.pop("style-src").startswith("'sha256-")
    nothing = dict.fromkeys(("default-src", "base-uri", "frame-ancestors"), "'none'")
    assert policy == {**nothing, "form-action": "'self'"}
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert "Refresh" not in headers
    for active in ("<script", "src=", " style=", "@import", "url(", "http-equiv"):
        assert active not in page


def test_it_is_loaded_again_by_itself_for_whoever_asks_for_that(scene):
    headers, page = shown(scene, "/?refresh")
    assert headers["Refresh"] == "60; url=/?refresh"
    assert 'href="/">Stop loading by itself' in page


def test_what_strangers_wrote_is_text(scene):
    evil = '"><script>alert(1)</script>'
    scene.dead_order(evil)
    scene.failures(Failure(int(time.time()), evil, evil, 503, evil))
    scene.diagnosis(*scene.findings(evil))
    for path in ("/", f"/?retried={urlencode({'a': evil})}"):
        assert "<script" not in shown(scene, path)[1]


def test_it_stays_below_thirty_kilobytes_with_more_of_everything_than_it_shows(tmp_path):
    scene = Scene(tmp_path, PROVIDERS)
    scene.fill()
    _, page = shown(scene)
    assert len(page.encode()) < 30_000
    for more in (
        "And 9 more: <code>talentlms-gateway orders list --state dead",
        "And 9 more: <code>talentlms-gateway orders list --state review",
        "And 4 more: <code>/readyz</code>",
        "And 4 more: <code>talentlms-gateway scim status",
        "more kinds: <code>/metrics</code>",
        "more: <code>talentlms-gateway doctor",
    ):
        assert more in page, more


def test_without_redis_it_comes_and_says_so(tmp_path):
    scene = Scene(tmp_path, GATEWAY_REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    scene.dead_order("101")
    _, page = shown(scene)
    assert "Redis does not answer" in page
    assert "Clicks cannot be served" in page
    assert 'value="shop 101"' in page
    assert press(scene, {"csrf_token": token_of(page), "order": "shop 101"})[0] == 303


def test_without_the_database_it_comes_and_says_so_and_retries_nothing(tmp_path):
    scene = Scene(tmp_path, GATEWAY_DATABASE_URL=f"postgresql://gateway@127.0.0.1:{free_port()}/gateway")
    scene.minutes(lambda _: {"click:reached": 1})
    _, page = shown(scene)
    assert "The database does not answer" in page
    assert "Clicks can be served" in page
    assert "Clicks reached TalentLMS: 120 in 2 hours" in page
    status, _, text = press(scene, {"csrf_token": token_of(page), "orders": "shop"})
    assert (status, "The database does not answer" in text) == (503, True)


def test_a_fault_of_its_own_is_told_in_the_log_and_shows_nothing_of_it(scene, monkeypatch, caplog):
    def broken(*_):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("gateway.operator.operators_page.overview", broken)
    status, _, text = ask(scene.listener, "/")
    assert (status, "secret" in text) == (500, False)
    assert [record.message for record in caplog.records] == ["operator.unforeseen"]
