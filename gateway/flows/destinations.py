"""Where TalentLMS's links may lead: the one place that decides it."""

from collections.abc import Collection

from gateway.errors import ForeignLink
from gateway.hosts import is_loopback
from schemas.link import Link

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
        return _checked(link, self._hosts)

    def payment(self, link: Link) -> Link:
        """Return the link if it leads to a payment host; errors as ``sign_in``."""
        return _checked(link, self._payment_hosts)


def _checked(link: Link, hosts: Collection[str]) -> Link:
    host = link.host.removesuffix(_DEFAULT_PORTS.get(link.scheme, ":"))
    secure = link.scheme == "https" or (link.scheme == "http" and is_loopback(_without_port(host)))
    clean = link.reveal().isascii() and link.reveal().isprintable()
    if not (secure and clean and host in hosts):
        raise ForeignLink(f"a link to {link.scheme}://{host[:80]}; see TALENTLMS_LINK_HOSTS")
    return link


def _without_port(host: str) -> str:
    return host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
