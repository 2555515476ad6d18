"""The pages that a person meets on a journey, as a browser shows them."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page


@dataclass(frozen=True)
class ProviderPages:
    """The certified provider's pages."""

    page: Page

    def sign_in(self, login: str) -> None:
        """Say who one is."""
        self.page.fill("#login", login)
        follow(self.page.locator("#submit"))

    def deny(self) -> None:
        """Say no."""
        follow(self.page.locator("#deny"))

    def confirm_sign_out(self) -> None:
        """Press *Sign out* there."""
        follow(self.page.locator("#confirm"))

    @property
    def asks_who_it_is(self) -> bool:
        """Whether a person has to say who they are."""
        return self.page.locator("#login").is_visible()


@dataclass(frozen=True)
class PortalPages:
    """TalentLMS's pages."""

    page: Page

    @property
    def learner(self) -> str:
        """Who TalentLMS says is signed in."""
        return self.page.inner_text("#learner")

    @property
    def where(self) -> str:
        """The page's heading."""
        return self.page.inner_text("#where")

    def complete_course(self) -> None:
        """Press *Complete course*."""
        follow(self.page.locator("#complete-course"))

    def log_out(self) -> None:
        """Press TalentLMS's own *Log out*."""
        follow(self.page.locator("#log-out"))

    def pay(self) -> None:
        """Press *Pay*."""
        follow(self.page.locator("#pay"))


@dataclass(frozen=True)
class GatewayPages:
    """The gateway's own pages."""

    page: Page

    @property
    def heading(self) -> str:
        """The page's heading."""
        return self.page.inner_text("h1")

    @property
    def reference(self) -> str:
        """The reference code of an error page."""
        return self.page.inner_text(".reference code")

    def press(self, label: str) -> None:
        """Press a button or follow a link."""
        follow(self.page.locator("main, header").get_by_text(label, exact=True).first)

    def courses(self, heading: str) -> list[str]:
        """Return the names of the courses below a heading."""
        section = self.page.locator("section", has=self.page.get_by_role("heading", name=heading, exact=True))
        return section.locator("h3").all_inner_texts()


def follow(element: Locator) -> None:
    """Press something and wait until the browser has arrived where it leads."""
    with element.page.expect_navigation():
        element.click()


def path_of(page: Page) -> str:
    """Return where a browser is, without the origin."""
    return urlsplit(page.url).path


def origin_of(page: Page) -> str:
    """Return whose page a browser shows."""
    parts = urlsplit(page.url)
    return f"{parts.scheme}://{parts.netloc}"
