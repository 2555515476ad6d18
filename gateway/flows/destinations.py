"""Where TalentLMS's links may lead: the one place that decides it."""

from collections.abc import Collection

from gateway.errors import ForeignLink
from gateway.hosts import is_loopback
from schemas.link import Link

SHOWN_CHARACTERS = 80
"""How much of a host is told."""
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


class Destinations:
    """Hosts that a link may point to, with their ports.

    Args:
        hosts: of links that sign somebody in.
        payment_hosts: of payment pages.
    """

    def __init__(self, hosts: Collection[str], payment_hosts: Collection[str]) -> None:
        self._hosts = hosts
        self._payment_hosts = payment_hosts

    def sign_in(self, link: Link) -> Link:
        """Return the link if it leads to a TalentLMS host.

        Raises:
            ForeignLink: it does not, or is not https, or carries user information or characters that no URL has.
        """
        return _checked(link, self._hosts, "TALENTLMS_LINK_HOSTS")

    def payment(self, link: Link) -> Link:
        """Return the link if it leads to a payment host; errors as ``sign_in``."""
        return _checked(link, self._payment_hosts, "TALENTLMS_PAYMENT_HOSTS")


def _checked(link: Link, hosts: Collection[str], setting: str) -> Link:
    host = link.host.removesuffix(_DEFAULT_PORTS.get(link.scheme, ":"))
    secure = link.scheme == "https" or (link.scheme == "http" and is_loopback(_without_port(host)))
    clean = link.reveal().isascii() and link.reveal().isprintable()
    leads = f"a link to {link.scheme}://{host[:SHOWN_CHARACTERS]}"
    if not secure:
        raise ForeignLink(f"{leads}, which is not https: have TalentLMS use https alone")
    if not clean:
        raise ForeignLink(f"{leads}, with characters that no address has: see what answers at TALENTLMS_URL")
    if host not in hosts:
        raise ForeignLink(f"{leads}, a host that is not in {setting}: add it there if it is yours")
    return link


def _without_port(host: str) -> str:
    return host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
