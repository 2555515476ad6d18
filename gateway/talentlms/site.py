"""The domain itself: its figures, its limits, its timeline (API document, *Domain details* to *Get timeline*)."""

from gateway.talentlms.endpoint import Family, get
from schemas.reply import one, several
from schemas.site import RateLimit, RateLimitSchema, SiteInfo, SiteInfoSchema
from schemas.timeline import TimelineEntry, TimelineEntrySchema


class Site(Family):
    """Operations on the domain."""

    @get("siteinfo", section="Domain details", reply=one(SiteInfoSchema), safe=True, changes=False)
    def info(self) -> SiteInfo:
        """Return the domain's figures and settings, its date format among them."""

    @get("ratelimit", section="Rate limiting", reply=one(RateLimitSchema), safe=True, changes=False)
    def rate_limit(self) -> RateLimit:
        """Return how many calls the domain still takes in this hour; the question itself is free."""

    @get(
        "gettimeline",
        section="Get timeline",
        reply=several(TimelineEntrySchema),
        safe=True,
        changes=False,
        at_most_one=("user_id", "course_id", "branch_id", "group_id", "unit_id"),
    )
    def timeline(
        self,
        event_type: str,
        *,
        user_id: int | None = None,
        course_id: int | None = None,
        branch_id: int | None = None,
        group_id: int | None = None,
        unit_id: int | None = None,
    ) -> tuple[TimelineEntry, ...]:
        """Return the latest entries of one type, at most 200, of everything or of one thing.

        Args:
            event_type: a key or a name of ``vocabulary.EVENT_TYPES``: ``user_login_user`` or ``User log in``.

        Raises:
            Unwritable: there is no such event type (the note names the nearest), or two things are given.
        """
