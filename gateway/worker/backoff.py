"""When something is tried again that could not be done now."""

import random

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 600.0

_chance = random.SystemRandom()


def pause(tries: int) -> float:
    """Return how many seconds to wait, by full jitter: anything up to a limit that doubles with each try.

    Args:
        tries: how many led to nothing before, from 0 on.
    """
    limit = FIRST_SECONDS * 2 ** min(tries, 10)
    return _chance.uniform(0, min(limit, LONGEST_SECONDS))
