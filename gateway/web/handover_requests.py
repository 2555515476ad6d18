"""What a storefront asks for, with the names in it looked up: the same for a launch and for a hand-off token."""

from gateway.errors import NotFound
from gateway.personal_data import email_address
from gateway.web.slugs import Slugs
from schemas.handover import Handover, Target
from schemas.launch import Fault, FaultyRequest, LaunchRequest, LaunchTarget
from schemas.order import Customer

_NOT_AN_ADDRESS = Fault("#/person/email", "is not one e-mail address")


def handover_of(storefront: str, asked: LaunchRequest, slugs: Slugs) -> Handover:
    """Return whom a storefront hands over, and where to.

    Args:
        storefront: its name.
        asked: what it says.
        slugs: which course or category a name means.

    Raises:
        FaultyRequest: the e-mail address is none, or there is no such slug.
    """
    person = asked.person
    email = email_address(person.email)
    item_id, unknown = _item_id(asked.target, slugs)
    faults = [*([] if email else [_NOT_AN_ADDRESS]), *unknown]
    if faults:
        raise FaultyRequest(faults)
    customer = Customer(email, person.customer_id, person.first_name.strip(), person.last_name.strip())
    target = Target(asked.target.kind, item_id, asked.target.coupon)
    return Handover(storefront, customer, person.email_verified, target)


def _item_id(target: LaunchTarget, slugs: Slugs) -> tuple[int, list[Fault]]:
    """Return the id of the course or category, 0 for none; or what is wrong with its name."""
    if target.kind == "dashboard":
        return 0, []
    kind = "category" if target.kind == "buy_category" else "course"
    try:
        return slugs.item(kind, target.name).id, []
    except NotFound:
        return 0, [Fault(f"#/target/{target.kind}", f"is neither an id nor a slug of a {kind}")]
