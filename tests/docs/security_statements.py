"""What a careful relying party and gateway holds to: sixty-seven statements, each of which a test can hold it to.

They follow RFC 9700, the OWASP ASVS 5.0, OpenID Connect Core, Discovery and Logout, and the faults of others.
"""

STATEMENTS = {
    "Beginning a sign-in": {
        1: "`state`, `nonce` and the PKCE verifier are long, random, and never the same twice",
        2: "the code flow with S256, `nonce` and `openid`, and nothing else",
        3: "scopes and parameters come from the settings; an address adds three plain hints at most",
        4: "the redirect URI is the registered one, whatever the request's headers say",
        5: "a callback counts in the browser that began the sign-in",
        6: "ten tabs sign in at once and finish in any order",
        7: "at most ten are under way in a browser, their cookies stay below 6 KB together, the oldest makes room",
        8: "after fifteen minutes there is a page to begin anew from",
        9: "what is no navigation begins nothing: speculative loads, `HEAD`, scripts",
    },
    "The callback": {
        10: "`state` is checked before the token endpoint is asked",
        11: "a callback works once; of two at the same instant one makes a token request",
        12: "repeated by the browser that is signed in, it leads where it should have gone",
        13: "an error belongs to a sign-in too, or is told all the same; its words are cut, kept for the log, and lead nowhere",
        14: "a parameter that is there twice is a 400",
        15: "`iss` of the answer is checked, and demanded where it is promised",
        16: "no provider's code reaches another one's token endpoint",
        17: "every sign-in begins a new session; nothing of the one before is carried over",
        18: "the answer is a 302 that nothing keeps and that shows neither code nor state",
        19: "its pages load nothing from elsewhere",
        20: "it comes by GET alone",
    },
    "Tokens": {
        21: "signatures are always verified, by algorithms that are pinned here",
        22: "keys that a token offers are ignored, unknown critical headers and long tokens refused",
        23: "`iss` is the issuer, exactly",
        24: "`aud` is this client, and nobody else whom the settings do not name; `azp` is nobody else",
        25: "times are finite, fresh, and a minute off at most",
        26: "`nonce` is the one that was sent",
        27: "`sub` has 1 to 255 characters of ASCII",
        28: "`at_hash` fits the access token, where it is there",
        29: "UserInfo speaks of the same person; where it is signed, that is verified",
        30: "where `max_age` or `acr` was asked for it is demanded, and its lack is a page and no loop",
        31: "no token reaches the browser but the `id_token_hint` of the logout",
        32: "a refreshed ID token names the same person",
        33: "refreshes at the same moment are one",
    },
    "Metadata and keys": {
        34: "the metadata's issuer is the configured one, byte for byte",
        35: "endpoints are https; answers are limited in time and size; redirects are not followed",
        36: "keys are cached; when none verifies a token they are fetched anew, three times and then once a minute; a rotation "
        "needs nobody",
        37: "while the provider is away, the last good copy serves for a day",
        38: "the client proves itself by a secret that stands in no address, or by an assertion made for the occasion",
    },
    "Identity and accounts": {
        39: "a person is issuer and subject; a new address changes nothing, a recycled one inherits nothing",
        40: "an account is adopted by an address that is verified, or of a domain named for a provider that never says so; "
        "the provider has to be one that may vouch for the domain",
        41: "an address is one plain address",
        42: "the same subject at two providers is two people",
        43: "first clicks at the same moment make one account",
        44: "claims grant nothing that no rule of the settings names; groups that are left out count for nothing",
        45: "a switched-off account gets no link; their sessions end",
    },
    "Links and redirects": {
        46: "a link is fetched for each click, and kept nowhere",
        47: "a link leads to a host of the list, by https, or nowhere",
        48: "no target leads off our origin, as a browser reads it",
        49: "targets are own paths, looked at again when they are used",
        50: "an address decides neither person nor price; what changes something is a form with its token, or a "
        "navigation that the settings allow",
        51: "somebody else may begin a sign-in at a configured issuer, towards an own target, and a whole one",
    },
    "Sessions": {
        52: "cookies are `__Host-`, `Secure`, `HttpOnly`, `SameSite=Lax`",
        53: "a session is a name with 256 bits of chance, kept as a hash; idle time and lifetime are the server's",
        54: "signing out ends our session first, then the provider's, and any way back is good",
        55: "nobody is signed out by a bare GET of another site; front-channel logout knows `iss` and `sid`",
        56: "a logout token is checked in every way, works once, and ends what it names",
        57: "an operator can end every session of a person",
        58: "without the store nobody is trusted, and nothing goes round in circles",
    },
    "Edge, log, limits": {
        59: "forwarded headers count from trusted proxies alone",
        60: "what is open to everybody is a list of exact addresses",
        61: "the log holds no secret, at any level",
        62: "every outcome is one event of the audit trail, and no value forges a line",
        63: "people see a sentence and a reference, never what is inside",
        64: "bad settings are refused at the start, and by `check`",
        65: "secrets come from files, are never printed, and can be rotated without signing anybody out",
        66: "codes and passwords that fail are limited, sign-ins that are begun, denied or completed never are; a rush stays "
        "within the budget of calls, a part of which is kept for clicks, and no person spends more than their own part of it",
        67: "health addresses ask nobody, and say what is cached",
    },
}

LEFT_OUT = {
    32: "Refresh tokens are neither asked for nor used.",
    33: "Refresh tokens are neither asked for nor used.",
}
"""Statements without a test, and why."""

LEFT_OUT_IN_PART = {
    35: "Hosts stand on no list: endpoints and keys may be at any https host that the metadata of the configured issuer "
    "names.",
    62: "A refusal names the provider as the settings call it, and its issuer stands there; what a refused answer says "
    "of its sender is no fact.",
}
"""What careful gateways do besides, and this one does not, by the statement to which it belongs; and why."""
