from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from gateway.config import HelpContact

KEY = "a-key-of-thirty-two-bytes-or-more"
OTHER = "another-key-of-thirty-two-bytes-or-more"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://training.acme.com", "https://training.acme.com"),
        ("https://training.acme.com/", "https://training.acme.com"),
        ("https://Training.Acme.com:443", "https://training.acme.com"),
        ("https://training.acme.com:8443", "https://training.acme.com:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_public_url_is_an_origin(settings, text, url):
    loaded = settings(GATEWAY_PUBLIC_URL=text)

    assert loaded.public_url == url
    assert loaded.secure == url.startswith("https:")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("training.acme.com", "begin it with https://"),
        ("ftp://training.acme.com", "begin it with https://"),
        ("https:training.acme.com", "begin it with https://"),
        ("http://training.acme.com", "http is only for"),
        ("http://192.168.1.1", "http is only for"),
        ("http://localhost.acme.com", "http is only for"),
        ("http://127.0.0.1.acme.com", "http is only for"),
        ("https://training.acme.com/path", "after the host"),
        ("https://training.acme.com?", "after the host"),
        ("https://training.acme.com#", "after the host"),
        ("https://user:password@training.acme.com", "user name"),
        ("https://training.acme.com:0", "host"),
        ("https://training.acme.com:65536", "host"),
        ("https://training.acme.com:", "host"),
        ("https://", "host"),
        ("https://-acme.com", "host"),
        ("https://1.2.3.400", "host"),
        ("https://[::zz]", "bracket"),
        ("https://training acme.com", "xn--"),
        ("https://bücher.example", "xn--"),
        ("https:\\\\acme.com", "xn--"),
    ],
)
def test_a_public_url_that_is_more_or_less_is_refused(faults, text, says):
    assert says in faults(GATEWAY_PUBLIC_URL=text)["GATEWAY_PUBLIC_URL"]


@pytest.mark.parametrize("text", [f"{KEY},{OTHER}", f" {KEY} , {OTHER} ,", f"{KEY}\n{OTHER}\n"])
def test_secret_keys_keep_their_order(settings, text):
    assert [key.reveal() for key in settings(GATEWAY_SECRET_KEYS=text).secret_keys] == [KEY, OTHER]


@pytest.mark.statement(64)
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x" * 31, "1 of 1 keys"),
        (f"{KEY},short", "1 of 2 keys"),
        (f"{KEY},{KEY}", "same key twice"),
        (",", "no key"),
        (f"{KEY} {OTHER}", "blanks"),
    ],
)
def test_secret_keys_are_long_and_differ(faults, text, says):
    found = faults(GATEWAY_SECRET_KEYS=text)["GATEWAY_SECRET_KEYS"]

    assert says in found
    assert KEY not in found


def test_the_length_of_a_key_counts_in_bytes(settings):
    assert settings(GATEWAY_SECRET_KEYS="ü" * 16)


@pytest.mark.parametrize(
    "text", ["redis://redis", "rediss://u:p%2F@redis.acme.com:6380/1", "redis://:pw@my_redis:6379/", "redis://[::1]:1"]
)
def test_redis_may_be_anywhere(settings, text):
    assert settings(GATEWAY_REDIS_URL=text).redis_url.reveal() == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("https://redis", "is not a Redis URL"),
        ("unix:///run/redis", "is not a Redis URL"),
        ("redis:6379", "form"),
        ("redis.acme.com:6379", "is not a Redis URL"),
        ("redis://:pw@", "form"),
        ("redis://:pw@redis:x", "host"),
        ("redis://:pw/x@redis:6379", "percent-encode"),
        ("redis://:pw#x@redis:6379", "percent-encode"),
        ("redis://redis/first", "form"),
        ("rediss://:pw@redis/0?ssl_cert_reqs=none", "leave out options"),
        ("redis://:pw @redis", "xn--"),
    ],
)
def test_what_is_not_a_redis_url_is_refused_without_showing_it(faults, text, says):
    found = faults(GATEWAY_REDIS_URL=text)["GATEWAY_REDIS_URL"]

    assert says in found
    assert ":pw" not in found


def test_trusted_proxies_are_networks_or_single_addresses(settings):
    loaded = settings(GATEWAY_TRUSTED_PROXIES="10.0.0.0/8, 192.0.2.7,2001:db8::/32")

    assert loaded.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("192.0.2.7/32"), ip_network("2001:db8::/32"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("10.0.0.1/8", "write 10.0.0.0/8"),
        ("proxy", "is not a network"),
        ("::ffff:10.0.0.5", "write 10.0.0.5/32"),
        ("::ffff:10.0.0.0/104", "write 10.0.0.0/8"),
        ("10.0.0.0/33", "is not a network"),
        ("*", "is not a network"),
        (",", "names nothing"),
    ],
)
def test_what_is_not_a_network_is_refused(faults, text, says):
    assert says in faults(GATEWAY_TRUSTED_PROXIES=text)["GATEWAY_TRUSTED_PROXIES"]


def test_one_proxy_is_counted_unless_more_are_named(settings):
    assert settings().proxy_count == 1
    assert settings(GATEWAY_TRUSTED_PROXIES="10.0.0.0/8", GATEWAY_PROXY_COUNT="2").proxy_count == 2


@pytest.mark.parametrize("text", ["0", "-1", "11", "two", "1.5"])
def test_a_count_of_proxies_that_is_none_is_refused(faults, text):
    assert "write a whole number, 1 to 10" in faults(GATEWAY_PROXY_COUNT=text)["GATEWAY_PROXY_COUNT"]


@pytest.mark.parametrize("text", ["off", "on"])
def test_a_switch_is_on_or_off(settings, text):
    loaded = settings(GATEWAY_RATE_LIMITS=text, GATEWAY_PASSWORD_SIGN_IN=text)

    assert (loaded.rate_limits, loaded.password_sign_in) == (text == "on", text == "on")


@pytest.mark.parametrize("text", ["1", "true", "ON", "yes", " on"])
def test_a_switch_is_nothing_else(faults, text):
    assert list(faults(GATEWAY_RATE_LIMITS=text, GATEWAY_PASSWORD_SIGN_IN=text)) == [
        "GATEWAY_RATE_LIMITS",
        "GATEWAY_PASSWORD_SIGN_IN",
    ]


@pytest.mark.parametrize("name", ["GATEWAY_SESSION_IDLE", "GATEWAY_SESSION_LIFETIME"])
@pytest.mark.parametrize("text", ["59", "2592001", "-60", "3600.0", "1_000", "٣٦٠٠", "1h", "9" * 5000])
def test_a_session_lasts_between_a_minute_and_a_month(faults, name, text):
    assert list(faults(**{name: text})) == [name]


def test_a_session_may_last_a_minute_or_a_month(settings):
    loaded = settings(GATEWAY_SESSION_IDLE="60", GATEWAY_SESSION_LIFETIME="2592000")

    assert (loaded.session_idle, loaded.session_lifetime) == (60, 2592000)


def test_a_session_cannot_idle_longer_than_it_lasts(faults):
    assert "at most" in faults(GATEWAY_SESSION_IDLE="601", GATEWAY_SESSION_LIFETIME="600")["GATEWAY_SESSION_IDLE"]


def test_the_default_of_idling_gives_way_to_a_shorter_lifetime(settings):
    assert settings(GATEWAY_SESSION_LIFETIME="600").session_idle == 600


def test_a_session_may_idle_as_long_as_it_lasts(settings):
    assert settings(GATEWAY_SESSION_IDLE="600", GATEWAY_SESSION_LIFETIME="600").session_idle == 600


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("help@acme.com", "mailto:help@acme.com"),
        ("it+help&desk@acme.com", "mailto:it%2Bhelp%26desk@acme.com"),
        ("https://acme.com/help?topic=training", "https://acme.com/help?topic=training"),
    ],
)
def test_the_help_contact_is_a_mail_address_or_a_url(settings, text, href):
    contact = settings(GATEWAY_HELP_CONTACT=text).help_contact

    assert contact == HelpContact(text)
    assert (contact.text, contact.href) == (text, href)


@pytest.mark.parametrize(
    "text", ["help", "mailto:help@acme.com", "javascript://x", "a@b@c", "http://acme.com", "help@-"]
)
def test_other_help_contacts_are_refused(faults, text):
    assert list(faults(GATEWAY_HELP_CONTACT=text)) == ["GATEWAY_HELP_CONTACT"]


def test_the_log_level_is_one_of_four_words(settings, faults):
    assert settings(GATEWAY_LOG_LEVEL="debug").log_level == "debug"
    assert faults(GATEWAY_LOG_LEVEL="WARN") == {"GATEWAY_LOG_LEVEL": '"WARN" is not known here; did you mean warning?'}
    assert "write one of debug, info, warning, error" in faults(GATEWAY_LOG_LEVEL="x")["GATEWAY_LOG_LEVEL"]


def test_the_ca_file_holds_certificates(settings, faults, tmp_path, certificate):
    assert settings(GATEWAY_CA_FILE=str(certificate)).ca_file == certificate
    (tmp_path / "empty.pem").write_text("")
    assert "no certificate" in faults(GATEWAY_CA_FILE=str(tmp_path / "empty.pem"))["GATEWAY_CA_FILE"]
    assert "No such file" in faults(GATEWAY_CA_FILE=str(tmp_path / "none.pem"))["GATEWAY_CA_FILE"]


@pytest.fixture
def certificate(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Acme")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1)
    )
    path = tmp_path / "ca.pem"
    path.write_bytes(builder.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return path


def test_slugs_name_courses_and_categories(settings, file):
    loaded = settings(GATEWAY_CONFIG=file("[slugs.courses]\ngdpr-2026 = 34\n[slugs.categories]\ncompliance = 3"))

    assert dict(loaded.slugs.courses) == {"gdpr-2026": 34}
    assert dict(loaded.slugs.categories) == {"compliance": 3}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("34 = 34", "slugs.courses.34"),
        ("GDPR = 34", "slugs.courses.GDPR"),
        ('"a b" = 34', "slugs.courses.a b"),
        ('"" = 34', "slugs.courses."),
        ("gdpr = 0", "slugs.courses.gdpr"),
        ("gdpr = -1", "slugs.courses.gdpr"),
        ('gdpr = "34"', "slugs.courses.gdpr"),
        ("gdpr = true", "slugs.courses.gdpr"),
        ("gdpr = 0xffffffffffffffffffffff", "slugs.courses.gdpr"),
    ],
)
def test_a_slug_is_not_an_id_and_an_id_is_positive(faults, file, line, name):
    assert list(faults(GATEWAY_CONFIG=file(f"[slugs.courses]\n{line}"))) == [name]


def test_every_bad_slug_is_told(faults, file):
    found = faults(GATEWAY_CONFIG=file("[slugs.courses]\nA = 1\nfine = 2\nB = 3\n"))

    assert list(found) == ["slugs.courses.A", "slugs.courses.B"]


def test_settings_cannot_be_changed(settings):
    loaded = settings()

    with pytest.raises(AttributeError):
        loaded.public_url = "https://other.example"
    with pytest.raises(TypeError):
        loaded.slugs.courses["x"] = 1


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("127.0.0.1:9464", "127.0.0.1", 9464), ("localhost:1", "127.0.0.1", 1), ("[::]:65535", "::", 65535)],
)
def test_the_operator_listener_is_an_address_and_a_port(settings, text, host, port):
    bind = settings(GATEWAY_METRICS_BIND=text).metrics_bind
    assert (bind.host, bind.port) == (host, port)


@pytest.mark.parametrize(
    "text", ["9464", ":9464", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "metrics.acme.com:9464", "http://[::1]:1"]
)
def test_what_nobody_can_listen_at_is_refused(faults, text):
    assert "write 127.0.0.1:9464" in faults(GATEWAY_METRICS_BIND=text)["GATEWAY_METRICS_BIND"]


def test_an_operators_token_is_long_and_can_stand_in_a_header(settings, faults):
    assert settings(GATEWAY_OPERATOR_TOKEN="a" * 32).operator_token.reveal() == "a" * 32
    for text in ("a" * 31, "a b" * 32, "ä" * 32):
        assert "openssl rand" in faults(GATEWAY_OPERATOR_TOKEN=text)["GATEWAY_OPERATOR_TOKEN"]
