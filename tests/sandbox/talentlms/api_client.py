"""The plainest client of the API that the tests can use: arguments in, status and JSON out, no cookies."""

import base64

import requests

from sandbox.talentlms import OPERATIONS
from tests.patience import PATIENT_SECONDS

KEY = "test-key"
BACK = "http://127.0.0.1:9/signed-out"


def encoded(url):
    return base64.b64encode(url.encode()).decode()


class Api:
    def __init__(self, url, key=KEY):
        self.url = url
        self.auth = (key, "")

    def get(self, path):
        return requests.get(f"{self.url}/api/v1/{path}", auth=self.auth, timeout=PATIENT_SECONDS, allow_redirects=False)

    def post(self, action, **form):
        return requests.post(f"{self.url}/api/v1/{action}", data=form, auth=self.auth, timeout=PATIENT_SECONDS)

    def call(self, operation, **arguments):
        action = operation.partition("/")[0]
        if "GET" not in OPERATIONS[operation].methods:
            return self.post(action, **arguments)
        pairs = ",".join(f"{name}:{value}" for name, value in arguments.items())
        return self.get(f"{action}/{pairs}" if pairs else action)

    def ask(self, operation, **arguments):
        reply = self.call(operation, **arguments)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def refusal(self, operation, **arguments):
        return refusal(self.call(operation, **arguments))

    def sign_up(self, login="kim", **more):
        person = {"first_name": "Kim", "last_name": "Lee", "email": f"{login}@example.com", "login": login}
        return self.ask("usersignup", **{**person, "password": "Secret-123", **more})["id"]


def refusal(reply):
    error = reply.json()["error"]
    assert set(reply.json()) == {"error"}
    assert list(error) == ["type", "message"]
    return reply.status_code, error["message"]
