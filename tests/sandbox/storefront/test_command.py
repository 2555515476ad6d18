"""The shop as a command of its own."""

import json
import signal
import subprocess
import sys

import pytest

from sandbox.storefront.control_client import Control
from tests.patience import PATIENT_SECONDS

COMMAND = [sys.executable, "-m", "sandbox.storefront", "--port", "0", "--gateway", "http://127.0.0.1:9/"]


def test_the_command_says_where_it_listens_sells_and_ends_on_sigterm():
    storefront = ["--storefront", "name=shop", "kind=standard", "webhook_secret=whsec_aHVzaA==", "api_key=k"]
    numbers = ["--first-number", "7"]
    with subprocess.Popen([*COMMAND, *storefront, *numbers], stdout=subprocess.PIPE, text=True) as process:
        ready = json.loads(process.stdout.readline())
        told = Control(ready["url"]).buy("SKU-INTRO")
        assert told["order"]["id"] == "order-7"
        assert told["deliveries"][0]["url"] == "http://127.0.0.1:9/webhooks/shop"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENT_SECONDS) == 0


@pytest.mark.parametrize(
    ("storefront", "said"),
    [
        (["name=shop", "kind=magento", "webhook_secret=x"], "kind is one of shopify"),
        (["name=shop", "kind=stripe"], "webhook_secret"),
        (["shop"], "a storefront is written: name="),
    ],
)
def test_a_storefront_that_cannot_be_is_explained(storefront, said):
    ended = subprocess.run([*COMMAND, "--storefront", *storefront], capture_output=True, text=True, check=False)
    assert (ended.returncode, said in ended.stderr) == (2, True)
