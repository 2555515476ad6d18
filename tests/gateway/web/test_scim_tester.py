"""scim2-tester, against a gateway that serves."""

import json
import subprocess
import sys
import threading

import pytest
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
    command = [sys.executable, "-m", "tests.gateway.web.scim_tester", served, TOKEN]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    results = json.loads(done.stdout)
    assert [one for one in results if one[1] != "SUCCESS"] == []
    assert len(results) > 100
