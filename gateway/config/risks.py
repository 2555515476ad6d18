"""What the settings allow although it is dangerous: said by ``check`` and, once at the start, in the log."""

from collections.abc import Iterator

from gateway.config.faults import Fault, shown
from gateway.config.settings import Settings
from schemas.user_type import LEARNERS, is_administrators


def risks(settings: Settings) -> Iterator[Fault]:
    """Walk what is dangerous, each with the setting's name, the danger and what to do."""
    if settings.redis_url is None:
        yield Fault(
            "GATEWAY_REDIS_URL",
            "is not set, so one process has to serve all and forgets every session when it ends; name a Redis server",
        )
    if settings.secure and not settings.trusted_proxies:
        yield Fault(
            "GATEWAY_TRUSTED_PROXIES",
            "names no proxy although the public URL is https, so everybody has the proxy's address, in the log and "
            "for the limits; name the proxy's network",
        )
    if not settings.rate_limits:
        yield Fault("GATEWAY_RATE_LIMITS", "is off, so passwords can be guessed without end; set it on")
    for name in sorted(settings.talentlms.learner_types - LEARNERS):
        yield Fault("talentlms.learner_types", f"{shown(name)} {_danger(name)}")


def _danger(user_type: str) -> str:
    if is_administrators(user_type):
        return (
            "is an administrators' type, so whoever a provider vouches for with an administrator's address becomes "
            "that administrator; remove it"
        )
    return "is not one of TalentLMS's own types for learners; be sure that its accounts may do nothing but learn"
