"""``talentlms-gateway worker`` with an operator listener of its own."""

import re
import sys
from pathlib import Path

import pytest
import requests

from tests.databases import new_database
from tests.gateway.test_factory import clean_environment
from tests.journeys.process import Process
from tests.patience import PATIENT_SECONDS
from tests.ports import HOST, free_port

PROGRAM = str(Path(sys.executable).with_name("talentlms-gateway"))


@pytest.fixture
def worker(tmp_path, redis_server):
    """Begin a worker with these settings; it has said that it begins."""
    redis_server.tell("FLUSHALL")
    running, database = [], new_database(tmp_path)

    def begun(**settings):
        environment = clean_environment(
            GATEWAY_WORKER="apart",
            GATEWAY_REDIS_URL=redis_server.url.reveal(),
            GATEWAY_DATABASE_URL=database,
            **settings,
        )
        process = Process([PROGRAM, "worker"], tmp_path / f"worker-{len(running)}.log", environment)
        running.append(process)
        return process.when(lambda: '"worker.started"' in process.text())

    yield begun
    for process in running:
        process.stop()


def test_it_counts_what_it_does_and_is_on_the_page_until_it_ends(worker):
    bind = f"{HOST}:{free_port()}"
    process = worker(GATEWAY_METRICS_BIND=bind)
    scraped = requests.get(f"http://{bind}/metrics", timeout=PATIENT_SECONDS).text
    assert "talentlms_gateway_ready 1.0" in scraped
    assert "talentlms_gateway_talentlms_breaker_open 0.0" in scraped
    page = requests.get(f"http://{bind}/", timeout=PATIENT_SECONDS).text
    assert re.search(r'<tr><th scope="row">\S+:\d+<td>worker<td>', page)
    process.stop()
    assert '"worker.ended"' in process.text()
    assert "Traceback" not in process.text()


def test_beside_somebody_who_listens_there_it_works_and_says_so(worker):
    bind = f"{HOST}:{free_port()}"
    worker(GATEWAY_METRICS_BIND=bind)
    second = worker(GATEWAY_METRICS_BIND=bind)
    assert '"worker.not_observed"' in second.text()
    assert "Address already in use" in second.text()
    assert requests.get(f"http://{bind}/readyz", timeout=PATIENT_SECONDS).status_code == 200


def test_without_the_setting_it_neither_listens_nor_writes_down_anything(worker, redis_server):
    process = worker()
    process.stop()
    assert "worker.not_observed" not in process.text()
    assert redis_server.tell("KEYS", "*activity*") == []
