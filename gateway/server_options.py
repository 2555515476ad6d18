"""Which options of gunicorn the gateway does not start with: each would break it or weaken it without a word.

They can come from the command line and from ``GUNICORN_CMD_ARGS``, where they overrule ``gunicorn.conf.py``.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

_PATHS = "the gateway has an origin of its own and cannot be served below a path; set GATEWAY_PUBLIC_URL alone"
_LOGGED = (
    "a code, a state or a coupon would stand in it; each request has a line in the gateway's own log, and a proxy can "
    "write one without queries"
)
_REPORTED = "it does nothing here, since the gateway has a logger of its own; leave it out"
_PLAIN = "the gateway speaks plain HTTP/1.1; a proxy in front of it has the certificate"
_STRICT = "a request could mean one thing to the proxy and another to the gateway; leave it out"
_SPOOFED = "what a browser makes up could pass for a proxy's word; leave it out"
_UNLIMITED = "one request could take any amount of memory; name a limit, or leave it out"
_ENDLESS = "a browser that sends its head slowly would be waited for without end; name a time, or leave it out"
_THREADS = "a click waits in a greenlet, which costs no thread; --worker-connections limits them; leave it out"
_DEVELOPING = "it is for development, and shows the program's inside to strangers or in the log; leave it out"
_THROWN_AWAY = (
    "the gateway's log would be thrown away; let systemd or a container keep it running, or add --capture-output and a "
    "file as --error-logfile"
)

_ONLY: Mapping[str, tuple[tuple[Any, ...], str]] = {
    "root_path": (("",), _PATHS),
    "accesslog": ((None,), _LOGGED),
    "access_log_format": (('%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"',), _LOGGED),
    "logconfig": ((None,), _LOGGED),
    "logconfig_dict": (({},), _LOGGED),
    "logconfig_json": ((None,), _LOGGED),
    "statsd_host": ((None,), _REPORTED),
    "statsd_prefix": (("",), _REPORTED),
    "dogstatsd_tags": (("",), _REPORTED),
    "enable_backlog_metric": ((False,), _REPORTED),
    "certfile": ((None,), _PLAIN),
    "keyfile": ((None,), _PLAIN),
    "protocol": (("http",), _PLAIN),
    "http_protocols": ((["h1"],), _PLAIN),
    "http2_cleartext": (("off",), _PLAIN),
    "permit_obsolete_folding": ((False,), _STRICT),
    "strip_header_spaces": ((False,), _STRICT),
    "permit_unconventional_http_method": ((False,), _STRICT),
    "permit_unconventional_http_version": ((False,), _STRICT),
    "casefold_http_method": ((False,), _STRICT),
    "forwarder_headers": (([],), _SPOOFED),
    "secure_scheme_headers": (({},), _SPOOFED),
    "header_map": (("drop", "refuse"), _SPOOFED),
    "threads": ((1,), _THREADS),
    "reload": ((False,), _DEVELOPING),
    "spew": ((False,), _DEVELOPING),
}
_NOT_ZERO: Mapping[str, str] = {
    "limit_request_line": _UNLIMITED,
    "limit_request_fields": _UNLIMITED,
    "limit_request_field_size": _UNLIMITED,
    "keepalive": _ENDLESS,
}


class Option(Protocol):
    """An option as gunicorn knows it.

    Attributes:
        cli: how the command line calls it; none where only a configuration file can set it.
    """

    cli: list[str] | None

    def get(self) -> Any:
        """Return its value, by which the server would run."""


def refused(options: Mapping[str, Option], environ: Mapping[str, str], own: Mapping[str, tuple[Any, ...]]) -> list[str]:
    """Return what is wrong with the options, a sentence for each.

    Args:
        options: all of gunicorn's, by their names in a configuration file.
        environ: the environment; gunicorn takes ``SCRIPT_NAME`` from it.
        own: further options, and which values of them the configuration file insists on.
    """
    values = {name: option.get() for name, option in options.items()}
    faults = dict(_faults(values, own))
    found = [f"gunicorn's {(options[name].cli or [name])[-1]}: {why}." for name, why in faults.items()]
    return [*found, *([f"SCRIPT_NAME: {_PATHS}."] if environ.get("SCRIPT_NAME") else [])]


def _faults(values: Mapping[str, Any], own: Mapping[str, tuple[Any, ...]]) -> Iterator[tuple[str, str]]:
    for name, (allowed, why) in _ONLY.items():
        if values[name] not in allowed:
            yield name, why
    for name, allowed in own.items():
        if values[name] not in allowed:
            yield name, "gunicorn.conf.py chooses it, and the gateway relies on its choice; leave it out"
    for name, why in _NOT_ZERO.items():
        if not values[name]:
            yield name, why
    if values["syslog"] and not values["disable_redirect_access_to_syslog"]:
        yield "syslog", f"{_LOGGED}; add --disable-redirect-access-to-syslog"
    if values["proxy_protocol"] != "off" and "*" in values["proxy_allow_ips"]:
        yield "proxy_allow_ips", "anybody could pretend to have any address; name your proxies"
    kept = values["enable_stdio_inheritance"] or (values["capture_output"] and values["errorlog"] != "-")
    if values["daemon"] and not kept:
        yield "daemon", _THROWN_AWAY
