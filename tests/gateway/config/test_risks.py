import pytest

from gateway.config import risks

SAFE = {"GATEWAY_REDIS_URL": "rediss://redis.acme.com/0", "GATEWAY_TRUSTED_PROXIES": "10.0.0.0/8"}


@pytest.fixture
def told(settings):
    """Return the names of what is dangerous in safe settings with some changed."""
    return lambda **changes: [risk.name for risk in risks(settings(**{**SAFE, **changes}))]


def test_safe_settings_have_no_risks(told):
    assert told() == []


@pytest.mark.parametrize(
    ("name", "value"), [("GATEWAY_REDIS_URL", None), ("GATEWAY_TRUSTED_PROXIES", None), ("GATEWAY_RATE_LIMITS", "off")]
)
def test_what_is_dangerous_is_told_by_its_name(told, name, value):
    assert told(**{name: value}) == [name]


def test_a_gateway_that_browsers_reach_without_a_proxy_needs_none(told):
    assert told(GATEWAY_PUBLIC_URL="http://127.0.0.1:8000", GATEWAY_TRUSTED_PROXIES=None) == []


def test_a_dry_run_is_told(settings, file):
    (told,) = risks(settings(**SAFE, GATEWAY_CONFIG=file("[mapping]\nmode = 'dry-run'")))
    assert told.name == "mapping.mode"
    assert told.says.startswith('is "dry-run", so the gateway changes nothing in TalentLMS')


def test_every_type_beyond_talentlms_own_learners_is_told(settings, file):
    given = '[talentlms]\nlearner_types = ["Learner", "SuperAdmin", "Apprentice"]\nallow_privileged_types = true\n'
    apprentice, administrator = risks(settings(**SAFE, GATEWAY_CONFIG=file(given)))

    assert apprentice.name == administrator.name == "talentlms.learner_types"
    assert apprentice.says.startswith('"Apprentice" is not one of')
    assert administrator.says.startswith('"SuperAdmin" is an administrators\' type')
