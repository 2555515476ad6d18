"""What a rule names → TalentLMS's id: of a group by its key, of a branch by its name."""

import threading
import time
from collections.abc import Mapping

from gateway.database.assignments import AssignmentKind
from gateway.errors import BranchNotFound, GroupNotFound
from gateway.talentlms.client import TalentLMS

FRESH_SECONDS = 60.0
"""How long TalentLMS's list of groups, or of branches, is believed; one call for each in that time, in each process."""


class AssignmentTargets:
    """Ids of courses, groups and branches.

    Args:
        lms: TalentLMS.
    """

    def __init__(self, lms: TalentLMS) -> None:
        self._lms = lms
        self._known: dict[AssignmentKind, tuple[float, Mapping[str, int]]] = {}
        self._lock = threading.Lock()

    def id_of(self, kind: AssignmentKind, name: str) -> int:
        """Return the id of what is named; no call for a course.

        Raises:
            GroupNotFound: no group has this key.
            BranchNotFound: no branch has this name.
            TalentLMSError: TalentLMS could not be asked.
        """
        if kind == "course":
            return int(name)
        found = self._ids(kind).get(name)
        if found is None:
            raise GroupNotFound("no group has this key") if kind == "group" else BranchNotFound("no such branch")
        return found

    def _ids(self, kind: AssignmentKind) -> Mapping[str, int]:
        with self._lock:
            until, ids = self._known.get(kind, (0.0, {}))
        if time.monotonic() < until:
            return ids
        if kind == "group":
            ids = {group.key: group.group_id for group in self._lms.groups.all() if group.key}
        else:
            ids = {branch.name: branch.branch_id for branch in self._lms.branches.all()}
        with self._lock:
            self._known[kind] = (time.monotonic() + FRESH_SECONDS, ids)
        return ids
