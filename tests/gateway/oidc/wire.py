"""What really goes out to the provider, and what comes back."""

import json
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from sandbox.idp.jose import unb64

TOKENS = ("access_token", "id_token", "refresh_token")


@dataclass(frozen=True)
class Request:
    method: str
    url: str
    headers: dict
    form: dict
    body: str = ""

    @property
    def path(self):
        return urlsplit(self.url).path


class Wire:
    """Requests in the order in which they went out, and the answers that came."""

    def __init__(self):
        self.requests = []
        self.answers = []

    def went_out(self, request):
        body = request.body.decode() if isinstance(request.body, bytes) else request.body or ""
        form = dict(parse_qsl(body, keep_blank_values=True))
        self.requests.append(Request(request.method, request.url, dict(request.headers), form, body))

    def came_back(self, request, answer):
        self.answers.append((urlsplit(request.url).path, answer.text))
        return answer

    def to(self, path):
        return [request for request in self.requests if request.path == path]

    def tokens(self):
        """Return every token that the provider has handed out."""
        answers = [json.loads(text) for path, text in self.answers if path == "/token"]
        return [answer[name] for answer in answers for name in TOKENS if name in answer]


def parts(token):
    """Return header and claims of a JWT, unverified."""
    head, claims, _ = token.split(".")
    return json.loads(unb64(head)), json.loads(unb64(claims))
