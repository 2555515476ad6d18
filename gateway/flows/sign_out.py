"""Learner → Link that ends the person's session at TalentLMS."""

from gateway import log
from gateway.errors import ForeignLink, NotOnline, TalentLMSError
from gateway.flows.destinations import Destinations
from gateway.talentlms.client import TalentLMS
from schemas.learner import Learner
from schemas.link import Link


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

    def link(self, learner: Learner) -> Link | None:
        """Return a link that ends the learner's session; ``None`` where there is none to end or TalentLMS is away.

        Nothing here keeps the other two sessions, ours and the provider's, from ending.
        """
        try:
            return self._destinations.sign_in(self._lms.users.log_out(learner.user_id, next_url=self._continue_url))
        except NotOnline:
            return None
        except (TalentLMSError, ForeignLink) as error:
            log.event("sign_out.talentlms_skipped", why=error.code, note=error.note)
            return None
