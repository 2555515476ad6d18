"""Over TLS, as a user of an access control list: one server, Sentinels, a cluster."""

import re

import pytest

from gateway.errors import StoreUnavailable
from gateway.store.connection import connect
from schemas.secret import Secret
from tests.docs.documents import DOCS, text_of
from tests.gateway.store.contents import filled
from tests.gateway.store.redis_groups import GROUPS
from tests.gateway.store.redis_server import RedisServer
from tests.gateway.talentlms.odd_server import certificate

PASSWORD = "p/w:@%"
ENCODED = "p%2Fw%3A%40%25"


@pytest.fixture
def certificate_file(tmp_path):
    return certificate(tmp_path)[0]


@pytest.fixture(params=["single", *GROUPS])
def url(request, tmp_path, certificate_file):
    """Return where it is, for a user who may do what the page on operating says."""
    folder = tmp_path / "redis"
    folder.mkdir()
    page = " ".join(text_of(DOCS / "operating.md").split())
    rights = re.search(r"the keys `(\S+)` and the commands `([^`]+)`, in a cluster `([^`]+)`", page)
    begun = GROUPS.get(request.param, RedisServer)(folder, certificate=certificate_file)
    try:
        url = begun.start().url.reveal()
        words = f"{rights[1]} {rights[2]}" + (f" {rights[3]}" if request.param == "cluster" else "")
        begun.tell("ACL", "SETUSER", "gateway", "on", f">{PASSWORD}", *words.split())
        yield url.replace("redis", "rediss", 1).replace("//", f"//gateway:{ENCODED}@")
    finally:
        begun.stop()


def test_a_user_with_the_rights_of_the_page_may_write_all_that_is_written(url, certificate_file):
    store = connect(Secret(url), certificate_file)
    with filled(store):
        store.check()
    with pytest.raises(StoreUnavailable) as caught:
        store.ask("FLUSHALL")
    assert caught.value.note.endswith("the user may not do this (ACL)")


def test_an_unknown_authority_and_a_wrong_password_are_unavailable(url, certificate_file, tmp_path, monkeypatch):
    monkeypatch.setattr("gateway.store.failover.TAKE_OVER_SECONDS", 0.2)
    (tmp_path / "other").mkdir()
    other = certificate(tmp_path / "other")[0]
    for wrong, file in ((url, other), (url.replace(ENCODED, "wrong"), certificate_file)):
        with pytest.raises(StoreUnavailable):
            connect(Secret(wrong), file).ask("GET", "{talentlms-gateway}:any")
