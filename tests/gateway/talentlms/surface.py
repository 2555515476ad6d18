"""The client's whole surface, walked: every family, every operation."""

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.talentlms.client import TalentLMS
from gateway.talentlms.endpoint import Answer, Endpoint, Family

REPLIES = Path(__file__).parent / "replies"

OPERATIONS = (
    # users
    *("users", "users/id", "users/email", "users/username", "userlogin", "isuseronline", "userlogout", "usersignup"),
    *("deleteuser", "edituser", "usersetstatus", "getcustomregistrationfields", "getusersbycustomfield"),
    *("forgotusername", "forgotpassword"),
    # courses
    *("courses", "courses/id", "createcourse", "deletecourse", "addusertocourse", "removeuserfromcourse", "gotocourse"),
    *("buycourse", "getcustomcoursefields", "getcoursesbycustomfield", "getuserstatusincourse", "resetuserprogress"),
    # categories
    *("categories", "categories/id", "categoryleafsandcourses", "buycategorycourses"),
    # groups
    *("groups", "groups/id", "creategroup", "deletegroup", "addusertogroup", "removeuserfromgroup", "addcoursetogroup"),
    # branches
    *("branches", "branches/id", "createbranch", "deletebranch", "branchsetstatus", "addusertobranch"),
    *("removeuserfrombranch", "addcoursetobranch"),
    # units
    *("getusersprogressinunits", "gettestanswers", "getsurveyanswers", "getiltsessions"),
    # site
    *("siteinfo", "ratelimit", "gettimeline"),
)
"""The 53 operations of the API document, version 6.0."""


@dataclass(frozen=True)
class Operation:
    """One operation of the client: where it is found, its family, its method and its declaration."""

    method: str
    family: type[Family]
    function: Callable[..., Any]
    endpoint: Endpoint

    @property
    def parameters(self) -> list[inspect.Parameter]:
        return [one for name, one in inspect.signature(self.function).parameters.items() if name != "self"]


class Recorder:
    """A way out that leads nowhere: keeps what was to be sent, and answers with the same body every time."""

    def __init__(self, body: Any = None, status: int = 200) -> None:
        self.answer = Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode())
        self.sent: list[tuple[str, str, bytes | None, bool]] = []

    def send(self, verb: str, path: str, body: bytes | None, *, safe: bool) -> Answer:
        self.sent.append((verb, path, body, safe))
        return self.answer


def example(operation: str) -> Any:
    """Return the document's example reply of an operation."""
    return json.loads((REPLIES / f"{operation.replace('/', '.')}.json").read_text())


def walk() -> tuple[Operation, ...]:
    """Return all operations that the client has, in the order of its families and their methods."""
    return tuple(_walk())


def _walk() -> Iterator[Operation]:
    for family, object_ in vars(TalentLMS(Recorder())).items():
        if isinstance(object_, Family):
            for name, function in vars(type(object_)).items():
                if endpoint := getattr(function, "endpoint", None):
                    yield Operation(f"{family}.{name}", type(object_), function, endpoint)


def called(lms: TalentLMS, name: str) -> Callable[..., Any]:
    """Return a method of the client by its name, ``users.by_id``."""
    family, _, method = name.partition(".")
    function: Callable[..., Any] = getattr(getattr(lms, family), method)
    return function
