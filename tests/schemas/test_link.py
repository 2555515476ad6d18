import pytest
from marshmallow import Schema, ValidationError

from schemas.link import Link, LinkField


class LinkSchema(Schema):
    link = LinkField(required=True)


@pytest.mark.parametrize(
    ("url", "scheme", "host"),
    [
        ("https://acme.talentlms.com/index/autologin/key:x", "https", "acme.talentlms.com"),
        ("HTTPS://ACME.TalentLMS.com/x", "https", "acme.talentlms.com"),
        ("https://acme.talentlms.com:8443/x", "https", "acme.talentlms.com:8443"),
        ("https://acme.talentlms.com:443/x", "https", "acme.talentlms.com:443"),
        ("https://acme.talentlms.com:0443/x", "https", "acme.talentlms.com:443"),
        ("https://acme.talentlms.com:/x", "https", "acme.talentlms.com"),
        ("https://user:pass@acme.talentlms.com/x", "https", ""),
        ("http://127.0.0.1:8001/x", "http", "127.0.0.1:8001"),
        ("https://acme.talentlms.com", "https", "acme.talentlms.com"),
        ("https://acme.talentlms.com?x", "https", "acme.talentlms.com"),
        (r"https://acme.talentlms.com\@evil.example/x", "https", ""),
        (r"https:\\acme.talentlms.com/x", "https", ""),
        ("https://acme.talentlms.com evil.example/x", "https", ""),
        ("https://acme.talentlms.com%2eevil.example/x", "https", ""),
        ("ftp://acme.talentlms.com/x", "ftp", ""),
        ("javascript:alert(1)", "javascript", ""),
        ("/index/autologin", "", ""),
        ("https:///x", "https", ""),
        ("https://[::1/x", "https", ""),
        ("https://acme.talentlms.com:99999/x", "https", ""),
        ("https://acme.talentlms.com:port/x", "https", ""),
        ("", "", ""),
    ],
)
def test_a_link_tells_its_scheme_and_host(url, scheme, host):
    assert (Link(url).scheme, Link(url).host) == (scheme, host)


def test_the_host_of_an_ipv6_link_is_written_as_in_the_url():
    assert Link("http://[::1]:8001/x").host == "[::1]:8001"


def test_an_answer_with_a_link_becomes_a_link():
    link = LinkSchema().load({"link": " https://acme.talentlms.com/x \n"})["link"]
    assert isinstance(link, Link)
    assert link.reveal() == "https://acme.talentlms.com/x"


@pytest.mark.parametrize("value", ["", "  ", None, 7, ["https://acme.talentlms.com/x"], {}])
def test_an_answer_without_a_link_is_refused_without_showing_it(value):
    with pytest.raises(ValidationError):
        LinkSchema().load({"link": value})
