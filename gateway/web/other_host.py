"""Browsers that come by another host than ``GATEWAY_PUBLIC_URL``'s: they come back without their cookies."""

import logging
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from gateway import log
from gateway.web.notice_interval import NoticeInterval

NOTICE_SECONDS = 600
"""How much time is left between two notices of one process."""

_LONGEST_HOST = 100
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


class HostNotice:
    """Tells the operator, now and then, that a sign-in began at another host than the public address has.

    The ``Host`` header changes nothing: the public address is never taken from a request. A cookie, however, goes back
    to the host alone that set it (RFC 6265, 5.1.3), and the provider sends the browser to the public address.

    Args:
        public_url: our own origin.
        clock: seconds that only grow.
    """

    def __init__(self, public_url: str, clock: Callable[[], float] = time.monotonic) -> None:
        parts = urlsplit(public_url)
        self._public_url = public_url
        self._port = _DEFAULT_PORTS[parts.scheme]
        self._host = parts.netloc.lower().removesuffix(self._port)
        self._interval = NoticeInterval(NOTICE_SECONDS, clock)

    def look(self, host: str) -> None:
        """Write a line into the log if a host is another than the public one, and none was written lately.

        Args:
            host: as the request's header has it, with its port; empty where it has none.
        """
        if not host or host.lower().removesuffix(self._port) == self._host or not self._interval.begin():
            return
        log.event(
            "sign_in.other_host",
            level=logging.WARNING,
            host=host[:_LONGEST_HOST],
            note=f"the address is {self._public_url}; a browser at another one comes back without its cookies",
            remedy="have the proxy redirect other names to it; where people use that address, have it pass on Host; if "
            "that name is the right one, correct GATEWAY_PUBLIC_URL",
        )
