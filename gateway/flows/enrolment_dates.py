"""Whether a call of ours enrolled somebody, by the date that TalentLMS gives, as far as clocks tell."""

from schemas.course_progress import CourseProgress

CLOCK_SECONDS = 30
"""How far TalentLMS's clock and ours may be apart."""
LAUNCH_SECONDS = 30
"""How long a launch takes at most to enrol somebody, once it has been written down that it is about to."""


def is_since(progress: CourseProgress, moment: int) -> bool:
    """Return whether somebody was enrolled when our call was about to be made, or later."""
    return progress.enrolled_on is None or progress.enrolled_on.timestamp() >= moment - CLOCK_SECONDS


def is_launched(progress: CourseProgress, begun_at: int | None) -> bool:
    """Return whether somebody was enrolled just when a launch was about to; what has no date was not."""
    if progress.enrolled_on is None or begun_at is None:
        return False
    seconds = progress.enrolled_on.timestamp() - begun_at
    return -CLOCK_SECONDS <= seconds <= LAUNCH_SECONDS + CLOCK_SECONDS
