"""The route of webhooks, with what takes them in stood for by a list; what a shop is answered, and what a stranger can do."""

import io
import threading
from urllib.parse import quote

import pytest
from flask import Flask, request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import BODY_BYTES
from gateway.errors import DatabaseUnavailable, PageNotFound
from gateway.storefronts.dialects import DIALECTS
from gateway.web import error_handlers, headers, pages, webhooks
from gateway.web.brand import Brand
from gateway.web.languages import Languages
from gateway.web.refusals import Refusals
from gateway.web.webhooks import LARGE_AT_ONCE, SMALL_BYTES, WEBHOOK_BYTES
from tests.gateway.storefronts.bodies import KINDS, NOW, PAID, SECRETS, written
from tests.patience import PATIENT_SECONDS
from tests.ports import free_port


class Intake:
    """Takes what its dialect reads, once by its key; each storefront is called as its kind is."""

    def __init__(self):
        self.events, self.failure, self.bodies = {}, None, []

    def receive(self, storefront, headers, body):
        if storefront not in KINDS:
            raise PageNotFound
        if self.failure:
            raise self.failure
        self.bodies.append(body)
        event = DIALECTS[storefront].read(headers, body, [SECRETS[storefront]], NOW)
        if event.order or event.refund:
            self.events.setdefault((storefront, event.key), event)


@pytest.fixture
def intake():
    return Intake()


@pytest.fixture
def app(intake):
    app = Flask("gateway", template_folder="web/templates", static_folder="web/static")
    app.url_map.merge_slashes = False  # as create_app has it
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES
    headers.install(app, secure=True)
    pages.install(app, None, Languages(), Brand())
    error_handlers.install(app, {})
    app.register_blueprint(webhooks.blueprint(intake, KINDS))
    app.add_url_rule("/form", "form", lambda: {"bytes": len(request.get_data())}, methods=["POST"])
    return app


@pytest.fixture
def post(app):
    client = app.test_client()
    return lambda name, body, headers=(), **more: client.post(
        f"/webhooks/{name}", data=body, headers=dict(headers), **more
    )


def signed(kind, body, **names):
    return DIALECTS[kind].sign(body, SECRETS[kind], NOW, **names)


@pytest.mark.parametrize("kind", KINDS)
def test_a_webhook_is_taken_and_taken_once(kind, post, intake):
    body = written(PAID[kind]())
    for _ in range(2):
        answer = post(kind, body, signed(kind, body))
        assert (answer.status_code, answer.data) == (200, b"")
    assert [event.order.status for event in intake.events.values()] == ["paid"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_body_is_verified_byte_for_byte(kind, post, intake):
    body = written({**PAID[kind](), "note": "ü"}).replace(b'", "', b'" ,\n"') + b"\r\n "
    assert post(kind, body, signed(kind, body)).status_code == 200
    assert intake.bodies == [body]


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "x"]
)
def test_no_content_type_keeps_the_body_from_being_read(content_type, post, intake):
    body = written(PAID["standard"]())
    post("standard", body, {**signed("standard", body), "Content-Type": content_type})
    assert intake.bodies == [body]


def test_woocommerces_unsigned_ping_is_answered_with_200(post, intake):
    answer = post("woocommerce", "webhook_id=17", {"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status_code, intake.events) == (200, {})


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_refused(kind, post, intake):
    body, garbage, latin = written(PAID[kind]()), b"no JSON", '{"name": "ü"}'.encode("latin-1")
    other = DIALECTS[kind].sign(body, type(SECRETS[kind])("another secret"), NOW)
    expected = [
        (post(kind, body, {"Content-Type": "application/json"}), 401, "webhook-unsigned"),
        (post(kind, body, other), 401, "webhook-signature-wrong"),
        (post(kind, body + b" ", signed(kind, body)), 401, "webhook-signature-wrong"),
        (post(kind, garbage, signed(kind, garbage)), 400, "webhook-unreadable"),
        (post(kind, latin, signed(kind, latin)), 400, "webhook-unreadable"),
        (post("nowhere", body, signed(kind, body)), 404, "page-not-found"),
    ]
    if kind in {"stripe", "standard"}:
        stale = DIALECTS[kind].sign(body, SECRETS[kind], NOW - 301)
        expected.append((post(kind, body, stale), 401, "webhook-stale"))
    for answer, status, code in expected:
        assert (answer.status_code, answer.json["type"]) == (status, f"urn:talentlms-gateway:problem:{code}")
        assert answer.content_type == "application/problem+json"
    assert intake.events == {}


def test_another_method_is_none(app):
    assert app.test_client().get("/webhooks/shopify").status_code == 405


def test_while_the_database_is_away_the_shop_is_told_to_send_it_again(post, intake):
    body = written(PAID["shopify"]())
    intake.failure = DatabaseUnavailable("refused", retry_after=5)
    answer = post("shopify", body, signed("shopify", body))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    intake.failure = None
    assert post("shopify", body, signed("shopify", body)).status_code == 200
    assert len(intake.events) == 1


texts = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
names = st.sampled_from(["X-Shopify-Hmac-Sha256", "X-Shopify-Topic", "X-WC-Webhook-Signature", "Stripe-Signature"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(KINDS) | texts,
    headers=st.dictionaries(names | st.sampled_from(["webhook-id", "webhook-signature", "Content-Type"]), texts),
    body=st.binary(max_size=100),
    is_signed=st.booleans(),
)
def test_whatever_comes_is_answered_and_never_with_a_fault_of_ours(app, name, headers, body, is_signed):
    if is_signed and name in KINDS:
        headers = headers | signed(name, body)
    answer = app.test_client().post(f"/webhooks/{quote(name, safe='')}", data=body, headers=headers)
    assert answer.status_code in {200, 400, 401, 404}


# --- sizes ---------------------------------------------------------------------------------------------------------


def padded(size):
    body = written(PAID["shopify"]())
    return body + b" " * (size - len(body))


@pytest.mark.parametrize("size", [SMALL_BYTES, SMALL_BYTES + 1, WEBHOOK_BYTES])
def test_up_to_one_mebibyte_is_read(size, post, intake):
    body = padded(size)
    assert post("shopify", body, signed("shopify", body)).status_code == 200
    assert list(map(len, intake.bodies)) == [size]


def in_chunks(body):
    """Return what a request without a length looks like behind gunicorn, which knows where the body ends."""
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    return {"input_stream": io.BytesIO(body), "environ_overrides": chunked}


@pytest.mark.parametrize(("size", "status"), [(WEBHOOK_BYTES, 200), (WEBHOOK_BYTES + 1, 413), (3 * WEBHOOK_BYTES, 413)])
def test_in_chunks_no_more_is_read_either(size, status, app, intake):
    body = padded(size)
    request = in_chunks(body)
    answer = app.test_client().post("/webhooks/shopify", headers=signed("shopify", body), **request)
    assert (answer.status_code, list(map(len, intake.bodies))) == (status, [size] * (status == 200))
    assert request["input_stream"].tell() <= WEBHOOK_BYTES + 1


def test_more_is_refused_unread(post, intake):
    body = padded(WEBHOOK_BYTES + 1)
    answer = post("shopify", body, signed("shopify", body))
    assert (answer.status_code, answer.json["type"]) == (413, "urn:talentlms-gateway:problem:too-long")
    assert intake.bodies == []


def test_everything_else_takes_no_more_than_before(app):
    client = app.test_client()
    body = padded(WEBHOOK_BYTES)
    assert client.post("/webhooks/shopify", data=body, headers=signed("shopify", body)).status_code == 200
    assert client.post("/form", data=b"x" * BODY_BYTES).json == {"bytes": BODY_BYTES}
    assert client.post("/form", data=b"x" * (BODY_BYTES + 1)).status_code == 413


def test_strangers_hold_no_more_than_so_many_large_bodies_and_small_ones_go_by(app, intake, monkeypatch):
    monkeypatch.setattr("gateway.in_flight.HANGING_SECONDS", 0)
    held, release = threading.Semaphore(0), threading.Event()

    class Slow(io.BytesIO):
        def read(self, *_):
            held.release()
            release.wait(60)
            return b""

        def readinto(self, _):
            self.read()
            return 0

    def send():
        app.test_client().post("/webhooks/shopify", input_stream=Slow(padded(SMALL_BYTES + 1)))

    threads = [threading.Thread(target=send) for _ in range(LARGE_AT_ONCE)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert held.acquire(timeout=PATIENT_SECONDS)
    large, small = padded(SMALL_BYTES + 1), padded(SMALL_BYTES)
    answers = [
        app.test_client().post("/webhooks/shopify", data=body, headers=signed("shopify", body))
        for body in (large, small)
    ]
    release.set()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [503, 200]
    assert answers[0].headers["Retry-After"] == "5"
    body = padded(SMALL_BYTES + 1)
    assert app.test_client().post("/webhooks/shopify", data=body, headers=signed("shopify", body)).status_code == 200


# --- the log -------------------------------------------------------------------------------------------------------


def test_refusals_are_told_once_a_minute_per_storefront_and_reason_without_the_body(post, logged):
    lines = logged()
    for _ in range(5):
        for kind in ("shopify", "stripe"):
            post(kind, b"body-of-a-stranger")
            post(kind, b"body-of-a-stranger", signed(kind, b"body-of-another"))
    for number in range(5):
        post(f"name-of-a-stranger-{number}", b"body-of-a-stranger")

    told = [(line["event"], line["storefront"], line["problem"], line["count"]) for line in lines()]
    assert told == [
        ("webhook.refused", "shopify", "webhook-unsigned", 1),
        ("webhook.refused", "shopify", "webhook-signature-wrong", 1),
        ("webhook.refused", "stripe", "webhook-unsigned", 1),
        ("webhook.refused", "stripe", "webhook-signature-wrong", 1),
        ("webhook.refused", "", "page-not-found", 1),
    ]
    assert "stranger" not in str(lines())
    assert lines()[0]["note"] == "without x-shopify-hmac-sha256"


def test_nothing_is_kept_of_names_that_strangers_make_up(post, monkeypatch):
    kept = []
    monkeypatch.setattr(Refusals, "count", lambda _, storefront, error: kept.append((storefront, error.code)))
    for number in range(20):
        post(f"made-up-{number}", b"")
    assert kept == [("", "page-not-found")] * 20


# --- the whole gateway ---------------------------------------------------------------------------------------------

STOREFRONT = f'[[storefronts]]\nname = "shop"\nkind = "shopify"\nwebhook_secrets = ["{SECRETS["shopify"].reveal()}"]\n'


def test_without_a_database_the_shop_is_told_to_send_it_again_and_strangers_what_they_always_are(gateway):
    client = gateway(
        file=STOREFRONT, GATEWAY_DATABASE_URL=f"postgresql://gateway@127.0.0.1:{free_port()}/gateway"
    ).test_client()
    body = written(PAID["shopify"]())
    answer = client.post("/webhooks/shop", data=body, headers=signed("shopify", body))
    assert (answer.status_code, answer.json["type"]) == (503, "urn:talentlms-gateway:problem:database-unavailable")
    assert client.post("/webhooks/shop", data=body).status_code == 401
    assert client.post("/webhooks/other", data=body).status_code == 404


def test_what_is_taken_is_an_order(gateway):
    client = gateway(file=STOREFRONT).test_client()
    body = written(PAID["shopify"]())
    answers = [client.post("/webhooks/shop", data=body, headers=signed("shopify", body)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
