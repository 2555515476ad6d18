import threading

import pytest

from gateway.database.account_links import AccountLinks
from gateway.flows.fulfilment import Fulfilment
from gateway.outbound.client import HttpClient
from gateway.store.connection import connect
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from gateway.worker.order_worker import OrderWorker
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.gateway.database.conftest import database, database_url, kind, opened  # noqa: F401
from tests.gateway.flows.selling import Shop
from tests.patience import PATIENT_SECONDS


@pytest.fixture
def shop(portal, database):  # noqa: F811
    lms = TalentLMS(HttpTransport(portal.url, Secret(API_KEY), HttpClient()))
    return Shop(lms, connect(None), database, AccountLinks(database))


@pytest.fixture
def worker(shop):
    """Make a worker; what it does with an order may be replaced."""
    made = []

    def one(fulfilment=None, at_once=4, apart=0.0):
        fulfilment = fulfilment or Fulfilment({"shop": shop.settings}, *shop._parts)
        made.append(OrderWorker(shop.queue, fulfilment, threading.Event(), at_once, apart=apart))
        return made[-1]

    yield one
    for each in made:
        each.stop(PATIENT_SECONDS)
