"""The provider's pages, as a browser shows them."""

from dataclasses import dataclass

from playwright.sync_api import Page

from tests.journeys.django_provider.password import PASSWORD


@dataclass(frozen=True)
class DjangoPages:
    """The provider's pages."""

    page: Page

    def sign_in(self, login: str) -> None:
        """Say who one is, and prove it."""
        self.page.fill("#login", login)
        self.page.fill("#password", PASSWORD)
        self.page.click("#submit")

    def confirm_sign_out(self) -> None:
        """Press *Sign out* there."""
        self.page.click("#confirm")

    @property
    def asks_who_it_is(self) -> bool:
        """Whether a person has to say who they are."""
        return self.page.locator("#password").is_visible()
