"""Learner → Link that ends the person's session at TalentLMS."""

from dataclasses import dataclass

from gateway import log
from gateway.errors import ForeignLink, Gone, NotOnline, StoreUnavailable, TalentLMSError, UserNotFound
from gateway.flows.destinations import Destinations
from gateway.talentlms.client import TalentLMS
from schemas.learner import Learner
from schemas.link import Link

CONTINUE_PATH = "/logout/continue"
"""The address of ours to which TalentLMS sends the browser afterwards."""


@dataclass(frozen=True)
class WayOut:
    """What becomes of a person's session at TalentLMS.

    Attributes:
        link: ends it when the browser follows it; ``None`` where there is none to end, and where none could be had.
        left_open: whether there may be a session at TalentLMS that nothing here ends.
    """

    link: Link | None = None
    left_open: bool = False


class SignOut:
    """The end at TalentLMS.

    Args:
        lms: TalentLMS.
        destinations: where a link may lead.
        continue_url: where TalentLMS sends the browser afterwards.
    """

    def __init__(self, lms: TalentLMS, destinations: Destinations, continue_url: str) -> None:
        self._lms = lms
        self._destinations = destinations
        self._continue_url = continue_url

    def way_out(self, learner: Learner) -> WayOut:
        """Return how the learner's session ends.

        Nothing here keeps the other two sessions, ours and the provider's, from ending, be it that TalentLMS is away
        or that its budget has no call for now or cannot be asked.
        """
        try:
            link = self._lms.users.log_out(learner.user_id, next_url=self._continue_url)
            return WayOut(self._destinations.sign_in(link))
        except (NotOnline, UserNotFound, Gone):
            return WayOut()
        except (TalentLMSError, ForeignLink, StoreUnavailable) as error:
            log.event("sign_out.talentlms_skipped", why=error.code, note=error.note)
            return WayOut(left_open=True)
