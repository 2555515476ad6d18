"""Every error of ``gateway/errors`` as a row for the operator: code, status, heading, meaning, what to do."""

import re

from gateway.errors import GatewayError
from gateway.web.error_pages import page_of
from gateway.web.message_catalog import text

UNREACHED = "No address of the gateway leads here today."

REMEDIES = {
    "internal-error": "`problem.unforeseen` in the log has a traceback; please report it.",
    "page-not-found": "Correct the link; the name of a provider in it has to be one of the entries.",
    "method-not-allowed": "Correct whatever sends the request.",
    "bad-request": "`note` names the parameter. Behind a tile: `iss` is no configured issuer.",
    "form-expired": "Open the page again. If everybody meets it: is the browser's address `GATEWAY_PUBLIC_URL`?",
    "too-many-attempts": "Wait. If many meet it at once, `GATEWAY_TRUSTED_PROXIES` is missing; if one person does, they "
    "were refused again and again: look at `provisioning`.",
    "not-a-navigation": "Link to the address instead of fetching it by script.",
    "password-refused": "Nothing, or reset the password in TalentLMS.",
    "sign-in-interrupted": "Nothing for one person. For everybody: cookies do not come back, see below.",
    "sign-in-denied": "Assign the person to the application at the provider; `note` has the provider's words.",
    "no-rule-holds": "Add the person to a group of a rule of the [mapping](mapping.md), or write a rule for them; "
    "`talentlms-gateway mapping test` shows which hold.",
    "person-deactivated": "Nothing, if they left. Else activate the person at the identity provider, which then "
    "[tells the gateway](scim.md).",
    "groups-left-out": "The person is in too many groups: have the provider send only those of the application, or "
    "[app roles](mapping.md#groups), or have them fetched; `note` says why they could not be.",
    "sign-in-not-trusted": "`note` names the token and the check that failed: issuer, clock, algorithm.",
    "sign-in-misconfigured": "`note` names the endpoint and has the provider's words: scope, secret, pushed request, "
    "registration.",
    "provider-unavailable": "`note` names the endpoint and the fault.",
    "provider-unreachable": "`note` names the endpoint and what is the matter: DNS, a refused connection, TLS.",
    "api-key-refused": "Correct the key that the shop sends, or `api_keys`. If many meet it, somebody tries keys.",
    "request-members-refused": "The shop's program: the answer's `errors` name each member. [What to send](launches.md#what-to-send).",
    "request-key-reused": "The shop's program: an `Idempotency-Key` is for one request and its repetitions.",
    "too-many-launches": "The shop's program: a launch is asked for when a customer clicks, not for all of them in advance.",
    "launch-used": "Nothing for one person. For everybody: something in front of the browsers presses buttons, or cookies do "
    "not come back.",
    "launch-expired": "Nothing for one person. For everybody: the shop stores or mails launches, which live five minutes.",
    "redeem-code-unknown": "Nothing for one person. If many meet it, somebody guesses; that is limited. [Seats](seats.md).",
    "redeem-code-used": "Nothing; `note` names the seat. The buyer sees which codes are used.",
    "redeem-code-refunded": "Nothing: the shop has given the money back; `note` names the order.",
    "seat-not-ready": "`orders show` says what keeps the order that `note` names from being fulfilled.",
    "webhook-unsigned": "Correct the shop's webhook: it needs a secret, and JSON as its format.",
    "webhook-signature-wrong": "Put the secret that the shop shows among `webhook_secrets`; a proxy must not change the body.",
    "webhook-stale": "Set the clock, here or at the shop; five minutes are tolerated. Or somebody sends an old one again.",
    "webhook-unreadable": "`note` names what is missing. See that the webhook is of one of the [topics](webhooks.md).",
    "webhooks-busy": "Nothing: the shop sends it again. If it stays, somebody fills the gateway with large bodies.",
    "shop-error": "`note` says what came. It stands with an order in `orders show`, on no page.",
    "shop-misunderstood": (
        "Open the address of `note` in a browser: a proxy, a firewall or a plug-in of the shop may be in the way. The shop is "
        "asked again for an hour; then the order waits for `talentlms-gateway orders retry`."
    ),
    "shop-unavailable": "Nothing: the shop is asked again. If it stays, look at `shop_url`.",
    "shop-key-refused": "Correct `shop_api_key`; it needs the right to read orders.",
    "shop-order-unknown": "Look whether `shop_url` and `shop_api_key` are those of the shop that sends the webhooks.",
    "handoff-refused": "`note` says what is wrong with the token, and holds nothing of it. See [how one is made](handoff.md#the-token).",
    "handoff-used": "Have the shop make a token for each click; one that lives on a page is used up by the first visit.",
    "handoff-keys-unavailable": "`note` names the fault of the storefront's `jwks_url`.",
    "email-missing": "Have the provider send the claim `email`.",
    "email-malformed": "Correct the address in the person's profile at the provider; `condition` says what is wrong.",
    "email-not-verified": "Have the provider verify the address; `condition` says what came. [Or else](accounts.md#connecting-an-account-by-hand).",
    "account-not-a-learner": "Give the person a learner's account; `remedy` says why this one is none. "
    "[More](accounts.md#which-types-are-learners).",
    "account-taken": "[Remove the old link](accounts.md#removing-a-link), or change the address of one of the two accounts; `remedy` says "
    "which.",
    "username-taken": "Change the username of one of the accounts in TalentLMS that have the person's username or address as theirs.",
    "sign-up-refused": "`provisioning` has TalentLMS's words in `remedy`; often an address that it does not accept.",
    "seats-used-up": "Deactivate or delete users in TalentLMS, or take a larger plan.",
    "field-required": "Make the custom fields that `provisioning` names in `remedy` optional in TalentLMS, or fill them by the "
    "[mapping](mapping.md#fields).",
    "coupon-refused": "`note` has TalentLMS's words. Correct the link, or the coupon in TalentLMS.",
    "not-for-sale": "Set up payments in TalentLMS, or take the link away; `note` has TalentLMS's words.",
    "account-inactive": "Activate the account in TalentLMS.",
    "provisioning-busy": "Nothing; if it stays, TalentLMS is slow.",
    "course-not-open": "Enrol the person, or add the course to `self_enrol_courses`. If `note` says that an enrolment did "
    "not last, look at the course's rules in TalentLMS.",
    "already-yours": "Nothing: the course is among the person's courses.",
    "free-of-charge": "Nothing; or give the course a price in TalentLMS. Whether somebody may enter it, `self_enrol_courses` says.",
    "foreign-link": "If the host in `note` is yours, add it to `TALENTLMS_LINK_HOSTS` or `TALENTLMS_PAYMENT_HOSTS`.",
    "database-unavailable": "Look after the database: reachable, password, certificate, disk. People who are signed in go on.",
    "store-unavailable": "Look after Redis: reachable, password, memory, disk.",
    "talentlms-error": UNREACHED,
    "talentlms-invalid-request": "`note` has TalentLMS's words.",
    "talentlms-weak-password": "TalentLMS asks for more than a managed password has (35 characters: upper and lower "
    "case, digits, perhaps `-` and `_`). Relax its rule.",
    "talentlms-unauthorized": "Correct `TALENTLMS_API_KEY` and `TALENTLMS_URL`, restart.",
    "talentlms-forbidden": "Enable the API in TalentLMS; look whether the domain is active.",
    "dry-run": "Nothing, while the gateway is [tried out](mapping.md#trying-the-whole-gateway); else set `mode` of "
    "`[mapping]` to `apply`.",
    "talentlms-not-found": "`note` has TalentLMS's words.",
    "user-not-found": "Nothing: the next click looks for the account anew.",
    "course-not-found": "Correct the link, or `[slugs.courses]`.",
    "category-not-found": "Correct the link, or `[slugs.categories]`.",
    "group-not-found": UNREACHED,
    "branch-not-found": UNREACHED,
    "unit-not-found": UNREACHED,
    "account-archived": "Restore the account in TalentLMS, or delete it for good.",
    "talentlms-conflict": "An account adopted by its username has another address than the provider tells, and that one "
    "is taken: change one of the two accounts.",
    "talentlms-already-member": UNREACHED,
    "talentlms-not-a-member": UNREACHED,
    "not-enrolled": UNREACHED,
    "talentlms-wrong-password": UNREACHED,
    "talentlms-not-online": UNREACHED,
    "too-long": "Nothing, unless a form of ours is that long: then tell us.",
    "queued": "Nothing: the page asks again by itself. If it is shown all day, the plan grants too few calls.",
    "person-queued": "Nothing: the page asks again by itself. If ordinary people meet it, raise "
    "`TALENTLMS_CALLS_PER_PERSON`; who it was stands in `budget.person_limited`.",
    "talentlms-unwritable": "`note` names the value, which came with the link; correct the link.",
    "talentlms-throttled": "TalentLMS's limit is used up, perhaps by another program. Wait, or take a larger plan.",
    "talentlms-unavailable": "TalentLMS is away or slow. Clicks work again by themselves.",
    "talentlms-misunderstood": "`note` says what came. Does `TALENTLMS_URL` lead to TalentLMS itself?",
}

PAGES_OF_THEIR_OWN = {
    "sign-in-interrupted": ("interrupted.html", "interrupted.heading"),
    "password-refused": ("password.html", "button.sign-in"),
}
"""What is not shown on the common error page: the template, and the message id of its heading."""


def kinds():
    """Return every class of the tree that has a code of its own, the root first."""
    found, waiting = [], [GatewayError]
    while waiting:
        kind = waiting.pop(0)
        found.append(kind)
        waiting = kind.__subclasses__() + waiting
    return [kind for kind in found if "code" in vars(kind)]


def table():
    """Return the table in Markdown."""
    head = ["| code | status | heading | meaning | what to do |", "| --- | --- | --- | --- | --- |"]
    return "\n".join(head + [_row(kind) for kind in kinds()])


def _row(kind):
    code, page = kind.code, page_of(kind)
    heading = text(PAGES_OF_THEIR_OWN[code][1]) if code in PAGES_OF_THEIR_OWN else page.title
    cells = (f"`{code}`", str(page.status), f"*{heading}*", _meaning(kind), REMEDIES[code])
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _meaning(kind):
    if kind is GatewayError:
        return page_of(kind).happened
    sentence = re.sub(r"^[0-9]{3}: ", "", kind.__doc__.partition("\n")[0]).replace("``", "`")
    return sentence[0].upper() + sentence[1:]
