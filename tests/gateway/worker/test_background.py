"""What runs in the background of a process, begun and ended together."""

import pytest

from gateway import create_app
from gateway.config import load
from gateway.services import Services
from gateway.worker.background import Background, background_of
from gateway.worker.due_worker import DueWorker
from gateway.worker.order_worker import OrderWorker
from gateway.worker.upkeep import Upkeep
from tests.gateway.test_factory import GOOD

SHOP = '[[storefronts]]\nname = "shop"\nkind = "standard"\nwebhook_secrets = ["c2VjcmV0LW9mLXRoZS1zaG9wLXNlY3JldA=="]\n'

RULE = '[[mapping.rules]]\nname = "all"\nwhen = { group = "All" }\nassign = { courses = [12] }\n'


@pytest.fixture
def settings(tmp_path):
    def loaded(file="", **changes):
        (tmp_path / "gateway.toml").write_text(file)
        own = {"STATE_DIRECTORY": str(tmp_path), "GATEWAY_CONFIG": str(tmp_path / "gateway.toml")}
        return load(GOOD | own | changes)

    return loaded


class Noted:
    """A loop that notes what it is told."""

    def __init__(self):
        self.told = []

    def start(self):
        self.told.append("start")

    def stop(self, wait=0.0):
        self.told.append(wait)


def test_all_loops_begin_and_end_together():
    loops = [Noted(), Noted()]
    both = Background(loops)
    both.start()
    both.stop(15.0)
    assert [loop.told for loop in loops] == [["start", 15.0]] * 2


@pytest.mark.parametrize(
    ("file", "kinds"),
    [("", {Upkeep}), (SHOP, {Upkeep, OrderWorker}), (RULE, {Upkeep, DueWorker})],
)
def test_what_is_too_old_is_deleted_whether_there_are_storefronts_and_rules_or_not(settings, file, kinds):
    made = background_of(Services(settings(file)))
    assert {type(loop) for loop in made._loops} == kinds


@pytest.mark.parametrize(("place", "runs"), [("inside", True), ("apart", False)])
def test_it_runs_in_the_gateways_processes_unless_it_is_apart(settings, own_log_handlers, place, runs):
    app = create_app(settings(GATEWAY_WORKER=place, GATEWAY_REDIS_URL="redis://127.0.0.1:9/0"))
    assert isinstance(app.extensions.get("talentlms-worker"), Background) == runs
