"""Services are made once from the settings, and only when they are needed."""

from functools import cached_property

import pytest

from gateway.config import load
from gateway.services import Services
from tests.gateway.test_factory import GOOD

NAMES = [name for made in Services.__mro__ for name, found in vars(made).items() if isinstance(found, cached_property)]


@pytest.fixture
def settings(tmp_path):
    nobody = {"GATEWAY_REDIS_URL": "redis://127.0.0.1:9/0", "STATE_DIRECTORY": str(tmp_path / "state")}
    return load(GOOD | nobody | {"GATEWAY_PASSWORD_SIGN_IN": "on"})


def test_each_is_made_once(settings):
    services = Services(settings)
    assert len(NAMES) > 50
    assert [getattr(services, name) for name in NAMES] == [getattr(services, name) for name in NAMES]


def test_making_them_all_connects_to_nobody_and_writes_nothing(settings, tmp_path):
    for name in NAMES:
        getattr(Services(settings), name)
    assert list(tmp_path.iterdir()) == []
