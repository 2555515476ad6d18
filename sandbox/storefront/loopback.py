"""Who may use the shop: only someone on the same machine."""

from ipaddress import ip_address

from flask import abort, request


def only() -> None:
    """Refuse a request that does not come from the machine itself."""
    caller = request.remote_addr
    if caller is None or not ip_address(caller).is_loopback:
        abort(403, "Only for requests from the machine that the shop runs on.")
