import pytest

from gateway.storefronts.dialects import DIALECTS
from tests.gateway.storefronts.bodies import NOW, SECRETS, written


@pytest.fixture
def read():
    """Have a body signed and read; ``read(kind, content, topic=…)`` is an ``OrderEvent``."""

    def event(kind, content, **names):
        body = written(content)
        headers = DIALECTS[kind].sign(body, SECRETS[kind], NOW, **names)
        return DIALECTS[kind].read(headers, body, [SECRETS[kind]], NOW)

    return event
