"""A TalentLMS branch: a part of a domain with its own people, look and rules (API document, *Branches*)."""

from dataclasses import dataclass

from marshmallow import fields

from schemas.named import Named, NamedSchema
from schemas.price import Price, PriceField
from schemas.reply import Reply
from schemas.wire_fields import Limit, Many, Text


@dataclass(frozen=True)
class Branch:
    """A branch.

    Attributes:
        branch_id: TalentLMS's id.
        name: its name, which is also the first label of its host.
        description: what it is for.
        status: ``active`` or ``inactive``; empty where TalentLMS does not say.
        avatar: a picture's URL.
        theme: its look.
        timezone: as TalentLMS words it, ``(GMT +02:00) Athens, Istanbul, Minsk``.
        signup_method: how people get in: ``direct``, ``captcha``, ``email``, ``admin`` or ``manual``.
        signup_type: ``direct`` or ``manual``.
        verification: how sign-ups are verified, such as ``captcha`` or ``email``; empty for not at all.
        internal_announcement: what people read who are signed in.
        external_announcement: what people read who are not.
        language: a code, such as ``en``.
        user_type_id: the type that new users get.
        user_type: that type's name.
        group_id: the group that new users join, or ``None``.
        registration_email_restriction: the domains that addresses may have, as TalentLMS writes them; empty for any.
        users_limit: how many users it may have, or ``None`` for any number.
        disallow_global_login: whether its users may sign in only here.
        payment_processor: who takes the money, empty for nobody.
        currency: the currency's name, ``US Dollar``.
        paypal_email: who gets it.
        ecommerce_subscription: whether a subscription is sold.
        ecommerce_subscription_price: what that costs.
        ecommerce_subscription_interval: how often.
        ecommerce_credits: whether credits are sold.
        users: who is in it; only where the branch was asked for alone.
        courses: what it offers; only where the branch was asked for alone.
    """

    branch_id: int
    name: str = ""
    description: str = ""
    status: str = ""
    avatar: str = ""
    theme: str = ""
    timezone: str = ""
    signup_method: str = ""
    signup_type: str = ""
    verification: str = ""
    internal_announcement: str = ""
    external_announcement: str = ""
    language: str = ""
    user_type_id: int | None = None
    user_type: str = ""
    group_id: int | None = None
    registration_email_restriction: str = ""
    users_limit: int | None = None
    disallow_global_login: bool = False
    payment_processor: str = ""
    currency: str = ""
    paypal_email: str = ""
    ecommerce_subscription: bool = False
    ecommerce_subscription_price: Price | None = None
    ecommerce_subscription_interval: str = ""
    ecommerce_credits: bool = False
    users: tuple[Named, ...] = ()
    courses: tuple[Named, ...] = ()


class BranchSchema(Reply):
    """A branch as ``branches`` and ``createbranch`` answer it."""

    record_type = Branch
    branch_id = fields.Integer(required=True, data_key="id")
    name = Text()
    description = Text()
    status = Text()
    avatar = Text()
    theme = Text()
    timezone = Text()
    signup_method = Text()
    signup_type = Text()
    verification = Text()
    internal_announcement = Text()
    external_announcement = Text()
    language = Text()
    user_type_id = fields.Integer()
    user_type = Text()
    group_id = fields.Integer()
    registration_email_restriction = Text()
    users_limit = Limit()
    disallow_global_login = fields.Boolean()
    payment_processor = Text()
    currency = Text()
    paypal_email = Text()
    ecommerce_subscription = fields.Boolean()
    ecommerce_subscription_price = PriceField()
    ecommerce_subscription_interval = Text()
    ecommerce_credits = fields.Boolean()
    users = Many(NamedSchema)
    courses = Many(NamedSchema)
