"""How long a run is: everything that is repeated, counted or waited for, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """The sizes of a run.

    Attributes:
        rounds: how often the contestants take their turns.
        slice_seconds: how long a turn lasts at most.
        slice_clicks: how many clicks a turn has at most; fewer than the largest limit that the gateway can be set to in
            5 seconds, so that it never binds.
        bursts: how often each burst is repeated, on fresh workers each time.
        steady_rounds: how often the load at a fixed rate is repeated.
        steady_seconds: how long it lasts each time.
        rush_clicks: clicks of the Monday rush.
        rush_seconds: within which they come.
        rush_limit: calls that TalentLMS allows within five seconds.
        growth_clicks: clicks over which a worker's memory may grow; then half as many, over which it may not.
        known_learners: few and many.
        learner_rounds: how often clicks of each are counted.
        sign_ins: how many people sign in, once as new people and once as known ones, in a round.
        sign_in_rounds: how often, each time other people.
        webhooks: how many a shop sends in a turn.
        webhook_rounds: how often each database takes its turn.
        paid_orders: how many wait for the worker that works them off.
        known_orders: few and many on record.
        order_pairs: how often webhooks and claims of each are measured side by side.
        waiting_orders: how many wait at least while clicks are measured.
        waiting_pairs: how often clicks are measured with them and without.
        waiting_seconds: for how long each time.
        directory_people: few and many in the directory.
        directory_pairs: how often requests to each are measured side by side.
        provisioned_people: how many people a provisioner keeps in step.
        scim_requests: how many it sends in a turn.
        scim_rounds: how often each database takes its turn.
        profiled_clicks: clicks of the profile.
    """

    rounds: int
    slice_seconds: float
    slice_clicks: int
    bursts: int
    steady_rounds: int
    steady_seconds: float
    rush_clicks: int
    rush_seconds: float
    rush_limit: int
    growth_clicks: int
    known_learners: tuple[int, int]
    learner_rounds: int
    sign_ins: int
    sign_in_rounds: int
    webhooks: int
    webhook_rounds: int
    paid_orders: int
    known_orders: tuple[int, int]
    order_pairs: int
    waiting_orders: int
    waiting_pairs: int
    waiting_seconds: float
    directory_people: tuple[int, int]
    directory_pairs: int
    provisioned_people: int
    scim_requests: int
    scim_rounds: int
    profiled_clicks: int


FULL = Plan(
    rounds=7,
    slice_seconds=4.0,
    slice_clicks=9000,
    bursts=3,
    steady_rounds=5,
    steady_seconds=6.0,
    rush_clicks=2000,
    rush_seconds=10.0,
    rush_limit=200,
    growth_clicks=50_000,
    known_learners=(10, 100_000),
    learner_rounds=5,
    sign_ins=200,
    sign_in_rounds=3,
    webhooks=1200,
    webhook_rounds=4,
    paid_orders=400,
    known_orders=(10, 100_000),
    order_pairs=20,
    waiting_orders=10_000,
    waiting_pairs=5,
    waiting_seconds=8.0,
    directory_people=(10, 100_000),
    directory_pairs=15,
    provisioned_people=10_000,
    scim_requests=400,
    scim_rounds=4,
    profiled_clicks=10_000,
)
QUICK = Plan(
    rounds=2,
    slice_seconds=1.0,
    slice_clicks=5000,
    bursts=1,
    steady_rounds=1,
    steady_seconds=3.0,
    rush_clicks=300,
    rush_seconds=1.5,
    rush_limit=100,
    growth_clicks=3000,
    known_learners=(10, 1000),
    learner_rounds=2,
    sign_ins=40,
    sign_in_rounds=1,
    webhooks=200,
    webhook_rounds=1,
    paid_orders=100,
    known_orders=(10, 2000),
    order_pairs=4,
    waiting_orders=500,
    waiting_pairs=1,
    waiting_seconds=4.0,
    directory_people=(10, 2000),
    directory_pairs=3,
    provisioned_people=1000,
    scim_requests=100,
    scim_rounds=1,
    profiled_clicks=1000,
)
