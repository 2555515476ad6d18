"""The client, connected to the sandbox over real HTTP."""

import pytest

from gateway.outbound.client import HttpClient
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from schemas.secret import Secret
from tests.conftest import API_KEY


@pytest.fixture
def sandbox(portal):
    """The sandbox's control plane, with everything as it was at the start."""
    return portal.control


@pytest.fixture
def url(portal):
    """The sandbox's address."""
    return portal.url


@pytest.fixture
def lms(url):
    return TalentLMS(HttpTransport(url, Secret(API_KEY), HttpClient()), date_format="DDMMYYYY")
