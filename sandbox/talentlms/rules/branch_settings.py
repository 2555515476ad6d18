"""What a new branch is told about its look and its trade (API document, "Create a new branch")."""

from sandbox.talentlms.arguments import Arguments
from sandbox.talentlms.domain_lists import CURRENCIES, LANGUAGES, USER_TYPES
from sandbox.talentlms.errors import InvalidArguments
from sandbox.talentlms.timezones import time_zone

VERIFICATIONS = ("captcha", "email", "admin")
METHODS = ("direct", "manual", *VERIFICATIONS)
SWITCHES = ("disallow_global_login", "ecommerce_subscription", "ecommerce_credits")
ON_OFF = {"on": "1", "1": "1", "off": "0", "0": "0"}
TEXTS = (
    "internal_announcement",
    "external_announcement",
    "registration_email_restriction",
    "paypal_email",
    "ecommerce_subscription_interval",
)


def read(given: Arguments) -> dict[str, str | None]:
    """Return the settings by their key in the reply; raises ``InvalidArguments``."""
    settings: dict[str, str | None] = {name: given.text(name) for name in TEXTS if given.values.get(name)}
    settings |= {name: ON_OFF[given.choice(name, tuple(ON_OFF))] for name in SWITCHES if name in given}
    if "language" in given:
        settings["language"] = given.choice("language", tuple(LANGUAGES))
    if "timezone" in given:
        settings["timezone"] = _time_zone(given)
    if "currency" in given:
        settings["currency"] = CURRENCIES[given.choice("currency", tuple(CURRENCIES))]
    if "ecommerce_processor" in given:
        settings["payment_processor"] = given.text("ecommerce_processor")
    if given.cents("ecommerce_subscription_price"):
        settings["ecommerce_subscription_price"] = given.text("ecommerce_subscription_price")
    return settings | _sign_up(given) | _user_type(given)


def _time_zone(given: Arguments) -> str:
    name = time_zone(given.text("timezone"))
    if name is None:
        raise InvalidArguments
    return name


def _sign_up(given: Arguments) -> dict[str, str]:
    method = given.choice("signup_method", METHODS, "direct")
    default = method if method in VERIFICATIONS else ""
    verification = given.choice("verification", ("", *VERIFICATIONS), default)
    kind = "manual" if method == "manual" else "direct"
    return {"signup_method": verification or method, "signup_type": kind, "verification": verification}


def _user_type(given: Arguments) -> dict[str, str]:
    if "user_type" not in given:
        return {}
    name = given.choice("user_type", tuple(USER_TYPES))
    return {"user_type_id": USER_TYPES[name], "user_type": name}
