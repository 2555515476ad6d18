import io
import itertools
import json
import time
from dataclasses import replace

import pytest

from gateway import log
from gateway.store.keys import tagged
from gateway.store.sessions import AT_ONCE, GRACE_SECONDS, Sessions
from schemas.identity import Identity
from schemas.learner import Learner
from schemas.mapped import Detail, Mapped
from schemas.secret import Secret
from tests.gateway.store.key_names import untagged
from tests.gateway.threads import at_once

KIM = Identity(
    "https://id.acme.example",
    "kim-1",
    "acme",
    "kim@acme.example",
    email_verified=True,
    username="kim.lee",
    given_name="Kim",
)
UMA = Identity("https://id.acme.example", "uma-2", "acme", "uma@acme.example", None, "uma")
ID_TOKEN = Secret("header.claims.signature")
NAMES = 3
"""E-mail address, user name and subject: by so many names an operator may mean each of the two."""


@pytest.fixture
def sessions(store):
    return Sessions(store, idle=100, lifetime=1000)


def begun(sessions, identity=KIM):
    session_id = sessions.create(identity, ID_TOKEN, f"sub-of-{identity.subject}", "sid-1").reveal()
    return session_id, sessions.find(session_id)


def seconds_left(store, session):
    return store.ask("TTL", tagged(f"session:{session.handle}"))


def test_a_session_is_found_by_its_id_with_all_that_was_put_into_it(sessions):
    _, session = begun(sessions)
    assert (session.identity, session.id_token, session.learner) == (KIM, ID_TOKEN, None)
    assert (session.sub, session.sid) == ("sub-of-kim-1", "sid-1")
    assert abs(session.expires_at - time.time() - 1000) < 5


def test_a_session_keeps_what_the_mapping_made_of_claims(sessions):
    mapped = Mapped((Detail("custom_field_3", "R&D", at_login=True),), ("email",), "Learner-Type")
    _, session = begun(sessions, replace(KIM, mapped=mapped))
    assert session.identity.mapped == mapped


def test_a_session_of_before_there_was_a_mapping_goes_on(sessions, store):
    session_id, session = begun(sessions)
    record = json.loads(store.ask("GET", tagged(f"session:{session.handle}")))
    del record["identity"]["mapped"]
    store.ask("SET", tagged(f"session:{session.handle}"), json.dumps(record))
    assert sessions.find(session_id) == session


def test_a_session_knows_when_it_began(sessions):
    before = int(time.time())
    session_id, session = begun(sessions)
    assert before <= sessions.began_at(session) <= time.time()
    assert sessions.began_at(sessions.find(session_id)) == sessions.began_at(session)


@pytest.mark.statement(53)
def test_the_store_never_sees_the_id_and_what_it_holds_opens_nothing(sessions, everything):
    session_id, session = begun(sessions)
    assert session_id not in everything()
    assert sessions.find(session.handle) is None
    assert sessions.find("session:" + session.handle) is None
    assert sessions.find("") is None


def test_no_two_sessions_have_the_same_id(sessions):
    ids = at_once(20, lambda _: sessions.create(KIM, ID_TOKEN).reveal())
    assert len(set(ids)) == 20
    assert all(len(session_id) >= 43 for session_id in ids)


def test_an_id_says_whose_session_it_would_be_and_counts_only_as_a_whole(sessions):
    session_id, session = begun(sessions)
    lookup = sessions.lookup(session_id)
    _, chance = session_id.split(".")
    assert (lookup.key, lookup.idle, lookup.person) == (tagged(f"session:{session.handle}"), 100, KIM.key)
    assert sessions.find(f"{UMA.key}.{chance}") is None
    assert sessions.find(chance) is None


@pytest.mark.parametrize(
    "made_up", ["", "x", "a b", "*", "session:1", f"{KIM.key}.", f"{KIM.key}.{'x' * 44}", "é" * 76]
)
def test_what_is_no_id_of_ours_names_nobody(sessions, made_up):
    assert sessions.lookup(made_up).person == ""
    assert sessions.find(made_up) is None


def test_a_record_of_another_person_than_the_id_names_is_no_session_and_ends(sessions, store):
    session_id, session = begun(sessions)
    other = f"{UMA.key}.{session_id.partition('.')[2]}"
    key = sessions.lookup(other).key
    store.ask("COPY", tagged(f"session:{session.handle}"), key)

    assert sessions.find(other) is None
    assert store.ask("EXISTS", key) == 0
    assert sessions.find(session_id) is not None


@pytest.mark.statement(53)
def test_a_session_ends_when_nobody_clicks(store):
    sessions = Sessions(store, idle=1, lifetime=1000)
    session_id = sessions.create(KIM, ID_TOKEN).reveal()
    time.sleep(1.1)
    assert sessions.find(session_id) is None


def test_a_click_lets_the_idle_time_begin_anew(sessions, store):
    session_id, session = begun(sessions)
    store.ask("EXPIRE", tagged(f"session:{session.handle}"), 5)
    sessions.find(session_id)
    assert seconds_left(store, session) > 90


@pytest.mark.statement(53)
def test_a_session_ends_at_its_lifetime_however_often_somebody_clicks(store, everything):
    short = Sessions(store, idle=100, lifetime=2)
    session_id, session = begun(short)
    while time.time() < session.expires_at:
        assert short.find(session_id) is not None or time.time() >= session.expires_at
        time.sleep(0.2)
    assert short.find(session_id) is None
    assert KIM.email not in everything()


def test_a_session_that_is_saved_keeps_what_was_learnt_and_its_time(sessions, store):
    session_id, session = begun(sessions)
    learner = Learner(7, "kim.lee", KIM.key)
    store.ask("EXPIRE", tagged(f"session:{session.handle}"), 5)
    sessions.keep_learner(session, learner)
    assert seconds_left(store, session) <= 5
    assert sessions.find(session_id) == replace(session, learner=learner)


def test_saving_does_not_bring_an_ended_session_back(sessions, everything):
    session_id, session = begun(sessions)
    sessions.end(session)
    sessions.keep_learner(session, Learner(7, "kim.lee", KIM.key))
    assert sessions.find(session_id) is None
    assert "kim" not in everything()


def test_ending_a_session_leaves_the_persons_other_ones(sessions):
    first_id, first = begun(sessions)
    second_id, _ = begun(sessions)
    sessions.end(first)
    assert sessions.find(first_id) is None
    assert sessions.find(second_id) is not None


def test_all_sessions_of_a_person_end_by_the_providers_word_and_nobody_elses(sessions):
    ids = [begun(sessions)[0] for _ in range(3)]
    others, _ = begun(sessions, UMA)
    assert sessions.end_of_subject("https://other.example", "sub-of-kim-1") == 0
    assert sessions.end_of_subject(KIM.issuer, "sub-of-kim-1") == 3
    assert [sessions.find(session_id) for session_id in ids] == [None] * 3
    assert sessions.find(others) is not None
    assert sessions.end_of_subject(KIM.issuer, "sub-of-kim-1") == 0


def test_what_began_in_one_session_at_the_provider_ends_with_it_and_nothing_else(sessions):
    ids = [sessions.create(KIM, ID_TOKEN, "kim-1", sid).reveal() for sid in ("sid-1", "sid-1", "sid-2", "")]
    assert sessions.end_of_provider_session("https://other.example", "sid-1") == 0
    assert sessions.end_of_provider_session(KIM.issuer, "") == 0
    assert sessions.end_of_provider_session(KIM.issuer, "sid-1") == 2
    assert [sessions.find(session_id) is None for session_id in ids] == [True, True, False, False]


def test_with_a_sid_and_a_sub_those_of_the_persons_sessions_end_too_whose_sid_nobody_told(sessions):
    ids = [sessions.create(KIM, ID_TOKEN, "kim-1", sid).reveal() for sid in ("sid-1", "sid-2", "", "")]
    others = sessions.create(UMA, ID_TOKEN, "uma-2", "").reveal()
    assert sessions.end_of_provider_session("https://other.example", "sid-1", "kim-1") == 0
    assert sessions.end_of_provider_session(KIM.issuer, "sid-1", "kim-1") == 3
    assert [sessions.find(session_id) is None for session_id in ids] == [True, False, True, True]
    assert sessions.find(others) is not None
    assert sessions.end_of_provider_session(KIM.issuer, "never-seen", "kim-1") == 0
    assert sessions.find(ids[1]) is not None


def test_a_session_whose_sid_nobody_told_leaves_nothing_behind(sessions, store):
    session_id = sessions.create(KIM, ID_TOKEN, "kim-1", "").reveal()
    sessions.end(sessions.find(session_id))
    assert store.ask("KEYS", "*") == []


def test_a_sub_is_never_taken_for_a_sid(sessions):
    session_id = sessions.create(KIM, ID_TOKEN, "same", "").reveal()
    assert sessions.end_of_provider_session(KIM.issuer, "same") == 0
    assert sessions.find(session_id) is not None


def test_an_ended_session_leaves_nothing_behind(sessions, store):
    _, session = begun(sessions)
    sessions.end(session)
    assert store.ask("KEYS", "*") == []


@pytest.mark.statement(57)
@pytest.mark.parametrize("name", ["kim@acme.example", "KIM@acme.example", "kim.lee", "kim-1", "kim.login", "7"])
def test_an_operator_ends_a_persons_sessions_by_any_of_their_names(sessions, name):
    ids = [begun(sessions)[0] for _ in range(2)]
    sessions.keep_learner(sessions.find(ids[1]), Learner(7, "kim.login", KIM.key))
    others, _ = begun(sessions, UMA)
    assert sessions.end_all_of_user(name) == 2
    assert [sessions.find(session_id) for session_id in ids] == [None, None]
    assert sessions.find(others) is not None


def test_an_operators_name_for_a_person_is_the_one_of_today(sessions, store):
    session_id, session = begun(sessions)
    sessions.keep_learner(session, Learner(7, "kim.login", KIM.key))
    sessions.keep_learner(sessions.find(session_id), Learner(8, "kim.new", KIM.key))
    assert [sessions.end_all_of_user(name) for name in ("7", "kim.login")] == [0, 0]
    assert indexed(store) == {"person": 1, "sub": 1, "sid": 1, "name": NAMES + 2}
    assert sessions.end_all_of_user("kim.new") == 1
    assert store.ask("KEYS", "*") == []


def test_people_who_share_a_name_are_all_meant_and_nobody_else(sessions):
    namesake = replace(KIM, issuer="https://other.example", subject="other-1", email="")
    ids = [begun(sessions, person)[0] for person in (KIM, namesake, UMA)]
    assert sessions.end_all_of_user("Kim.Lee") == 2
    assert [sessions.find(session_id) is None for session_id in ids] == [True, True, False]


def test_an_operators_command_looks_at_nobody_elses_sessions(sessions, store, monkeypatch):
    for number in range(30):
        begun(sessions, replace(UMA, subject=f"uma-{number}"))
    begun(sessions)
    asked, ask = [], store.ask
    monkeypatch.setattr(store, "ask", lambda *command: (asked.append(command), ask(*command))[1])
    assert sessions.end_all_of_user("kim.lee") == 1
    assert [command[0] for command in asked] == ["SMEMBERS", "MGET", "ZRANGE", "MGET"]
    assert {len(command) for command in asked if command[0] == "MGET"} == {2}


def test_a_known_learner_leaves_nothing_behind_however_a_session_ends(sessions, store):
    for _ in range(2 * AT_ONCE):
        _, session = begun(sessions)
        sessions.keep_learner(session, Learner(7, "kim.login", KIM.key))
    assert indexed(store) == {"person": AT_ONCE, "sub": AT_ONCE, "sid": AT_ONCE, "name": (NAMES + 2) * AT_ONCE}
    for key in store.ask("KEYS", tagged("session:*")):
        store.ask("DEL", key)
    sessions.end(sessions.find(begun(sessions)[0]))
    assert store.ask("KEYS", "*") == []


@pytest.mark.parametrize("name", ["", "nobody@acme.example", "*", "kim", "acme"])
def test_a_name_that_is_nobodys_ends_nothing(sessions, name):
    session_id, _ = begun(sessions, replace(KIM, email="", username=""))
    assert sessions.end_all_of_user(name) == 0
    assert sessions.find(session_id) is not None


def test_a_session_that_the_same_person_replaces_lasts_for_the_other_tabs_and_not_longer(sessions, store):
    old_id, old = begun(sessions)
    sessions.replace(old, KIM, Secret(begun(sessions, KIM)[0]))
    for _ in range(3):
        assert sessions.find(old_id).expires_at <= time.time() + GRACE_SECONDS


def test_a_session_that_was_replaced_is_not_prolonged_by_a_click_that_was_under_way(sessions, store):
    old_id, old = begun(sessions)
    sessions.replace(old, KIM, Secret(begun(sessions, KIM)[0]))
    sessions.keep_learner(old, Learner(7, "kim.lee", KIM.key))
    found = sessions.find(old_id)
    assert found.learner == Learner(7, "kim.lee", KIM.key)
    assert found.expires_at <= time.time() + GRACE_SECONDS


def test_a_session_that_was_read_before_its_learner_was_known_leaves_nothing_behind(sessions, store):
    _, session = begun(sessions)
    sessions.keep_learner(session, Learner(7, "kim.login", KIM.key))
    sessions.end(session)
    assert store.ask("KEYS", "*") == []


def test_a_replaced_session_that_was_read_before_its_learner_was_known_leaves_nothing_behind(sessions, store):
    (_, old), (new_id, new) = begun(sessions), begun(sessions)
    sessions.replace(old, KIM, Secret(new_id))
    for session in (old, new):
        sessions.keep_learner(session, Learner(7, "kim.login", KIM.key))
    sessions.end(new)
    assert store.ask("KEYS", "*") == []


@pytest.mark.parametrize(
    "end",
    [
        lambda sessions: sessions.end_of_subject(KIM.issuer, "sub-of-kim-1"),
        lambda sessions: sessions.end_of_provider_session(KIM.issuer, "sid-1", "sub-of-kim-1"),
        lambda sessions: sessions.end_all_of_user("kim.lee"),
    ],
    ids=["subject", "provider session", "operator"],
)
def test_sessions_whose_learner_becomes_known_while_they_end_leave_nothing_behind(sessions, store, monkeypatch, end):
    found, ask, user_ids = [begun(sessions)[1] for _ in range(3)], store.ask, itertools.count(7)

    def learnt_meanwhile(*command):
        answer = ask(*command)
        if command[0] == "MGET":
            monkeypatch.setattr(store, "ask", ask)
            learner = Learner(next(user_ids), "kim.login", KIM.key)
            for session in found:
                sessions.keep_learner(session, learner)
            monkeypatch.setattr(store, "ask", learnt_meanwhile)
        return answer

    monkeypatch.setattr(store, "ask", learnt_meanwhile)
    assert end(sessions) == 3
    assert ask("KEYS", "*") == []


def test_with_the_sessions_that_an_operator_ends_those_are_forgotten_that_ended_by_themselves(sessions, store):
    for _ in range(3):
        _, session = begun(sessions)
        sessions.keep_learner(session, Learner(7, "kim.login", KIM.key))
    store.ask("DEL", tagged(f"session:{session.handle}"))  # as when its idle time is over
    assert sessions.end_all_of_user("kim.lee") == 2
    assert store.ask("KEYS", "*") == []


def test_a_session_that_another_version_wrote_ends_with_the_persons_others(sessions, store):
    _, session = begun(sessions)
    begun(sessions)
    store.ask("SET", tagged(f"session:{session.handle}"), "{}")
    assert sessions.end_of_subject(KIM.issuer, "sub-of-kim-1") == 2
    assert store.ask("KEYS", "*") == []


def test_a_click_that_is_under_way_while_its_session_is_replaced_leaves_nothing_behind(sessions, store):
    _, old = begun(sessions)
    sessions.keep_learner(old, Learner(7, "kim.login", KIM.key))
    new_id, _ = begun(sessions)
    sessions.replace(old, KIM, Secret(new_id))  # as it was before the learner became known
    sessions.keep_learner(old, Learner(7, "kim.login", KIM.key))
    assert sessions.end_all_of_user("7") == 2
    assert indexed(store) == {}


def test_a_session_that_somebody_else_replaces_ends_at_once(sessions):
    old_id, old = begun(sessions)
    sessions.replace(old, UMA, Secret(begun(sessions, UMA)[0]))
    assert sessions.find(old_id) is None


def test_a_replaced_session_ends_with_all_others_of_the_person(sessions):
    old_id, old = begun(sessions)
    sessions.replace(old, KIM, Secret(begun(sessions, KIM)[0]))
    assert sessions.end_of_subject(KIM.issuer, "sub-of-kim-1") == 2
    assert sessions.find(old_id) is None


@pytest.mark.parametrize("record", ["", "[]", "null", "not json", '{"identity": {"issuer": "x"}}', '{"identity": 1}'])
def test_a_record_that_another_version_wrote_is_no_session(sessions, store, record):
    session_id, session = begun(sessions)
    store.ask("SET", tagged(f"session:{session.handle}"), record)
    assert sessions.find(session_id) is None
    assert sessions.end_all_of_user("kim.lee") == 0


def test_ending_a_session_also_ends_the_one_that_it_replaced_a_moment_ago(sessions):
    old_id, old = begun(sessions)
    new_id, new = begun(sessions)
    sessions.replace(old, KIM, Secret(new_id))
    assert sessions.find(old_id) is not None
    sessions.end(new)
    assert (sessions.find(old_id), sessions.find(new_id)) == (None, None)


def test_a_session_that_begins_while_others_are_ended_stays_in_the_index(sessions, store):
    begun(sessions)
    (index,) = store.ask("KEYS", tagged("sessions-of:sid:*"))
    store.ask("SADD", index, "begun-meanwhile")
    sessions.end_of_provider_session(KIM.issuer, "sid-1")
    later_id, _ = begun(sessions)
    assert sessions.end_of_provider_session(KIM.issuer, "sid-1") == 1
    assert sessions.find(later_id) is None


def test_a_session_of_a_provider_that_is_no_longer_in_the_settings_is_none(store):
    session_id, session = begun(Sessions(store, idle=100, lifetime=1000))
    after = Sessions(store, idle=100, lifetime=1000, providers=("another",))
    assert after.find(session_id) is None
    assert store.ask("KEYS", tagged("session:*")) == []
    assert session.identity.provider != "another"


def indexed(store):
    """Return how many entries each index has."""
    counted = {}
    for key in store.ask("KEYS", tagged("sessions-of:*")):
        command = {b"set": "SCARD", b"zset": "ZCARD"}[store.ask("TYPE", key)]
        kind = untagged(key).split(":")[1]
        counted[kind] = counted.get(kind, 0) + store.ask(command, key)
    return counted


def test_of_one_person_so_many_sessions_last_and_with_each_further_one_the_oldest_ends(sessions, store):
    others, _ = begun(sessions, UMA)
    ids = [sessions.create(KIM, ID_TOKEN, "kim-1", f"sid-{number}").reveal() for number in range(AT_ONCE + 3)]
    assert [sessions.find(session_id) is None for session_id in ids] == [True] * 3 + [False] * AT_ONCE
    assert sessions.find(others) is not None
    assert len(store.ask("KEYS", tagged("session:*"))) == AT_ONCE + 1
    every = AT_ONCE + 1
    assert indexed(store) == {"person": every, "sub": every, "sid": every, "name": NAMES * every}
    assert len(store.ask("KEYS", tagged("sessions-of:sid:*"))) == AT_ONCE + 1, "an ended session's own index is gone"


def test_a_beginning_that_is_said_once_more_because_its_answer_was_lost_ends_nobody_twice(sessions, store, monkeypatch):
    for _ in range(AT_ONCE):
        sessions.create(KIM, ID_TOKEN, "kim-1")
    script = sessions._script
    monkeypatch.setattr(sessions, "_script", lambda *asked: (script(*asked), script(*asked))[1])
    sessions.create(KIM, ID_TOKEN, "kim-1")
    assert len(store.ask("KEYS", tagged("session:*"))) == AT_ONCE


@pytest.mark.parametrize("count", [1, 2, AT_ONCE - 2, AT_ONCE - 1, AT_ONCE])
def test_as_many_sessions_as_there_may_be_all_last(sessions, count):
    ids = [begun(sessions)[0] for _ in range(count)]
    assert None not in [sessions.find(session_id) for session_id in ids]


def test_of_more_sign_ins_at_once_than_may_last_none_is_lost_but_the_oldest(sessions, store):
    ids = at_once(AT_ONCE + 20, lambda _: sessions.create(KIM, ID_TOKEN, "kim-1").reveal())
    assert sum(sessions.find(session_id) is not None for session_id in ids) == AT_ONCE
    assert indexed(store) == {**dict.fromkeys(("person", "sub", "sub-without-sid"), AT_ONCE), "name": NAMES * AT_ONCE}


def test_the_limit_is_a_persons_whichever_session_at_the_provider_theirs_began_in(sessions):
    other_issuer = replace(KIM, issuer="https://other.example", provider="other")
    first, _ = begun(sessions, other_issuer)
    ids = [sessions.create(KIM, ID_TOKEN, "", "").reveal() for _ in range(AT_ONCE + 1)]
    assert [sessions.find(ids[0]), sessions.find(first) is None] == [None, False]


def test_sessions_that_ended_by_themselves_make_room_and_are_in_no_index_any_more(sessions, store):
    dead = [begun(sessions)[1] for _ in range(AT_ONCE - 1)]
    alive, _ = begun(sessions)
    for session in dead:
        store.ask("DEL", tagged(f"session:{session.handle}"))  # as when their idle time is over
    begun(sessions)
    assert sessions.find(alive) is not None
    assert indexed(store) == {"person": 2, "sub": 2, "sid": 2, "name": NAMES * 2}


def test_a_person_who_signs_in_every_day_leaves_no_trace_of_the_days_before(sessions, store):
    for day in range(200):
        sessions.create(KIM, ID_TOKEN, "kim-1", f"sid-{day}")
        for key in store.ask("KEYS", tagged("session:*")):
            store.ask("DEL", key)
    sessions.create(KIM, ID_TOKEN, "kim-1", "sid-today")
    assert indexed(store) == {"person": 1, "sub": 1, "sid": 1, "name": NAMES}


@pytest.mark.parametrize(
    "end",
    [
        lambda sessions, _: sessions.end_of_subject(KIM.issuer, "sub-of-kim-1"),
        lambda sessions, _: sessions.end_of_provider_session(KIM.issuer, "sid-1"),
        lambda sessions, _: sessions.end_of_provider_session(KIM.issuer, "sid-1", "sub-of-kim-1"),
        lambda sessions, _: sessions.end_all_of_user("kim.lee"),
        lambda sessions, found: [sessions.end(session) for session in found],
    ],
    ids=["subject", "provider session", "both", "operator", "each"],
)
def test_however_sessions_end_no_index_remembers_them(sessions, store, end):
    end(sessions, [begun(sessions)[1] for _ in range(AT_ONCE)])
    assert store.ask("KEYS", "*") == []


def test_of_those_that_ended_together_others_indexes_keep_what_is_theirs(sessions, store):
    first, second = (sessions.create(KIM, ID_TOKEN, "kim-1", sid).reveal() for sid in ("sid-1", "sid-2"))
    assert sessions.end_of_provider_session(KIM.issuer, "sid-1") == 1
    assert (sessions.find(first), sessions.find(second) is None) == (None, False)
    assert indexed(store) == {"person": 1, "sub": 1, "sid": 1, "name": NAMES}
    assert sessions.end_of_subject(KIM.issuer, "kim-1") == 1


def test_hundreds_of_sessions_in_one_session_of_a_provider_end_together(sessions, store):
    people = [replace(KIM, subject=f"person-{number}") for number in range(250)]
    for person in people:
        sessions.create(person, ID_TOKEN, person.subject, "the-same-for-all")
    assert sessions.end_of_provider_session(KIM.issuer, "the-same-for-all") == 250
    assert store.ask("KEYS", "*") == []


def test_a_session_and_those_that_it_replaced_leave_no_index_behind(sessions, store):
    _, first = begun(sessions)
    second_id, second = begun(sessions)
    third_id, third = begun(sessions)
    sessions.replace(first, KIM, Secret(second_id))
    sessions.replace(second, KIM, Secret(third_id))
    sessions.end(third)
    assert store.ask("KEYS", "*") == []


def test_every_index_ends_by_itself_and_not_before_the_sessions_in_it(store):
    begun(Sessions(store, idle=100, lifetime=1000))
    assert {990 < store.ask("TTL", key) <= 1000 for key in store.ask("KEYS", tagged("sessions-of:*"))} == {True}
    begun(Sessions(store, idle=100, lifetime=2000))
    assert {1990 < store.ask("TTL", key) <= 2000 for key in store.ask("KEYS", tagged("sessions-of:*"))} == {True}
    begun(Sessions(store, idle=100, lifetime=500))
    assert {1990 < store.ask("TTL", key) <= 2000 for key in store.ask("KEYS", tagged("sessions-of:*"))} == {True}


def test_it_is_told_whose_sessions_were_too_many(sessions, own_log_handlers):
    stream = io.StringIO()
    log.configure("info", stream)
    for _ in range(AT_ONCE + 1):
        begun(sessions)
    (line,) = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (line["event"], line["person"], line["ended"]) == ("session.too_many", KIM.key, 1)


def test_every_session_of_a_person_ends_by_their_key(sessions):
    ids = [begun(sessions)[0] for _ in range(3)]
    other, _ = begun(sessions, UMA)
    assert sessions.end_of_person(KIM.key) == 3
    assert [sessions.find(each) for each in ids] == [None] * 3
    assert sessions.find(other) is not None
    assert sessions.end_of_person(KIM.key) == 0
