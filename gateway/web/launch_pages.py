"""``/l``: a launch that a storefront was given. Opening the page does nothing; its button uses the launch."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response

from gateway.errors import LaunchExpired, LaunchUsed, PageNotFound
from gateway.store.launches import MintedLaunches, is_launch_id
from gateway.web.addresses import LAUNCH, to
from gateway.web.handover_pages import HandoverPages
from gateway.web.navigation import only_for_people
from schemas.handover import Claim, Handover


class LaunchPages:
    """What a browser meets at the address of a launch.

    Args:
        launches: the launches.
        pages: what is shown, and what the button does.
    """

    def __init__(self, launches: MintedLaunches, pages: HandoverPages) -> None:
        self._launches = launches
        self._pages = pages

    def show(self, launch_id: str) -> Response:
        """Show whom the launch hands over, and where to."""
        return self._pages.show(_Launch(launch_id, self._launches, self._pages))

    def press(self, launch_id: str) -> Response:
        """Use the launch."""
        return self._pages.press(_Launch(launch_id, self._launches, self._pages))


@dataclass(frozen=True)
class _Launch:
    """A launch as the page sees it; a ``gateway.web.handover_pages.Ticket``."""

    id: str
    launches: MintedLaunches
    pages: HandoverPages

    @property
    def href(self) -> str:
        return to(LAUNCH, self.id)

    @property
    def fields(self) -> Mapping[str, str]:
        return {}

    @property
    def action(self) -> str:
        return self.href

    def found(self, browser: str) -> Handover:
        found = self.launches.find(self.id, browser)
        if found is None or not self.pages.knows(found.handover.storefront):
            self.pages.offer_shop("")
            raise LaunchExpired
        if not found.is_open:
            self.pages.offer_shop(found.handover.storefront)
            raise LaunchUsed
        return found.handover

    def claim(self, browser: str) -> Claim:
        claim = self.launches.claim(self.id, browser)
        if claim is None:
            raise LaunchUsed
        return claim

    def release(self, browser: str) -> None:
        self.launches.release(self.id, browser)

    def used(self, browser: str) -> None:
        self.launches.used(self.id, browser)


def blueprint(pages: LaunchPages) -> Blueprint:
    """Return the routes.

    Args:
        pages: what a browser meets there.
    """
    routes = Blueprint("launches", __name__)
    routes.before_request(only_for_people)

    @routes.get(LAUNCH)
    def show(launch: str) -> Response:
        return pages.show(_checked(launch))

    @routes.post(LAUNCH)
    def press(launch: str) -> Response:
        return pages.press(_checked(launch))

    return routes


def _checked(launch_id: str) -> str:
    if not is_launch_id(launch_id):
        raise PageNotFound("not the id of a launch")
    return launch_id
