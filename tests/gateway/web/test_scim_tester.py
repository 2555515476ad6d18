"""scim2-tester, against a gateway that serves."""

import threading

import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server
from werkzeug.serving import make_server

from tests.gateway.web.scim_client import FILE, TOKEN


@pytest.fixture
def served(gateway):
    """Return the address of a gateway that serves; the addresses in its answers are those that it is known by."""
    listener = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    listener.app = gateway(file=FILE, GATEWAY_PUBLIC_URL=f"http://127.0.0.1:{listener.port}")
    thread = threading.Thread(target=listener.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listener.port}/scim/v2"
    listener.shutdown()
    thread.join()
    listener.server_close()


def test_it_reports_no_error(served):
    with httpx2.Client(base_url=served, headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        results = check_server(SyncSCIMClient(http))
    assert [f"{one.title}: {one.status.name} {one.reason}" for one in results if one.status is not Status.SUCCESS] == []
    assert len(results) > 100
