"""The rule for what one person's clicks may spend."""

import re

from gateway.admission import PersonLimit
from gateway.config.faults import Invalid, did_you_mean

OFF = "off"
AT_ONCE = 10_000
PER_SECOND = 1_000
PERCENT = 100

_FORM = re.compile(r"([0-9]{1,5})\s*,\s*([0-9]{1,4}(?:\.[0-9]{1,3})?)\s*,\s*([0-9]{1,3})\s*%", re.ASCII)
_REMEDY = "write calls at once, calls a second and a share of the hour, such as 20,1,5%, or off"


def person_limit(text: str) -> PersonLimit:
    """Return the limit that a text such as ``20,1,5%`` stands for, or ``off``.

    A second may have up to three decimal places; the other two are whole numbers.
    """
    if text == OFF:
        return PersonLimit()
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise Invalid("is not a limit per person", did_you_mean(text.strip().lower(), [OFF], _REMEDY), text)
    at_once, per_second, share = int(found[1]), float(found[2]), int(found[3])
    for wrong, number, most in (
        ("calls at once", at_once, AT_ONCE),
        ("calls a second", per_second, PER_SECOND),
        ("percent of the hour", share, PERCENT),
    ):
        if not 0 < number <= most:
            raise Invalid(
                f"allows {number:g} {wrong}", f"write more than 0 and at most {most}, or off for no limit", text
            )
    return PersonLimit(at_once, per_second, share)
