"""A shop tells of a paid order; the learner is enrolled, by a worker inside the gateway or apart from it."""

import json
import signal
import time

import pytest
import requests

from gateway.storefronts import standard
from schemas.secret import Secret
from tests.journeys.gateway_process import gateway_at
from tests.journeys.prepared import COMMAND
from tests.journeys.process import Process
from tests.patience import PATIENT_SECONDS, wait_until

SECRET = Secret("whsec_b2Ytb25lLXNob3Atb2YtdGhlLWpvdXJuZXlzLTEyMzQ1Ng==")
STOREFRONT = f"""
[[storefronts]]
name = "shop"
kind = "standard"
webhook_secrets = ["{SECRET.reveal()}"]
[storefronts.products]
"SKU-INTRO" = {{ course = 12 }}
"""


@pytest.fixture
def shopping(tmp_path, addresses, portal, provider, redis_server):
    """A gateway with a storefront that has not been started yet."""
    gateway = gateway_at(addresses["shopping"], tmp_path, portal, provider, redis_server.url(13))
    with (tmp_path / "gateway.toml").open("a") as file:
        file.write(STOREFRONT)
    yield gateway
    gateway.end()


def told(gateway, order, email, **data):
    body = {
        "type": "order.paid",
        "data": {
            "id": order,
            "version": 1,
            "customer": {"email": email},
            "lines": [{"id": "l1", "sku": "SKU-INTRO", "quantity": 1}],
            **data,
        },
    }
    content = json.dumps(body).encode()
    headers = standard.sign(content, SECRET, time.time())
    return requests.post(f"{gateway.url}/webhooks/shop", content, headers=headers, timeout=PATIENT_SECONDS).status_code


def courses_of(portal, email):
    state = portal.control.state()
    ids = [user["id"] for user in state["users"] if user["email"] == email]
    return [one["course_id"] for one in state["enrolments"] if one["user_id"] in ids]


def test_an_order_becomes_an_enrolment_by_the_gateways_own_processes(shopping, portal, newcomer):
    shopping.start()
    assert [told(shopping, "1001", newcomer.email) for _ in range(3)] == [200] * 3
    wait_until(lambda: courses_of(portal, newcomer.email) == [12])
    shopping.stop()
    assert "Traceback" not in shopping.text()
    assert portal.operations() == ["users/email", "usersignup", "addusertocourse"]


def test_an_order_is_acknowledged_at_once_and_fulfilled_by_the_worker_apart(shopping, portal, newcomer, tmp_path):
    shopping.start(GATEWAY_WORKER="apart")
    assert told(shopping, "1002", newcomer.email) == 200
    time.sleep(2)
    assert courses_of(portal, newcomer.email) == []
    worker = Process([COMMAND, "worker"], tmp_path / "worker.log", shopping.settings)
    wait_until(lambda: courses_of(portal, newcomer.email) == [12])
    worker.signal(signal.SIGTERM)
    assert worker.ended() == 0
    events = [json.loads(line)["event"] for line in worker.text().splitlines()]
    assert (events[0], events[-1]) == ("worker.started", "worker.ended")


def test_the_worker_is_not_started_beside_the_gateways_own(shopping, tmp_path):
    worker = Process([COMMAND, "worker"], tmp_path / "worker.log", shopping.settings)
    assert worker.ended() == 1
    assert "GATEWAY_WORKER" in worker.text()
