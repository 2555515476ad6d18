"""What a variant of the logout token is: a name, where it is asked for, one sentence, and its changes."""

from dataclasses import dataclass

from sandbox.idp.misbehaviour import Change, Expected, Json, Parameters, Seal


@dataclass(frozen=True, kw_only=True)
class LogoutVariant:
    """One way to send a logout token, declared once.

    Attributes:
        name: What the control plane calls it.
        sources: Conformance test ids, or `statement <number>` of `docs/oidc-conformance.md`.
        meaning: One sentence: what is sent.
        expected: What a careful relying party does with it.
        claims: Changes the claims.
        header: Changes the JOSE header.
        seal: Turns header and claims into a token instead of the ordinary signature.
        form: Changes the form that is posted.
        sends: How often the very same token is posted; the last answer counts.
    """

    name: str
    sources: tuple[str, ...]
    meaning: str
    expected: Expected = "refuse"
    claims: Change[Json] | None = None
    header: Change[Json] | None = None
    seal: Seal | None = None
    form: Change[Parameters] | None = None
    sends: int = 1
