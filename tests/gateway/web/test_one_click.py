"""One plain click, traced: how often it goes from one package of the gateway's into another.

A package is a folder of ``gateway``, or a module of its own there, such as ``log``. A change is a call from one into
another; that the call returns is not counted again. Libraries in between do not count.
"""

import io
import json
import sys
import types
from pathlib import Path

import pytest

import gateway as gateway_package
from gateway import log
from tests.gateway.web.browser import PAGE

MOST = 25
ROOT = Path(gateway_package.__file__).parent


def package_of(code: types.CodeType):
    file = Path(code.co_filename)
    if ROOT not in file.parents:
        return None
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


class Trace:
    """Follows what runs in this thread."""

    def __init__(self):
        self.changes = []
        self.packages = set()
        self._stack = []

    def __enter__(self):
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)

    def _note(self, frame, event, _):
        if event not in ("call", "return") or (package := package_of(frame.f_code)) is None:
            return
        if event == "return":
            if self._stack:
                self._stack.pop()
            return
        if self._stack and self._stack[-1] != package:
            self.changes.append(f"{self._stack[-1]} → {package}: {frame.f_code.co_qualname}")
        self._stack.append(package)
        self.packages.add(package)


@pytest.mark.parametrize("path", ["/go/course/12", "/go"])
def test_a_click_passes_twenty_five_package_changes_at_most(browser, own_log_handlers, asked, path):
    browser.sign_in("robin")
    with browser.client.get(path, headers=PAGE) as before:  # the account is found, enrolled and known from here on
        environ = dict(before.request.environ)
    asked()
    written, answered = io.StringIO(), []
    log.configure("info", written)
    with Trace() as trace:
        body = b"".join(browser.app.wsgi_app(environ, lambda *said: answered.append(said)))

    assert len(trace.changes) <= MOST, "\n".join(trace.changes)
    assert trace.packages >= {"web", "flows", "talentlms", "store", "outbound", "context", "log"}
    ((status, _),) = answered
    assert (status, body, len(asked())) == ("302 FOUND", b"", 1)
    assert [json.loads(line)["event"] for line in written.getvalue().splitlines()] == ["launch", "request"]
