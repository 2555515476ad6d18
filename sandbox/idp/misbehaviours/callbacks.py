"""Wrong or unusual authorization responses: what comes back to the redirect URI."""

from sandbox.idp.misbehaviour import Change, Context, Misbehaviour, Parameters
from sandbox.idp.misbehaviours.changes import drop, parameter, repeated

ISSUER_CHECK = "statement 15"
STATE_CHECK = "statement 10"
ONCE = "statement 14"
ERRORS = "statement 13"
NASTY = "<script>document.title='owned'</script><img src=x onerror=alert(1)>\r\nSet-Cookie: a=b"


def error(code: str, description: str = "The provider says no.", **more: str) -> Change[Parameters]:
    """An error instead of the code; state and iss stay."""

    def change(answer: Parameters, _context: Context) -> Parameters:
        kept = [(name, value) for name, value in answer if name in ("state", "iss")]
        return [("error", code), ("error_description", description), *more.items(), *kept]

    return change


def _iss_with_slash(answer: Parameters, context: Context) -> Parameters:
    return parameter("iss", f"{context.issuer}/")(answer, context)


def _without_state(answer: Parameters, context: Context) -> Parameters:
    return parameter("state")(error("access_denied")(answer, context), context)


def _wrong_state(answer: Parameters, context: Context) -> Parameters:
    return parameter("state", "unknown")(error("access_denied")(answer, context), context)


def _callback(name: str, meaning: str, change: Change[Parameters], *sources: str) -> Misbehaviour:
    return Misbehaviour(name=name, meaning=meaning, sources=sources, callback=change)


MISBEHAVIOURS = (
    _callback(
        "callback-iss-foreign",
        "The response's iss is another issuer.",
        parameter("iss", "https://another-issuer.example"),
        ISSUER_CHECK,
        "statement 16",
    ),
    _callback("callback-iss-trailing-slash", "The response's iss has a slash more.", _iss_with_slash, ISSUER_CHECK),
    _callback(
        "callback-iss-missing", "The response has no iss, though one is promised.", parameter("iss"), ISSUER_CHECK
    ),
    _callback("callback-iss-duplicated", "The response has two iss.", repeated("iss"), ONCE),
    Misbehaviour(
        name="callback-iss-unadvertised",
        sources=(ISSUER_CHECK,),
        meaning="The response has a right iss that the metadata do not promise.",
        expected="accept",
        metadata=drop("authorization_response_iss_parameter_supported"),
    ),
    _callback("state-wrong", "The state is one that nobody sent.", parameter("state", "unknown"), STATE_CHECK),
    _callback("state-missing", "The response has no state.", parameter("state"), STATE_CHECK),
    _callback("state-empty", "The state is empty.", parameter("state", ""), STATE_CHECK),
    _callback("state-duplicated", "The response has two states.", repeated("state"), ONCE),
    _callback("code-missing", "The response has neither code nor error.", parameter("code"), ONCE),
    _callback("code-empty", "The code is empty.", parameter("code", ""), ONCE),
    _callback("code-duplicated", "The response has two codes.", repeated("code"), ONCE),
    _callback("code-unknown", "The code is not one of ours.", parameter("code", "unknown"), "statement 10"),
    _callback("code-and-error", "The response has a code and an error.", parameter("error", "server_error"), ERRORS),
    *(
        _callback(f"error-{code.replace('_', '-')}", f"The response is the error {code}.", error(code), ERRORS)
        for code in (
            "access_denied",
            "login_required",
            "interaction_required",
            "consent_required",
            "account_selection_required",
            "temporarily_unavailable",
            "server_error",
            "invalid_request",
            "invalid_scope",
            "unauthorized_client",
        )
    ),
    _callback(
        "error-par-required",
        "The response is the error with which Keycloak demands a pushed request.",
        error("invalid_request", "Pushed Authorization Request must be used."),
        ERRORS,
    ),
    _callback(
        "error-authentication-expired",
        "The response is the error with which Keycloak says that the person took too long.",
        error("temporarily_unavailable", "authentication_expired"),
        ERRORS,
    ),
    _callback("error-unknown", "The response is an error of no known name.", error("out_of_coffee"), ERRORS),
    _callback("error-without-state", "The response is an error without state.", _without_state, ERRORS),
    _callback("error-wrong-state", "The response is an error with a state that nobody sent.", _wrong_state, ERRORS),
    _callback(
        "error-nasty",
        "The response is an error whose description and address are HTML, a script and a line break.",
        error("access_denied", NASTY, error_uri="javascript:alert(1)"),
        ERRORS,
    ),
    _callback(
        "error-nasty-code",
        "The response's error code itself is HTML.",
        error("<b onmouseover=alert(1)>access_denied</b>"),
        ERRORS,
    ),
    _callback(
        "error-long", "The error's description has 4,000 characters.", error("access_denied", "long " * 800), ERRORS
    ),
    _callback(
        "error-duplicated",
        "The response has two errors.",
        lambda answer, context: repeated("error")(error("access_denied")(answer, context), context),
        ONCE,
    ),
)
