"""A running sandbox, as it was at the start before each test, and a plain client of its API."""

import pytest

from sandbox.talentlms import running_sandbox
from tests.sandbox.talentlms.api_client import KEY, Api


@pytest.fixture(scope="package")
def portal_server():
    with running_sandbox(api_key=KEY) as server:
        yield server


@pytest.fixture
def box(portal_server):
    portal_server.control.reset()
    return portal_server


@pytest.fixture
def api(box):
    return Api(box.url)
