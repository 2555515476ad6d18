"""The provider as a command of its own."""

import json
import signal
import subprocess
import sys

import requests

from tests.patience import PATIENT_SECONDS


def test_the_command_says_where_it_listens_and_ends_on_sigterm():
    command = [sys.executable, "-m", "sandbox.idp", "--port", "0", "--client-id", "demo", "--client-secret", "secret"]
    addresses = [
        "--redirect-uri",
        "http://127.0.0.1:1/callback",
        "--post-logout-redirect-uri",
        "http://127.0.0.1:1/out",
    ]
    with subprocess.Popen([*command, *addresses], stdout=subprocess.PIPE, text=True) as process:
        ready = json.loads(process.stdout.readline())
        document = requests.get(f"{ready['issuer']}/.well-known/openid-configuration", timeout=PATIENT_SECONDS).json()
        assert document["issuer"] == ready["issuer"]
        client = requests.get(f"{ready['issuer']}/_control/state", timeout=PATIENT_SECONDS).json()["client"]
        assert client["redirect_uris"] == ["http://127.0.0.1:1/callback"]
        assert client["post_logout_redirect_uris"] == ["http://127.0.0.1:1/out"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENT_SECONDS) == 0
