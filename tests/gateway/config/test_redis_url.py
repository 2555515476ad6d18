"""``GATEWAY_REDIS_URL``: each form it may have, and each mistake with what to write instead."""

import pytest

from schemas.redis_address import Credentials, RedisAddress, redis_address
from schemas.secret import Secret

NOBODY = Credentials()
KIM = Credentials("kim", Secret("p/w"))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("redis://redis", RedisAddress("single", (("redis", 6379),), NOBODY)),
        (
            "rediss://kim:p%2Fw@[2001:db8::1]:6380/3",
            RedisAddress("single", (("2001:db8::1", 6380),), KIM, database=3, tls=True),
        ),
        (
            "redis+sentinel://one/mymaster",
            RedisAddress("sentinel", (("one", 26379),), NOBODY, "mymaster"),
        ),
        (
            "rediss+sentinel://kim:p%2Fw@one.acme.com:26380,two,[::1]:5/m.a-1/2?sentinel_username=s&sentinel_password=%26%3D",
            RedisAddress(
                "sentinel",
                (("one.acme.com", 26380), ("two", 26379), ("::1", 5)),
                KIM,
                "m.a-1",
                2,
                tls=True,
                sentinel_credentials=Credentials("s", Secret("&=")),
            ),
        ),
        (
            "redis+sentinel://one,two/mymaster/?sentinel_password=p",
            RedisAddress(
                "sentinel",
                (("one", 26379), ("two", 26379)),
                NOBODY,
                "mymaster",
                sentinel_credentials=Credentials("", Secret("p")),
            ),
        ),
        (
            "redis+cluster://:p%2Fw@one:7000,two/0",
            RedisAddress("cluster", (("one", 7000), ("two", 6379)), Credentials("", Secret("p/w"))),
        ),
        ("rediss+cluster://one", RedisAddress("cluster", (("one", 6379),), NOBODY, tls=True)),
    ],
)
def test_each_form_says_where_redis_is(settings, text, address):
    assert redis_address(settings(GATEWAY_REDIS_URL=text).redis_url.reveal()) == address


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sentinel://one/mymaster", "write redis://host:6379/0, redis+sentinel://host:26379,host:26379/service or"),
        ("redis+sentinels://one/mymaster", "is not a Redis URL"),
        ("redis+rediss://one", "is not a Redis URL"),
        ("redis://one,two", "begin with redis+sentinel:// or redis+cluster://"),
        ("redis+sentinel://one,two", "`sentinel monitor`"),
        ("redis+sentinel://one,two/", "such as /mymaster"),
        ("redis+sentinel://one/my%20master", "such as /mymaster"),
        ("redis+sentinel://one/mymaster/first", "write the number of the database"),
        ("redis+sentinel://one/mymaster/0/1", "write the number of the database"),
        ("redis+sentinel://one,,two/mymaster", "as its host number 2"),
        ("redis+sentinel://one,two:/mymaster", "as its host number 2"),
        ("redis+sentinel://one:0/mymaster", "like redis.acme.com:26379"),
        ("redis+sentinel://one:65536/mymaster", "has no host, or one that cannot be"),
        ("redis+sentinel:///mymaster", "is not of the form redis+sentinel://"),
        ("redis+sentinel:one/mymaster", "is not of the form redis+sentinel://"),
        ("redis+sentinel://:whis@pered@one/mymaster", "percent-encode / ? # @ : and %"),
        ("redis+sentinel://:whispered%@one/mymaster", "write %25"),
        ("redis+sentinel://whispered@one/mymaster", "write :password@ for a password alone"),
        ("redis+sentinel://one/mymaster?sentinel_password=whispered%x", "write %25"),
        ("redis+sentinel://one/mymaster?sentinel_username=whispered", "write sentinel_password, too"),
        ("redis+sentinel://one/mymaster?password=whispered", "take sentinel_username and sentinel_password"),
        ("redis+sentinel://one/mymaster?sentinel_password=whispered&sentinel_password=b", "an option twice"),
        ("rediss+sentinel://one/mymaster?ssl_cert_reqs=none", "take sentinel_username and sentinel_password"),
        ("redis+cluster://one,two/1", "of which a cluster has one"),
        ("redis+cluster://one?sentinel_password=whispered", "leave out options"),
        ("redis+cluster://one:x,two", "as its host number 1"),
        ("redis+cluster://:whispered@", "is not of the form redis+cluster://"),
        ("redis://whispered@one", "write :password@ for a password alone"),
    ],
)
def test_each_mistake_is_named_with_what_to_write_and_shows_nothing_of_it(faults, text, says):
    found = faults(GATEWAY_REDIS_URL=text)["GATEWAY_REDIS_URL"]

    assert says in found
    assert "whis" not in found


def test_no_password_is_shown_by_what_is_read():
    address = redis_address("redis+sentinel://kim:whispered@one/mymaster?sentinel_password=whispered")

    assert "whispered" not in repr(address)


@pytest.mark.parametrize("text", ["redis+sentinel://", "whispered", "redis://whis@pered@one", "redis://one,:1"])
def test_what_is_no_address_is_none_without_showing_it(text):
    with pytest.raises(ValueError, match=r"^not the URL of a Redis$"):
        redis_address(text)
