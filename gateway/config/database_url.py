"""Where what lasts is kept: the rule for ``GATEWAY_DATABASE_URL``, and where the database is without that variable."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl

from marshmallow import ValidationError

from gateway.config.rules import host_and_port, plain, split, web_address
from gateway.hosts import is_loopback
from schemas.secret import Secret

VARIABLE = "GATEWAY_DATABASE_URL"
PROJECT = Path(__file__).parents[2]
# Options that can weaken nothing, and that name no other server than the address does.
POSTGRESQL_OPTIONS = frozenset({"sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding", "application_name"})
POSTGRESQL_PLACE = re.compile(r"//([^/?#@]*@)?[^/?#@]*/[^/?#]+(\?[^?#]*)?")


def database(text: str) -> Secret:
    """Return the URL of a SQLite file or of a PostgreSQL database, which is verified where it is not this machine."""
    if text.startswith("sqlite:"):
        return sqlite(text)
    parts = split(text)
    if parts.scheme != "postgresql":
        remedy = "write sqlite:////path/of/gateway.db or postgresql://user:password@host:5432/database"
        raise ValidationError(f"is not the URL of a database; {remedy}")
    if not POSTGRESQL_PLACE.fullmatch(text.partition(":")[2]):
        remedy = "percent-encode / ? # @ and % in the password, and name the database"
        raise ValidationError(f"is not of the form postgresql://user:password@host:port/database; {remedy}")
    check_server(parts)
    return Secret(text)


def sqlite(text: str) -> Secret:
    """Return the URL of a SQLite file with an absolute path."""
    path = plain(text).removeprefix("sqlite:///")
    if path == text or not path.startswith("/") or path.endswith("/") or set("?#%") & set(path):
        remedy = "write four slashes and the path, sqlite:////var/lib/talentlms-gateway/gateway.db, without ?, # and %"
        raise ValidationError(f"is not a SQLite file with its whole path; {remedy}")
    return Secret(text)


def check_server(parts: SplitResult) -> None:
    """Refuse options that are not known to be harmless, and a server elsewhere whose certificate is not verified."""
    options = parse_qsl(parts.query, keep_blank_values=True)
    given = dict(options)
    by_socket = not parts.hostname and given.pop("host", "").startswith("/")
    if len({name for name, _ in options}) < len(options) or set(given) - POSTGRESQL_OPTIONS:
        known = ", ".join(sorted(POSTGRESQL_OPTIONS))
        raise ValidationError(f"has an option twice, or one that is not taken; write each once, of {known}")
    if by_socket:
        return
    host_and_port(parts)
    if given.get("sslmode") != "verify-full" and not is_loopback(parts.hostname or ""):
        remedy = "add ?sslmode=verify-full; only a server on this machine is spoken to without"
        raise ValidationError(f"leads to another machine, whose certificate nobody would check; {remedy}")


def default_place(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variable where it is unset and a place is known that lasts; otherwise nothing.

    The place is systemd's ``StateDirectory`` or, for a gateway that only this machine can reach, ``var`` in the
    project's folder, if it runs from there.
    """
    if VARIABLE in environ or f"{VARIABLE}_FILE" in environ:
        return {}
    of_project = is_for_this_machine(environ.get("GATEWAY_PUBLIC_URL", "")) and (PROJECT / "pyproject.toml").exists()
    folder = environ.get("STATE_DIRECTORY", "").partition(":")[0] or (of_project and PROJECT / "var")
    return {VARIABLE: f"sqlite:///{folder}/gateway.db"} if folder else {}


def is_for_this_machine(public_url: str) -> bool:
    """Tell whether browsers of other machines cannot reach the gateway."""
    try:
        return is_loopback(web_address(public_url).hostname or "")
    except ValidationError:
        return False
