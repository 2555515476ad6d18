"""Attempts to sign in with a password: what a refusal is decided by. Nothing here tells a password or an address."""

from dataclasses import dataclass

from gateway.store.connection import Store
from gateway.store.keys import tagged

_DAY = 24 * 3600

_ADMIT = """
-- KEYS  pair, person, network, known
-- ARGV  the pair's name, how many days ago a network was used at most, in seconds; failures of a network, and for those
--       who have used it; failures of a person, and their window; 1: count this attempt
local now, known = tonumber(redis.call('TIME')[1]), false
local used = redis.call('ZSCORE', KEYS[4], ARGV[1])
if used then known = now - tonumber(used) < tonumber(ARGV[2]) end

local function failures(key) return tonumber(redis.call('GET', key) or '0') end
local function until_forgotten(key) return math.max(redis.call('TTL', key), 1) end

local delayed_until = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
if delayed_until > now then return {delayed_until - now, 0} end
if failures(KEYS[3]) >= tonumber(known and ARGV[4] or ARGV[3]) then return {until_forgotten(KEYS[3]), 0} end
if known then return {0, 0} end
if failures(KEYS[2]) >= tonumber(ARGV[5]) then return {until_forgotten(KEYS[2]), 0} end
if ARGV[7] == '0' then return {0, 0} end
if redis.call('INCR', KEYS[2]) == 1 then redis.call('EXPIRE', KEYS[2], ARGV[6]) end
return {0, 1}
"""

_FAILED = """
-- KEYS  pair, network
-- ARGV  failures of a pair without a delay, the first delay, the longest, how long a pair is remembered; the network's
--       window
local failed = redis.call('HINCRBY', KEYS[1], 'failures', 1)
local beyond = failed - tonumber(ARGV[1])
if beyond >= 0 then
  local delay = math.min(tonumber(ARGV[2]) * 2 ^ beyond, tonumber(ARGV[3]))
  redis.call('HSET', KEYS[1], 'until', string.format('%.0f', tonumber(redis.call('TIME')[1]) + delay))
end
redis.call('EXPIRE', KEYS[1], ARGV[4])
if redis.call('INCR', KEYS[2]) == 1 then redis.call('EXPIRE', KEYS[2], ARGV[5]) end
"""

_NOT_FAILED = """
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end
"""

_USED = """
-- KEYS  known
-- ARGV  the pair's name, for how many seconds it is known, how many networks are remembered
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[3]))
redis.call('EXPIRE', KEYS[1], ARGV[2])
"""


@dataclass(frozen=True)
class Limits:
    """How often somebody may fail. Only failures count.

    Attributes:
        tries: failures of a person from a network after which each further one is followed by a delay.
        first_delay: seconds of the first delay; each further one is twice as long.
        longest_delay: seconds of the longest.
        memory: seconds without a failure after which a person begins anew at a network.
        per_person: failures of a person from networks they never used; then only those go on that they have used.
        person_window: seconds, from the first of them.
        per_network: failures from a network, of all people.
        per_used_network: the same for people who have used it before, whom strangers there must not keep out.
        network_window: seconds, from the first of them.
        known: seconds for which a network counts as used after a sign-in.
        networks: of how many networks a person's use is remembered.
    """

    tries: int = 5
    first_delay: int = 30
    longest_delay: int = 900
    memory: int = 3600
    per_person: int = 100
    person_window: int = 3600
    per_network: int = 200
    per_used_network: int = 1000
    network_window: int = 900
    known: int = 90 * _DAY
    networks: int = 20


@dataclass(frozen=True)
class Attempt:
    """Who tries, and from where; names that tell nobody's address.

    Attributes:
        person: whose account.
        network: from where.
        pair: both together.
    """

    person: str
    network: str
    pair: str


@dataclass(frozen=True)
class Admission:
    """Whether an attempt may be made.

    Attributes:
        wait: after how many seconds it may; 0: now.
        counted: whether it was counted as the person's failure in advance.
    """

    wait: int
    counted: bool


class PasswordAttempts:
    """Counts failures of a person at a network, of a person elsewhere, and of a network.

    Args:
        store: where they are.
        limits: how many there may be.
    """

    def __init__(self, store: Store, limits: Limits) -> None:
        self._limits = limits
        self._admit = store.script(_ADMIT)
        self._failed = store.script(_FAILED)
        self._not_failed = store.script(_NOT_FAILED)
        self._used = store.script(_USED)

    def admission(self, attempt: Attempt, *, count: bool) -> Admission:
        """Return whether an attempt may be made now.

        Args:
            attempt: who, and from where.
            count: whether to count it in advance, so that of many at once no more pass than may fail. An attempt that
                was counted is followed by ``failed``, ``succeeded`` or ``not_made``.
        """
        limits = self._limits
        wait, counted = self._admit(
            [_pair(attempt), _person(attempt), _network(attempt), _known(attempt)],
            [
                attempt.pair,
                limits.known,
                limits.per_network,
                limits.per_used_network,
                limits.per_person,
                limits.person_window,
                int(count),
            ],
        )
        return Admission(wait, bool(counted))

    def failed(self, attempt: Attempt) -> None:
        """Count a failure where it was not counted in advance: of the person at this network, and of the network."""
        limits = self._limits
        self._failed(
            [_pair(attempt), _network(attempt)],
            [limits.tries, limits.first_delay, limits.longest_delay, limits.memory, limits.network_window],
        )

    def succeeded(self, attempt: Attempt, admission: Admission) -> None:
        """Remember that a person has used a network, and take back what was counted in advance."""
        self.not_made(attempt, admission)
        self._used([_known(attempt)], [attempt.pair, self._limits.known, self._limits.networks])

    def not_made(self, attempt: Attempt, admission: Admission) -> None:
        """Take back what was counted in advance of an attempt that told nothing about the password."""
        if admission.counted:
            self._not_failed([_person(attempt)], [])


def _pair(attempt: Attempt) -> str:
    return tagged(f"attempts:password:pair:{attempt.pair}")


def _person(attempt: Attempt) -> str:
    return tagged(f"attempts:password:person:{attempt.person}")


def _network(attempt: Attempt) -> str:
    return tagged(f"attempts:password:network:{attempt.network}")


def _known(attempt: Attempt) -> str:
    return tagged(f"password-networks:{attempt.person}")
