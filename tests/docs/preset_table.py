"""The table of presets in docs/providers/README.md, as the presets themselves have it."""

from gateway.oidc.presets import OUR_CLIENT_ID, PRESETS

IDENTITY_KEYS = {
    PRESETS["generic"].subject: "`sub`",
    PRESETS["entra"].subject: "`oid`; `tid` has to be the tenant in the issuer",
}
VERIFIED = {
    PRESETS["generic"].doubt: "`email_verified` is `true`",
    PRESETS["google"].doubt: "`email_verified` is `true` and the address is of `gmail.com` or of the domain in `hd`",
    PRESETS["entra"].doubt: '`xms_edov` is `true`, `1` or `"1"`',
}
HEAD = (
    "preset",
    "identity key: the issuer and …",
    "an e-mail address counts as verified when",
    "groups, where the settings name no claim, are in",
    "logout",
)


def table():
    """Return the table in Markdown."""
    lines = [HEAD, ["---"] * len(HEAD), *(_cells(name, preset) for name, preset in PRESETS.items())]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(name, preset):
    logout = ", ".join(preset.logout) or "none"
    return f"`{name}`", IDENTITY_KEYS[preset.subject], VERIFIED[preset.doubt], _groups(preset), logout


def _groups(preset):
    ways = [".".join(way).replace(OUR_CLIENT_ID, "<client id>") for way in preset.roles]
    names = [*([] if preset.groups is None else [preset.groups or "groups"]), *ways]
    if preset.namespaced_groups:
        names += ["https://…/groups", "https://…/roles"]
    return ", ".join(f"`{name}`" for name in names) or "none"
