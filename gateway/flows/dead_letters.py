"""What cannot succeed however often it is tried, and what a shop-keeper is told about it."""

from collections.abc import Mapping

from gateway.errors import (
    AccountInactive,
    Conflict,
    GatewayError,
    Gone,
    InvalidRequest,
    NotFound,
    ProvisioningBusy,
    ProvisioningRefused,
    ShopError,
    ShopUnavailable,
    Throttled,
    Unwritable,
)

NO_EMAIL = "no-email"
UNKNOWN_SKU = "unknown-sku"
NO_STOREFRONT = "storefront-unknown"
TOO_MANY_SEATS = "too-many-seats"
NOTHING_IN_IT = "nothing-in-it"
FORGOTTEN = "person-forgotten"
NO_LINES = "lines-unknown"
ADMINISTRATOR = "administrators-account"
ACCOUNT_VANISHES = "account-vanishes"
KEEPS_FAILING = "keeps-failing"

MOST_SEATS = 1000
"""How many seats of one line are given codes."""

SENTENCES: Mapping[str, str] = {
    NO_EMAIL: "The shop told no e-mail address for this; put one into the order and save it.",
    UNKNOWN_SKU: (
        "No product with this SKU is among the storefront's products in the gateway's settings; add it there, or "
        "correct the SKU in the shop; then retry."
    ),
    NO_STOREFRONT: "The storefront is not in the gateway's settings any more.",
    TOO_MANY_SEATS: f"More than {MOST_SEATS} seats in one line; split the order.",
    NOTHING_IN_IT: "There is no course in this category or group of TalentLMS; add some, then retry.",
    FORGOTTEN: "The customer was erased before this could be given.",
    NO_LINES: (
        "The shop's message did not say what was bought, and the gateway cannot ask: set shop_api_key (and shop_url) "
        "of the storefront, or have the shop send the SKUs along; then retry."
    ),
    ADMINISTRATOR: (
        "The TalentLMS account with this e-mail address may do more than learn, and no order changes such an account; "
        "give the customer a learner's account, or enrol them by hand."
    ),
    ACCOUNT_VANISHES: (
        "TalentLMS says twice that the customer's account does not exist, which it had just named; look for it there, "
        "then retry."
    ),
    KEEPS_FAILING: (
        "This failed again and again for an hour, and nothing else did. The gateway's log says more; retry once that "
        "is mended, or enrol the customer by hand."
    ),
    "user-not-found": "The TalentLMS account of whoever redeemed this seat does not exist any more.",
    "account-not-a-learner": "The TalentLMS account with this e-mail address is no learner's; enrol them by hand.",
    "account-inactive": "The TalentLMS account of this customer is switched off; activate it, then retry.",
    "account-archived": "The TalentLMS account of this customer is archived; restore or delete it, then retry.",
    "account-taken": "TalentLMS has an account that is in this customer's way; merge or change one, then retry.",
    "username-taken": "Other accounts in TalentLMS have every username for this customer; change one's, then retry.",
    "email-not-verified": "TalentLMS has an account that is in this customer's way; merge or change one, then retry.",
    "course-not-found": "The course of this product does not exist in TalentLMS; correct the settings, then retry.",
    "category-not-found": "The category of this product does not exist in TalentLMS; correct the settings, then retry.",
    "group-not-found": "The group of this product does not exist in TalentLMS; correct the settings, then retry.",
    "seats-used-up": "Every seat of the TalentLMS plan is taken; free some or take a larger plan, then retry.",
    "field-required": "TalentLMS demands a custom field of new accounts; make it optional there, then retry.",
    "talentlms-weak-password": "TalentLMS's rule for passwords is too strict for the gateway's; relax it, then retry.",
    "sign-up-refused": "TalentLMS does not accept the customer's name or e-mail address; correct it in the order.",
    "shop-key-refused": (
        "The shop does not let the gateway read what was bought; correct shop_api_key of the storefront, which "
        "needs the right to read orders; then retry."
    ),
    "shop-order-unknown": "The shop to which shop_url and shop_api_key lead has no such order; correct them, retry.",
    "shop-error": "What the shop told of this order is not an order; see the log, and enrol the customer by hand.",
}
"""By an error's code: what a shop-keeper is told."""

_PERMANENT = (NotFound, Gone, AccountInactive, Conflict, InvalidRequest, Unwritable, ProvisioningRefused, ShopError)
_PASSING = (ProvisioningBusy, Throttled, ShopUnavailable)


class DeadLetter(Exception):
    """Something that cannot succeed until a person does something about it; never leaves the flows.

    Args:
        code: what is the matter.
        detail: which one, such as the SKU; or what TalentLMS says.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        sentence = SENTENCES.get(code, "TalentLMS does not accept this.")
        super().__init__(code)
        self.code = code
        self.sentence = f"{sentence} ({detail})" if detail else sentence


def dead_letter(error: GatewayError) -> DeadLetter | None:
    """Return the dead letter that an error makes of what met it; ``None`` where trying again makes sense."""
    if not isinstance(error, _PERMANENT) or isinstance(error, _PASSING):
        return None
    return DeadLetter(error.code, "" if error.code in SENTENCES else error.note)
