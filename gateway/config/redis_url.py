"""The rule for ``GATEWAY_REDIS_URL``. What it refuses may be part of a password, so no fault shows any of it."""

import re
from types import MappingProxyType

from marshmallow import ValidationError

from gateway.config.rules import HIGHEST_PORT, check_characters, is_host
from schemas.redis_address import DEFAULT_PORTS, RedisUrl, place, redis_url
from schemas.secret import Secret

SCHEMES = ("redis", "rediss", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")
FORMS = MappingProxyType(
    {
        "single": "redis://user:password@host:6379/0",
        "sentinel": "redis+sentinel://user:password@host:26379,host:26379/service/0",
        "cluster": "redis+cluster://user:password@host:6379,host:6379",
    }
)
SENTINEL_OPTIONS = ("sentinel_username", "sentinel_password")
SERVICE = re.compile(r"[A-Za-z0-9._-]+")
"""What Sentinel itself takes as the name of a primary."""
DATABASE = re.compile(r"[0-9]{0,4}")
NOT_ENCODED = re.compile(r"%(?![0-9A-Fa-f]{2})")


def redis(text: str) -> Secret:
    """Return the URL of a Redis, which may hold passwords but no options that could switch off what keeps it safe."""
    check_characters(text)
    scheme = text.partition(":")[0]
    if scheme not in SCHEMES:
        remedy = "redis://host:6379/0, redis+sentinel://host:26379,host:26379/service or redis+cluster://host:6379"
        raise ValidationError(f"is not a Redis URL; write {remedy}, each with rediss in place of redis for TLS")
    url = redis_url(text)
    if url is None:
        form = FORMS[scheme.partition("+")[2] or "single"]
        remedy = "leave out options that it does not have, and percent-encode / ? # @ : and % in user name and password"
        raise ValidationError(f"is not of the form {form}; {remedy}")
    _check_credentials(url)
    _check_hosts(url)
    _check_path(url)
    _check_options(url)
    return Secret(text)


def _check_credentials(url: RedisUrl) -> None:
    values = (url.user or "", url.password or "", *(value for _, value in url.options))
    if any(map(NOT_ENCODED.search, values)):
        raise ValidationError("has a % in a user name or password that encodes nothing; write %25 for it")
    if url.user is not None and url.password is None:
        remedy = "write :password@ for a password alone, user:password@ for a user of an access control list"
        raise ValidationError(f"has a user name and no password; {remedy}")


def _check_hosts(url: RedisUrl) -> None:
    if url.kind == "single" and len(url.hosts) > 1:
        remedy = "write one, or begin with redis+sentinel:// or redis+cluster://"
        raise ValidationError(f"has several hosts, which one server cannot have; {remedy}")
    for number, text in enumerate(url.hosts, 1):
        found = place(text, DEFAULT_PORTS[url.kind])
        bracketed = text.partition("]")[0] + "]" if text.startswith("[") else text.partition(":")[0]
        if not found or not is_host(bracketed.lower()) or not 0 < found[1] <= HIGHEST_PORT:
            which = f" as its host number {number}" if len(url.hosts) > 1 else ""
            remedy = f"write it like redis.acme.com:{DEFAULT_PORTS[url.kind]}"
            raise ValidationError(f"has no host{which}, or one that cannot be; {remedy}")


def _check_path(url: RedisUrl) -> None:
    if url.kind == "cluster":
        if url.path not in ("", "0"):
            raise ValidationError("names a database, of which a cluster has one; leave out what follows the hosts")
        return
    service, _, database = url.path.partition("/") if url.kind == "sentinel" else ("", "", url.path)
    if url.kind == "sentinel" and not SERVICE.fullmatch(service):
        remedy = "write the name that `sentinel monitor` gives it after the hosts, such as /mymaster"
        raise ValidationError(f"does not name the service that the Sentinels watch; {remedy}")
    if not DATABASE.fullmatch(database):
        raise ValidationError(f"is not of the form {FORMS[url.kind]}; write the number of the database at its end")


def _check_options(url: RedisUrl) -> None:
    names = [name for name, _ in url.options]
    if url.kind != "sentinel":
        if names:
            raise ValidationError(f"is not of the form {FORMS[url.kind]}; leave out options, which begin with ?")
    elif set(names) - set(SENTINEL_OPTIONS) or len(set(names)) < len(names):
        raise ValidationError(f"has an option twice, or one that is not taken; take {' and '.join(SENTINEL_OPTIONS)}")
    elif names == ["sentinel_username"]:
        raise ValidationError("has sentinel_username alone; write sentinel_password, too")
