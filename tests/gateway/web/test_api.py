"""``POST /api/v1/launches``: what a storefront may ask for, and what anybody else gets."""

import io
import json
import time
from datetime import datetime

import pytest

from gateway.store import launches as store_launches
from gateway.store.connection import connect
from gateway.store.keys import tagged
from tests.gateway.store.key_names import untagged
from tests.gateway.web.browser import HERE
from tests.gateway.web.storefront import FILE, KEY, KIM, OTHER_KEY, Storefront


@pytest.fixture
def store(redis_server):
    opened = connect(redis_server.url)
    opened.ask("FLUSHALL")
    return opened


@pytest.fixture
def app(gateway, store, redis_server):
    return gateway(file=FILE, GATEWAY_REDIS_URL=redis_server.url.reveal())


@pytest.fixture
def shop(app):
    return Storefront(app)


@pytest.fixture
def kept(store):
    """Return what the store holds of launches, by key."""

    def found():
        return {untagged(key): store.ask("GET", key).decode() for key in sorted(store.ask("KEYS", tagged("launch*")))}

    return found


def asked_for(target=None, **person):
    return {"person": KIM | person, "target": target or {"course": 12}}


def pointers(answer):
    assert answer.status_code == 422, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"].endswith(":request-members-refused")
    assert answer.json["reference"]
    assert all(fault["detail"] for fault in answer.json["errors"])
    return [fault["pointer"] for fault in answer.json["errors"]]


def test_a_launch_is_an_address_with_its_end(shop, portal):
    before = int(time.time())
    answer = shop.ask(asked_for())
    assert (answer.status_code, sorted(answer.json)) == (201, ["expires_at", "url"])
    start, _, launch_id = answer.json["url"].rpartition("/")
    assert start == f"{HERE}/l"
    assert len(launch_id) == 32
    ends = datetime.fromisoformat(answer.json["expires_at"])
    assert before + 300 <= ends.timestamp() <= time.time() + 300
    assert answer.headers["Cache-Control"] == "no-store"
    assert portal.control.calls() == []


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Basic {KEY}",
        KEY,
        f"Bearer {KEY[:-1]}",
        f"Bearer {KEY}x",
        f"Bearer {KEY} {KEY}",
        f"Bearer {OTHER_KEY[::-1]}x",
        "Bearer sha256:" + "0" * 64,
        "Bearer \xff",
    ],
)
def test_whoever_has_no_key_gets_nothing_and_writes_nothing(shop, kept, header):
    headers = {} if header is None else {"Authorization": header}
    answer = shop.client.post("/api/v1/launches", json=asked_for(), headers=headers)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json["type"].endswith(":api-key-refused")
    assert answer.json["reference"]
    assert kept() == {}


def test_a_digest_that_leaked_from_the_settings_is_no_key(app):
    digest = FILE.partition("sha256:")[2][:64]
    for key in (digest, f"sha256:{digest}"):
        assert Storefront(app, key).ask(asked_for()).status_code == 401


def test_each_of_a_shops_keys_opens(app):
    for key in (KEY, OTHER_KEY, OTHER_KEY[::-1]):
        answer = Storefront(app, key).ask(asked_for())
        assert answer.status_code == 201, answer.text


def test_the_same_request_gets_the_same_answer_and_another_one_is_refused(shop, kept):
    first = shop.ask(asked_for(), Idempotency_Key="order-1001")
    records = kept()
    again = shop.ask(json.dumps(asked_for(), indent=4).encode(), Idempotency_Key="order-1001")
    assert (again.status_code, again.json) == (201, first.json)
    assert {name: text for name, text in kept().items() if "minted" not in name} == {
        name: text for name, text in records.items() if "minted" not in name
    }
    for other in (asked_for({"course": 34}), asked_for(email="lou@example.com"), asked_for(email_verified=True)):
        answer = shop.ask(other, Idempotency_Key="order-1001")
        assert (answer.status_code, answer.json["type"].rpartition(":")[2]) == (409, "request-key-reused")
    assert shop.ask(asked_for(), Idempotency_Key="order-1002").json["url"] != first.json["url"]


def test_the_same_key_of_another_shop_is_another_request(app, shop):
    one = shop.ask(asked_for(), Idempotency_Key="order-1001").json["url"]
    other = Storefront(app, OTHER_KEY).ask(asked_for({"course": 34}), Idempotency_Key="order-1001")
    assert other.status_code == 201
    assert other.json["url"] != one


def test_without_a_key_each_request_is_new(shop):
    assert len({shop.ask(asked_for()).json["url"] for _ in range(3)}) == 3


@pytest.mark.parametrize("request_key", ["", "x" * 256, "ö", "a\tb"])
def test_a_request_key_that_is_none_is_refused(shop, request_key):
    assert shop.ask(asked_for(), Idempotency_Key=request_key).status_code == 400


def test_the_store_holds_nothing_that_opens_anything(shop, kept, portal):
    url = shop.ask(asked_for(), Idempotency_Key="order-1001").json["url"]
    launch_id = url.rpartition("/")[2]
    everything = "\n".join(f"{name}={text}" for name, text in kept().items())
    assert launch_id not in everything
    assert {name.partition(":")[0] for name in kept()} == {"launch", "launch-request", "launches-minted"}
    (record,) = [text for name, text in kept().items() if name.startswith("launch:")]
    assert json.loads(record) == {
        "storefront": "shop",
        "customer": {"email": "kim@example.com", "id": "c-77", "first_name": "Kim", "last_name": "Lee"},
        "email_verified": False,
        "target": {"kind": "course", "id": 12, "coupon": ""},
    }


def test_the_largest_launch_is_a_record_of_four_kilobytes_at_most(shop, kept):
    wide = "\U0001f989"
    local, domain = "k" * 64, ".".join(["d" * 60] * 3) + ".com"
    person = {
        "email": f"{local}@{domain}",
        "first_name": wide * 100,
        "last_name": wide * 100,
        "customer_id": "c" * 128,
        "email_verified": True,
    }
    answer = shop.ask({"person": person, "target": {"buy_course": 2**31 - 1, "coupon": wide * 64}})
    assert answer.status_code == 201, answer.text
    (record,) = [text for name, text in kept().items() if name.startswith("launch:")]
    assert len(record.encode()) <= store_launches.RECORD_BYTES


def test_a_shop_fills_the_store_with_so_many_and_no_more(app, shop, kept, monkeypatch):
    monkeypatch.setattr(store_launches, "AT_ONCE", 3)
    assert [shop.ask(asked_for()).status_code for _ in range(5)] == [201] * 3 + [429] * 2
    answer = shop.ask(asked_for(), Idempotency_Key="order-1001")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "300")
    assert len([name for name in kept() if name.startswith("launch:")]) == 3
    assert not [name for name in kept() if name.startswith("launch-request:")]
    assert Storefront(app, OTHER_KEY).ask(asked_for()).status_code == 201


@pytest.mark.parametrize(
    "target",
    [
        {"dashboard": True},
        {"course": 12},
        {"course": "12"},
        {"course": "gdpr-2026"},
        {"buy_course": 34, "coupon": "WELCOME10"},
        {"buy_category": "compliance"},
        {"buy_category": 3, "coupon": ""},
    ],
)
def test_every_target_is_taken_by_id_or_slug(shop, target):
    assert shop.ask(asked_for(target)).status_code == 201


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ([], ["#"]),
        (b"null", ["#"]),
        ("launch", ["#"]),
        ({}, ["#/person", "#/target"]),
        ({"person": None, "target": []}, ["#/person", "#/target"]),
        (asked_for() | {"returnTo": "/"}, ["#/returnTo"]),
        (asked_for(e_mail="x", a__b=1), ["#/person/a__b", "#/person/e_mail"]),
        (asked_for() | {"a/b~c": 1, "é": 2}, ["#/%C3%A9", "#/a~1b~0c"]),
        (asked_for() | {"\ud800": 1}, ["#/%3F"]),
        (asked_for(email=""), ["#/person/email"]),
        (asked_for(email=None), ["#/person/email"]),
        (asked_for(email=7), ["#/person/email"]),
        (asked_for(email="kim"), ["#/person/email"]),
        (asked_for(email="kim@example.com, lou@example.com"), ["#/person/email"]),
        (asked_for(email=" kim@example.com"), ["#/person/email"]),
        (asked_for(email="kim@example.com\n"), ["#/person/email"]),
        (asked_for(email="k" * 250 + "@example.com"), ["#/person/email"]),
        (asked_for(email="\ud800@example.com"), ["#/person/email"]),
        (asked_for(first_name="x" * 101, last_name=["Lee"]), ["#/person/first_name", "#/person/last_name"]),
        (asked_for(first_name=None, last_name="a\u0000b"), ["#/person/first_name", "#/person/last_name"]),
        (asked_for(first_name="\u202eKim", last_name="\ud83d"), ["#/person/first_name", "#/person/last_name"]),
        (asked_for(customer_id=77), ["#/person/customer_id"]),
        (asked_for(customer_id=""), ["#/person/customer_id"]),
        (asked_for(customer_id="c 77"), ["#/person/customer_id"]),
        *((asked_for(customer_id=nobody), ["#/person/customer_id"]) for nobody in ("0", "00", "undefined", "None")),
        (asked_for(email_verified="true"), ["#/person/email_verified"]),
        (asked_for(email_verified=1), ["#/person/email_verified"]),
        (asked_for(email_verified=None), ["#/person/email_verified"]),
        ({"person": KIM, "target": {}}, ["#/target"]),
        (asked_for({"course": 12, "buy_course": 12}), ["#/target"]),
        (asked_for({"coupon": "WELCOME10"}), ["#/target"]),
        (asked_for({"dashboard": False}), ["#/target/dashboard"]),
        (asked_for({"dashboard": 1}), ["#/target/dashboard"]),
        (asked_for({"course": True}), ["#/target/course"]),
        (asked_for({"course": 0}), ["#/target/course"]),
        (asked_for({"course": -1}), ["#/target/course"]),
        (asked_for({"course": 12.0}), ["#/target/course"]),
        (asked_for({"course": 10**30}), ["#/target/course"]),
        (asked_for({"course": "no-such"}), ["#/target/course"]),
        (asked_for({"course": "compliance"}), ["#/target/course"]),
        (asked_for({"buy_category": "gdpr-2026"}), ["#/target/buy_category"]),
        (asked_for({"course": 12, "coupon": "WELCOME10"}), ["#/target/coupon"]),
        (asked_for({"buy_course": 12, "coupon": "x" * 65}), ["#/target/coupon"]),
        (asked_for({"buy_course": 12, "coupon": 10}), ["#/target/coupon"]),
        (asked_for({"buy_course": "no-such"}, email="kim"), ["#/person/email", "#/target/buy_course"]),
    ],
)
def test_every_wrong_member_is_pointed_at(shop, kept, content, wrong):
    assert pointers(shop.ask(content)) == wrong
    assert [name for name in kept() if name.startswith("launch")] == []


def test_a_request_with_very_many_wrong_members_names_some_of_them(shop):
    assert len(pointers(shop.ask(asked_for() | {f"wrong-{number}": 1 for number in range(300)}))) == 20


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"person=kim",
        b"\xff\xfe{}",
        b'{"person": "\xe9"}',
        b'{"person": {}, "person": {}}',
        b'{"target": {"course": 12, "course": 34}}',
        b'{"person": NaN}',
        b"[" * 8000,
        b'{"a":' * 1300,
        b"9" * 5000,
    ],
)
def test_what_is_not_json_is_no_request(shop, body):
    answer = shop.ask(body)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_a_long_body_is_not_read(shop):
    for content in (b" " * 8193, b'"' + b"x" * 20_000 + b'"'):
        answer = shop.ask(content)
        assert (answer.status_code, answer.json["type"].rpartition(":")[2]) == (413, "too-long")


@pytest.mark.parametrize(("size", "status"), [(8192, 201), (8193, 413), (20_000, 413)])
def test_a_long_body_in_chunks_is_refused_and_not_cut_off(shop, app, size, status):
    body = json.dumps(asked_for()).encode()
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = app.test_client().post(
        "/api/v1/launches",
        headers={"Authorization": f"Bearer {shop.key}"},
        input_stream=io.BytesIO(body + b" " * (size - len(body))),
        environ_overrides=chunked,
    )
    assert answer.status_code == status


def test_a_long_body_of_a_stranger_is_a_strangers(shop):
    assert Storefront(shop.client.application, "x" * 40).ask(b" " * 20_000).status_code == 401


def test_a_machine_is_answered_as_one_whatever_it_accepts(shop):
    for path, method, status in (
        ("/api/v1/launches", "GET", 405),
        ("/api/v1/nosuch", "POST", 404),
        ("/api/", "GET", 404),
    ):
        answer = shop.client.open(path, method=method, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), path


def test_neither_key_nor_address_of_a_launch_reaches_the_log(app, shop, logged):
    lines = logged()
    path = shop.launch()
    shop.ask(asked_for({"course": "no-such"}))
    Storefront(app, KEY[:-1]).ask(asked_for())
    app.test_client().post(path, headers={"Accept": "text/html"})
    written = json.dumps(lines())
    assert [line["problem"] for line in lines() if line["event"] in {"problem", "api.refused"}] == [
        "request-members-refused",
        "api-key-refused",
        "form-expired",
    ]
    assert path.rpartition("/")[2] not in written
    assert KEY[:-1] not in written
    assert "kim@example.com" not in written


def test_wrong_keys_are_told_once_a_minute_whatever_is_asked_for_and_without_the_key(app, logged):
    lines, client = logged(), app.test_client()
    for number in range(5):
        wrong = {"Authorization": f"Bearer guess-{number}"}
        answers = [
            client.get("/api/v1/orders/1", headers=wrong),
            client.post("/api/v1/launches", json={}),
            client.get("/api/v1/catalog", headers=wrong),
        ]
        assert [(one.status_code, one.headers["WWW-Authenticate"]) for one in answers] == [(401, "Bearer")] * 3
    told = [line for line in lines() if line["event"] in {"problem", "api.refused"}]
    assert [(line["event"], line["problem"], line["storefront"], line["count"]) for line in told] == [
        ("api.refused", "api-key-refused", "", 1)
    ]
    assert "guess" not in str(lines())


def test_what_a_storefront_itself_does_wrong_is_told_each_time(shop, logged):
    lines = logged()
    for _ in range(2):
        pointers(shop.ask({}))
    assert [line["problem"] for line in lines() if line["event"] == "problem"] == ["request-members-refused"] * 2
