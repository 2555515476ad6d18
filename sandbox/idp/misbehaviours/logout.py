"""Wrong or unusual ends of a logout."""

from sandbox.idp.misbehaviour import Misbehaviour
from sandbox.idp.misbehaviours.changes import parameter
from sandbox.idp.misbehaviours.logout_tokens import VARIANTS

MISBEHAVIOURS = (
    Misbehaviour(
        name="logout-other-state",
        sources=("oidcc-client-test-rp-init-logout-other-state", "rp-init-logout-other-state", "statement 54"),
        meaning="The way back from the logout has another state than the one that was sent.",
        expected="accept",
        after_logout=parameter("state", "another-state"),
    ),
    Misbehaviour(
        name="logout-no-state",
        sources=("oidcc-client-test-rp-init-logout-no-state", "rp-init-logout-no-state", "statement 54"),
        meaning="The way back from the logout has no state.",
        expected="accept",
        after_logout=parameter("state"),
    ),
    Misbehaviour(
        name="logout-state-duplicated",
        sources=("statement 54",),
        meaning="The way back from the logout has two states.",
        expected="either",
        after_logout=parameter("state", "one", "two"),
    ),
    *(
        Misbehaviour(
            name=f"logout-token-{variant.name}",
            sources=variant.sources,
            meaning=f"At logout: {variant.meaning[0].lower()}{variant.meaning[1:]}",
            expected=variant.expected,
            logout_variant=variant.name,
        )
        for variant in VARIANTS
        if variant.name != "valid"
    ),
)
