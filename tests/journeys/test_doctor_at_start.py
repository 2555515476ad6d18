"""The doctor at the start: its findings are in the log, once, and nobody waits for it."""

import signal

import pytest
import requests

from tests.gateway.talentlms.odd_server import HANG, odd_server
from tests.journeys.gateway_process import gateway_at
from tests.patience import PATIENT_SECONDS


@pytest.fixture
def starting(tmp_path, addresses, portal, provider, redis_server):
    """A gateway that has not been started yet."""
    with redis_server.client(6) as client:
        client.flushdb()
    gateway = gateway_at(addresses["starting"], tmp_path, portal, provider, redis_server.url(6))
    yield gateway
    gateway.end()


@pytest.fixture
def silent():
    """A TalentLMS that takes connections and says nothing."""
    with odd_server(HANG) as server:
        yield server


def findings(gateway):
    return [event for event in gateway.events() if event["event"] == "doctor.finding"]


def finished(gateway):
    return [event for event in gateway.events() if event["event"] == "doctor.finished"]


def test_one_of_two_workers_asks_and_each_list_costs_one_call(starting, portal):
    portal.control.clear_calls()
    starting.process = starting.launched().when(starting.examinations)

    (summary,) = finished(starting)
    assert (summary["level"], summary["faults"]) == ("info", 0)
    assert portal.operations() == ["ratelimit", "siteinfo", "courses", "categories"]


def test_a_fault_is_told_with_its_setting_and_what_to_do_and_the_gateway_serves(starting):
    starting.start(TALENTLMS_API_KEY="another-key")

    (fault,) = [event for event in findings(starting) if event["level"] == "error"]
    assert (fault["setting"], fault["reference"]) == ("TALENTLMS_API_KEY", "-")
    assert fault["remedy"].startswith("Copy TALENTLMS_API_KEY anew")
    assert finished(starting)[0]["faults"] == 1
    assert "another-key" not in starting.text()
    assert requests.get(f"{starting.url}/readyz", timeout=PATIENT_SECONDS).status_code == 200


def test_the_gateway_answers_before_the_doctor_has_an_answer(starting, silent):
    starting.settings |= {"TALENTLMS_URL": silent.url}
    starting.process = starting.launched().when(starting.answers)

    assert finished(starting) == []
    silent.stop()
    starting.process.when(lambda: finished(starting))
    assert [event["setting"] for event in findings(starting) if event["level"] == "error"] == ["TALENTLMS_URL"]


def test_settings_that_were_read_anew_are_looked_at_anew(starting):
    starting.start(WEB_CONCURRENCY="2")
    starting.process.signal(signal.SIGHUP)

    starting.process.when(lambda: len(finished(starting)) > 1)
    assert len(finished(starting)) == 2
