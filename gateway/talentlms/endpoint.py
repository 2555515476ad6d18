"""How an operation is declared: once, as a method whose signature is the parameter list.

    class Courses(Family):
        @get("gotocourse", section="Goto course", reply=GOTO_URL, safe=True, changes=False)
        def go_to(self, user_id: int, course_id: int, *, logout_redirect: str | None = None) -> Link:
            \"\"\"…\"\"\"

The decorator takes the names from the signature, has ``wire`` write the values, ``transport`` carry them and
``refusals`` or ``reply`` read the answer. The body holds the docstring only: what the operation does, and those of its
arguments and errors that ``Family`` does not tell for all.
"""

import functools
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Literal, ParamSpec, Protocol, TypeVar

from marshmallow import ValidationError

from gateway import context
from gateway.errors import (
    Forbidden,
    Misunderstood,
    NotFound,
    TalentLMSError,
    Throttled,
    Unauthorized,
    Unavailable,
    Unwritable,
)
from gateway.talentlms import wire
from gateway.talentlms.refusals import Meanings, refusal
from gateway.talentlms.wire import Dialect

FREE = "ratelimit"
"""What TalentLMS does not count."""

_REFUSED = (Unavailable, Misunderstood, Unauthorized, Forbidden, Throttled)
"""What TalentLMS says to whoever asks, whatever is asked."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        status: the HTTP status code.
        body: the whole body, in bytes.
        retry_after: the ``Retry-After`` header in seconds, if there was a readable one.
        headers: all there are.
    """

    status: int
    body: bytes
    retry_after: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)


class Transport(Protocol):
    """The one way out."""

    def send(self, verb: str, path: str, body: bytes | None, *, safe: bool) -> Answer:
        """Carry one call.

        Args:
            verb: ``GET`` or ``POST``.
            path: below ``/api/v1/``, as ``wire.path`` writes it.
            body: a form, or ``None``.
            safe: whether repeating the call is harmless.

        Raises:
            Unavailable: no answer.
            Misunderstood: an answer that broke off or is too long.
        """
        ...


@dataclass(frozen=True)
class Family:
    """Operations on one kind of thing, sharing the way out.

    What arguments mean in all of them, and what they raise:
        user_id: whom it is about; ``UserNotFound`` where TalentLMS says explicitly that there is no such user, ``Gone``
            where they are archived. So do an e-mail address and a user name that somebody is looked up by.
        course_id: which course; ``CourseNotFound``. So do ``CategoryNotFound``, ``GroupNotFound``, ``BranchNotFound``
            and ``UnitNotFound`` for the others:
        category_id, group_id, branch_id, unit_id: which one.
        creator_id, deleted_by_user_id: who is responsible; default the account's owner.
        name, description: what a new thing is called, and what it is for.
        price: what it costs, in the domain's currency.
        status: ``active`` or ``inactive``.
        language: a language code, such as ``en``.
        timezone: a key or a name of ``vocabulary.TIME_ZONES``: ``2`` or ``Athens, Greece``.
        custom_fields: values by the field's number, from 1 on; a checkbox takes a boolean, empty text empties.
        custom_field_value: a value; dates with dashes and without leading zeros, ``11-6-2019``. One with a comma, a
            colon, a plus, a slash or the like is refused: no path carries them.
        logout_redirect: where TalentLMS sends the browser after a sign-out there, a URL; sent as base64, in
            ``userlogin`` unless the client was made with ``userlogin_redirect="plain"``.
        coupon: a coupon's code.

    Any call may meet ``Unauthorized``, ``Forbidden``, ``Throttled``, ``Unavailable``, ``Misunderstood``, and
    ``Unwritable`` for a value that cannot be sent or a word that TalentLMS does not know.

    Attributes:
        transport: the way out.
        dialect: what is known of the domain's way of writing.
        before_change: is told the operation and its arguments before each call that changes something, and may raise;
            ``None`` where all are sent.
    """

    transport: Transport
    dialect: Dialect = field(default_factory=Dialect)
    before_change: Callable[[str, Mapping[str, str]], None] | None = None


@dataclass(frozen=True)
class Endpoint:
    """The declaration of one operation, kept on its method as ``endpoint`` for the tests and the docs.

    Attributes:
        operation: the document's name, with the look-up key where there are several: ``users/email``.
        verb: ``GET`` or ``POST``.
        section: the heading in the API document that describes it.
        safe: whether repeating it is harmless. Not the verb: TalentLMS changes things with GET.
        changes: whether it changes something at TalentLMS, mails somebody or begins a purchase there. Neither the verb
            nor ``safe`` says so. One that only returns a link for a browser does not, whatever following it does.
        missing: what a bare 404 means here.
        names: parameters whose name on the wire differs from ours.
        or_post: whether the same question may be put as a form, for a value that no path can carry.
        one_of: sets of parameters of which exactly one has to be given.
        at_most_one: parameters of which no two may be given.
        meanings: of messages that this operation alone may be answered with.
        required: the parameters that may not be empty, by their names on the wire; taken from the signature.
    """

    operation: str
    verb: Literal["GET", "POST"]
    section: str
    safe: bool
    changes: bool
    missing: type[NotFound] = NotFound
    names: Mapping[str, str] = field(default_factory=dict)
    or_post: bool = False
    one_of: Sequence[tuple[str, ...]] = ()
    at_most_one: tuple[str, ...] = ()
    meanings: Meanings = ()
    required: tuple[str, ...] = ()

    @property
    def action(self) -> str:
        """The first segment of the path."""
        return self.operation.partition("/")[0]

    def check(self, texts: Mapping[str, str]) -> None:
        """Refuse a call that lacks an argument, or has one too many.

        A required argument that was left out because it is empty would turn one operation into another: ``users``
        with an empty ``email`` lists everybody.

        Raises:
            Unwritable: with the parameter's name.
        """
        for name in self.required:
            if not texts.get(name):
                raise Unwritable(f"{name}: must not be empty")
        for names in self.one_of:
            if len(_given(names, texts)) != 1:
                raise Unwritable(f"exactly one of {', '.join(names)} is wanted")
        if len(_given(self.at_most_one, texts)) > 1:
            raise Unwritable(f"no more than one of {', '.join(self.at_most_one)} may be given")


def _given(names: tuple[str, ...], texts: Mapping[str, str]) -> list[str]:
    return [name for name in names if name in texts]


def nothing(_reply: object) -> None:
    """Read a reply that says nothing more than that it worked."""


def get(
    operation: str, *, section: str, reply: Callable[[Any], Any], safe: bool, changes: bool, **options: Any
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Declare an operation that TalentLMS takes as GET, its arguments in the path.

    Args:
        operation: as ``Endpoint`` has it, like ``section``, ``safe``, ``changes`` and the options.
        section: the document's heading.
        reply: reads the parsed JSON of the answer into what the method's signature promises.
        safe: whether repeating the call is harmless.
        changes: whether the call changes something.
        options: ``missing``, ``names``, ``or_post``, ``one_of``, ``at_most_one``, ``meanings``.
    """
    return _declared(Endpoint(operation, "GET", section, safe, changes, **options), reply)


def post(
    operation: str, *, section: str, reply: Callable[[Any], Any], safe: bool, changes: bool, **options: Any
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Declare an operation that TalentLMS takes as POST, its arguments in a form. Parameters as ``get``."""
    return _declared(Endpoint(operation, "POST", section, safe, changes, **options), reply)


def _declared(endpoint: Endpoint, reply: Callable[[Any], Any]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    def decorate(method: Callable[P, T]) -> Callable[P, T]:
        signature = inspect.signature(method)
        declared = replace(endpoint, required=_required(signature, endpoint.names))
        names = tuple(signature.parameters)
        on_the_wire = {name: endpoint.names.get(name, name) for name in names if name != "self"}

        @functools.wraps(method)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            method(*args, **kwargs)  # does nothing, but refuses what does not fit its signature
            given: dict[str, Any] = dict(zip(names, args, strict=False)) | kwargs
            arguments = {wired: given[name] for name, wired in on_the_wire.items() if name in given}
            answer: T = ask(given["self"], declared, reply, arguments)
            return answer

        vars(call)["endpoint"] = declared
        return call

    return decorate


def _required(signature: inspect.Signature, names: Mapping[str, str]) -> tuple[str, ...]:
    parameters = [name for name in signature.parameters.values() if name.default is name.empty]
    return tuple(names.get(parameter.name, parameter.name) for parameter in parameters if parameter.name != "self")


def ask(family: Family, endpoint: Endpoint, reply: Callable[[Any], Any], arguments: Mapping[str, wire.Argument]) -> Any:
    """Carry out one operation: write, send, read.

    Raises:
        TalentLMSError: one of its kinds, as ``gateway.errors`` draws them.
    """
    texts = wire.written(endpoint.action, arguments, family.dialect)
    endpoint.check(texts)
    if endpoint.changes and family.before_change is not None:
        family.before_change(endpoint.operation, texts)
    answer = _sent(family.transport, endpoint, texts)
    try:
        content = _understood(answer, endpoint, reply)
    except _REFUSED:
        raise
    except TalentLMSError:
        _note_answer(endpoint)
        raise
    _note_answer(endpoint)
    return content


def _understood(answer: Answer, endpoint: Endpoint, reply: Callable[[Any], Any]) -> Any:
    if answer.status != HTTPStatus.OK:
        raise refusal(answer.status, answer.body, endpoint.missing, answer.retry_after, endpoint.meanings)
    return _read(answer.body, reply, endpoint.meanings)


def _note_answer(endpoint: Endpoint) -> None:
    """Take note of an answer that says that TalentLMS takes calls; what it does not count says nothing of that."""
    if endpoint.action != FREE:
        context.note_answer()


def _sent(transport: Transport, endpoint: Endpoint, texts: Mapping[str, str]) -> Answer:
    by_post = endpoint.verb == "POST" or (endpoint.or_post and not all(map(wire.fits_a_path, texts.values())))
    if by_post:
        return transport.send("POST", endpoint.action, wire.form(texts), safe=endpoint.safe)
    return transport.send("GET", wire.path(endpoint.action, texts), None, safe=endpoint.safe)


def _read(body: bytes, reply: Callable[[Any], Any], meanings: Meanings) -> Any:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Misunderstood("a 200 whose body is not JSON") from None
    if isinstance(content, dict) and "error" in content:
        raise refusal(HTTPStatus.OK, body, NotFound, None, meanings)
    try:
        return reply(content)
    except ValidationError as error:
        raise Misunderstood(f"unexpected reply, fields: {sorted(map(str, error.messages_dict))}") from None
