"""A process with an operator listener, and what it has to show; nobody answers but its own Redis and database."""

import time
from dataclasses import replace

from gateway.config import load
from gateway.flows.doctor import Report, Row
from gateway.operator.assembly import observed
from gateway.scim.people import draft_of_user
from gateway.services import Services
from gateway.store.activity import Activity, Batch, Failure, ProcessState
from schemas.identity import person_key
from tests.databases import new_database
from tests.gateway.database.orders import line, order, told
from tests.gateway.flows.pushed import resource
from tests.gateway.test_factory import GOOD

BIND = "127.0.0.1:9464"
PROVIDERS = [f"provider-with-a-long-name-{number}" for number in range(8)]
"""More than the page shows."""
FILE = """
[[storefronts]]
name = "shop"
kind = "standard"
webhook_secrets = ["whsec_c3Rvcm0tb2Ytb3JkZXJzLTEyMzQ1Njc4OTAxMjM0NTY="]
[scim]
tokens = [{ provider = "%s", token = "scim-token-of-the-tests-0123456789abcdef" }]
"""
OIDC = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
OUTCOMES = ("reached", "sign_in", "page", "waiting", "refused", "failed")
PROBLEMS = ("talentlms-unavailable", "store-unavailable", "provider-unavailable", "sign-in-misconfigured")


def provider(name):
    issuer = f"https://{name}.acme.example"
    return f"""[[identity_providers]]
name = "{name}"
issuer = "{issuer}"
client_id = "gateway"
client_secret = "secret-of-nobody"
"""


class Scene:
    """A process.

    Args:
        folder: where its database is.
        providers: the names of identity providers.
        changes: of its settings.
    """

    def __init__(self, folder, providers=("default",), **changes):
        self.providers = providers
        several = len(providers) > 1
        written = "".join(map(provider, providers)) if several else ""
        (folder / "gateway.toml").write_text(FILE % providers[0] + written)
        usual = {
            "GATEWAY_DATABASE_URL": new_database(folder),
            "GATEWAY_CONFIG": str(folder / "gateway.toml"),
            "GATEWAY_METRICS_BIND": BIND,
        }
        self.services = Services(
            load({name: text for name, text in (GOOD | usual | changes).items() if not (several and name in OIDC)})
        )
        made = observed(self.services)
        self.listener, self.recorder = made.listener, made.recorder
        self.activity = Activity(self.services.store)

    def dead_order(self, number, error="unknown-sku", state="dead"):
        self.services.orders.receive("shop", told(order(1, "paid", line(1), number=number)))
        (claim,) = self.services.order_queue.claim()
        self.services.order_queue.finish(claim, state, error, "Kim's own words")

    def failed_person(self, name, provider="default"):
        draft = draft_of_user(resource(name), person_key("https://id", name))
        self.services.directory_store.users.create(provider, draft)
        (claim,) = self.services.person_queue.claim()
        self.services.person_queue.finish(claim, "dead", "seats-used-up", "take a larger plan")

    def diagnosis(self, *rows, at=None):
        self.services.diagnoses.keep(Report(int(time.time()) - 754 if at is None else at, rows).as_json())

    def minutes(self, figures, levels=lambda _: None):
        """Fill the last two hours; each function takes how many minutes ago, and returns figures by name or nothing."""
        now = int(time.time())
        current = now - now % 60
        counts = {current - 60 * ago: figures(ago) or {} for ago in range(120)}
        had = {current - 60 * ago: levels(ago) or {} for ago in range(120)}
        self.activity.write(Batch(counts, had, [], self.process()))

    def process(self, name="gateway-1:4711", **changes):
        now = int(time.time())
        usual = ProcessState(name, "gateway", "0.1.0", now - 93_784, now, is_breaker_open=False)
        return replace(usual, **changes)

    def batch(self, process, failures=()):
        return Batch({}, {}, failures, process)

    def failures(self, *failures):
        self.activity.write(self.batch(self.process(), failures))

    def findings(self, text="does not accept the client"):
        return (
            Row("a: keys", "OIDC_ALGORITHMS", "ok", "1 that can sign"),
            Row("a: client", "OIDC_CLIENT_SECRET", "fault", text, "Copy it anew"),
            Row("a: quota", "", "warning", text, "Write 1000"),
        )

    def fill(self):
        """Have more of everything than the page shows, each as long as it can be."""
        self.minutes(
            lambda ago: {
                **{f"click:{name}": (ago * 7919 + place * 104_729) % 97 for place, name in enumerate(OUTCOMES)},
                "sign_in:success": (ago * 31) % 17,
                "sign_in:refused": (ago * 13) % 7,
                **{f"call:operation{number}:{'ok' if number % 2 else PROBLEMS[0]}": number for number in range(1, 20)},
            },
            lambda ago: {"calls_left": (ago * 7919) % 1999},
        )
        now = int(time.time())
        for number in range(60):
            route = "/front-channel-logout-of-providers/<provider>"
            status = 503 if number % 2 else 403
            self.failures(Failure(now - number, "7K2M-9QXD", PROBLEMS[number % 4], status, route))
        for number in range(20):
            self.activity.write(self.batch(self.process(f"gateway-with-a-long-name-{number}:{30_000 + number}")))
        for number in range(14):
            self.dead_order(f"gid://shopify/Order/{5_000_000_000 + number}")
        for number in range(14):
            self.dead_order(f"gid://shopify/Order/{6_000_000_000 + number}", "", "review")
        for name in self.providers:
            self.failed_person(f"bob-{name}", name)
        text = "a finding of more words than fit, " * 8
        self.diagnosis(
            *[Row(f"provider acme-{number}: redirect", "OIDC_REDIRECT", "fault", text, text) for number in range(16)],
            *[Row(f"talentlms: thing {number}", "slugs.courses.thing", "ok", text) for number in range(20)],
        )
