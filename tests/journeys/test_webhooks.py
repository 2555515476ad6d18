"""Webhooks, from a shop to the database: directly and behind nginx, as large as they may be, and again."""

import socket
import time

import pytest
import requests

from gateway.database.upgrade import opened
from gateway.storefronts.dialects import DIALECTS
from gateway.web.webhooks import WEBHOOK_BYTES
from schemas.secret import Secret
from tests.gateway.database.orders import orders_of
from tests.gateway.storefronts.bodies import KINDS, PAID, SECRETS, shopify, written
from tests.gateway.web.rush import API_KEY, start_gateway
from tests.journeys.backing_services import start_portal, start_redis
from tests.journeys.proxies import nginx_before
from tests.patience import PATIENT_SECONDS
from tests.ports import HOST

FILE = "".join(
    f'[[storefronts]]\nname = "{kind}"\nkind = "{kind}"\nwebhook_secrets = ["{secret.reveal()}"]\n'
    for kind, secret in SECRETS.items()
)


@pytest.fixture(scope="module")
def sale(tmp_path_factory):
    """A gateway, its port and the address of its database."""
    folder = tmp_path_factory.mktemp("webhooks")
    config, database = folder / "gateway.toml", f"sqlite:///{folder}/sale.db"
    config.write_text(FILE, encoding="utf-8")
    portal, redis = start_portal(folder, API_KEY), start_redis(folder)
    changes = {"GATEWAY_CONFIG": str(config), "GATEWAY_DATABASE_URL": database, "WEB_CONCURRENCY": "1"}
    process, port = start_gateway(folder, portal, redis.url(), **changes)
    yield port, database
    for each in (process, redis.process, portal.process):
        each.stop()


@pytest.fixture(params=["directly", "nginx"])
def port(request, sale, tmp_path):
    if request.param == "directly":
        yield sale[0]
        return
    process, port = nginx_before(sale[0], tmp_path)
    yield port
    process.stop()


@pytest.fixture
def orders(sale):
    database = opened(Secret(sale[1]), None)
    yield orders_of(database)
    database.close()


def post(port, kind, body, *, at=None):
    headers = DIALECTS[kind].sign(body, SECRETS[kind], at or time.time())
    return requests.post(f"http://{HOST}:{port}/webhooks/{kind}", data=body, headers=headers, timeout=PATIENT_SECONDS)


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_is_on_disk_when_the_shop_is_answered(port, orders, kind):
    body = written(PAID[kind]())
    assert [post(port, kind, body).status_code for _ in range(2)] == [200, 200]
    order = DIALECTS[kind].read(DIALECTS[kind].sign(body, SECRETS[kind], 0), body, [SECRETS[kind]], 0).order
    assert orders.snapshot(kind, order.id).order == order


def test_a_webhook_may_have_one_mebibyte_and_a_form_no_more_than_before(port, orders):
    def padded(number, size):
        body = written(shopify(id=number))
        return body + b" " * (size - len(body))

    assert post(port, "shopify", padded(port, WEBHOOK_BYTES)).status_code == 200
    assert orders.snapshot("shopify", str(port)).order.status == "paid"
    assert refused_by_size(port, "/webhooks/shopify", WEBHOOK_BYTES + 1)
    assert refused_by_size(port, "/backchannel-logout/default", 64 * 1024 + 1)
    assert not refused_by_size(port, "/webhooks/shopify", 64 * 1024 + 1)


def refused_by_size(port, path, size):
    """Return whether a body is refused for its size alone; nothing is sent but its announcement and as much of it."""
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\nContent-Length: {size}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    with socket.create_connection((HOST, port), timeout=PATIENT_SECONDS) as connection:
        connection.sendall(head.encode())
        for _ in range(0, size, 65_536):
            try:
                connection.sendall(b" " * min(65_536, size))
            except OSError:  # it has been refused already
                break
        answer = connection.recv(12)
    return answer == b"HTTP/1.1 413"


def test_a_stranger_is_refused_and_nothing_is_written(port, orders):
    body = written(shopify(id=port + 70_000))
    headers = DIALECTS["shopify"].sign(body, Secret("another"), 0)
    answer = requests.post(
        f"http://{HOST}:{port}/webhooks/shopify", data=body, headers=headers, timeout=PATIENT_SECONDS
    )
    assert answer.status_code == 401
    assert post(port, "stripe", written(PAID["stripe"]()), at=time.time() - 400).status_code == 401
    assert orders.snapshot("shopify", str(port + 70_000)) is None
    unknown = requests.post(
        f"http://{HOST}:{port}/webhooks/nowhere", data=body, headers=headers, timeout=PATIENT_SECONDS
    )
    assert unknown.status_code == 404
    ping = requests.post(
        f"http://{HOST}:{port}/webhooks/woocommerce", data={"webhook_id": "7"}, timeout=PATIENT_SECONDS
    )
    assert (ping.status_code, ping.content) == (200, b"")
