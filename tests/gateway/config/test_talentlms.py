import pytest

from gateway.admission import PersonLimit
from gateway.config import BadSettings, TalentLMSSettings, load
from schemas.secret import Secret
from tests.gateway.config.conftest import GOOD


@pytest.fixture
def talentlms(settings, file):
    """Load the settings of TalentLMS with these lines in the file."""
    return lambda *lines: settings(GATEWAY_CONFIG=file("\n".join(("[talentlms]", *lines)))).talentlms


@pytest.fixture
def complaint(faults, file):
    """Return the one fault of a line in the file."""

    def found(line):
        [(name, says)] = faults(GATEWAY_CONFIG=file(f"[talentlms]\n{line}")).items()
        assert name == f"talentlms.{line.partition(' ')[0]}"
        return says

    return found


def test_defaults(settings):
    talentlms = settings().talentlms

    assert (talentlms.url, talentlms.api_key.reveal()) == ("https://acme.talentlms.com", "api-key-of-acme")
    assert (talentlms.calls_per_hour, talentlms.calls_per_5_seconds) == (2000, 200)
    assert str(talentlms.calls_per_person) == "20,1,5%"
    assert talentlms.link_hosts == {"acme.talentlms.com"}
    assert talentlms.payment_hosts == {"acme.talentlms.com", "www.paypal.com"}
    assert (talentlms.userlogin_redirect, talentlms.login_link) == ("base64", "auto")
    assert (talentlms.self_enrol_courses, talentlms.learner_types) == (frozenset(), {"Learner", "Learner-Type"})
    assert talentlms.header_hidden_options == ()
    assert (talentlms.after_completion, talentlms.after_logout) == (None, "/signed-out")
    assert talentlms.link_custom_field == 0


def test_the_file_has_its_say(talentlms):
    found = talentlms(
        'login_link = "login_key"',
        "self_enrol_courses = [12, 34, 12]",
        'learner_types = ["Trainee"]',
        'header_hidden_options = ["units", "certificationIcon"]',
        'after_completion = "https://intranet.acme.com/done/from-training"',
        'after_logout = "/bye"',
        "link_custom_field = 20",
    )

    assert found.login_link == "login_key"
    assert found.self_enrol_courses == {12, 34}
    assert found.learner_types == {"Trainee"}
    assert found.header_hidden_options == ("units", "certificationIcon")
    assert (found.after_completion, found.after_logout) == ("https://intranet.acme.com/done/from-training", "/bye")
    assert found.link_custom_field == 20
    assert found.url == "https://acme.talentlms.com"


def test_every_course_may_be_open(talentlms):
    assert talentlms('self_enrol_courses = "all"').self_enrol_courses == "all"


def test_a_list_may_be_empty(talentlms):
    assert talentlms("self_enrol_courses = []").self_enrol_courses == frozenset()


@pytest.mark.parametrize(
    "text", ["http://acme.talentlms.com", "https://acme.talentlms.com/api/v1", "acme.talentlms.com"]
)
def test_the_address_is_an_https_origin(faults, text):
    assert list(faults(TALENTLMS_URL=text)) == ["TALENTLMS_URL"]


def test_the_sandbox_may_speak_plain_http_on_this_machine(settings):
    talentlms = settings(TALENTLMS_URL="http://127.0.0.1:8001/").talentlms

    assert talentlms.url == "http://127.0.0.1:8001"
    assert talentlms.link_hosts == {"127.0.0.1:8001"}


@pytest.mark.parametrize("text", ["with blank", " k-e-y", "k-e-y\n", "k\te", "with:colon", "schlüssel"])
def test_an_api_key_is_one_word(faults, text):
    found = faults(TALENTLMS_API_KEY=text)

    assert list(found) == ["TALENTLMS_API_KEY"]
    assert text not in found["TALENTLMS_API_KEY"]


@pytest.mark.parametrize("name", ["TALENTLMS_CALLS_PER_HOUR", "TALENTLMS_CALLS_PER_5_SECONDS"])
@pytest.mark.parametrize("text", ["-1", "1000001", "many", "1.5"])
def test_an_absurd_budget_is_refused(faults, name, text):
    assert list(faults(**{name: text})) == [name]


def test_a_budget_of_nothing_is_no_limit(settings):
    talentlms = settings(TALENTLMS_CALLS_PER_HOUR="0", TALENTLMS_CALLS_PER_5_SECONDS="0").talentlms

    assert (talentlms.calls_per_hour, talentlms.calls_per_5_seconds) == (0, 0)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("20,1,5%", PersonLimit(20, 1, 5)),
        ("50, 0.25, 100 %", PersonLimit(50, 0.25, 100)),
        ("10000,1000,1%", PersonLimit(10_000, 1000, 1)),
        ("off", PersonLimit()),
    ],
)
def test_what_one_person_may_spend(settings, text, limit):
    assert settings(TALENTLMS_CALLS_PER_PERSON=text).talentlms.calls_per_person == limit


@pytest.mark.statement(64)
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "20,1",
            '"20,1" is not a limit per person; write calls at once, calls a second and a share of the hour, such as 20,1,5%, or off',
        ),
        ("20,1,5", "such as 20,1,5%"),
        ("many", "such as 20,1,5%"),
        ("20,1,5%,", "such as 20,1,5%"),
        ("20,-1,5%", "such as 20,1,5%"),
        ("20,1e3,5%", "such as 20,1,5%"),
        ("٢٠,1,5%", "such as 20,1,5%"),
        ("of", '"of" is not a limit per person; did you mean off?'),
        ("OFF", "did you mean off?"),
        ("0,1,5%", "allows 0 calls at once; write more than 0 and at most 10000, or off for no limit"),
        ("20,0,5%", "allows 0 calls a second"),
        ("20,0.000,5%", "allows 0 calls a second"),
        ("20,1001,5%", "allows 1001 calls a second; write more than 0 and at most 1000"),
        ("20,1,0%", "allows 0 percent of the hour"),
        ("20,1,101%", "allows 101 percent of the hour; write more than 0 and at most 100"),
    ],
)
def test_a_limit_per_person_that_cannot_be_meant_is_refused(faults, text, says):
    assert says in faults(TALENTLMS_CALLS_PER_PERSON=text)["TALENTLMS_CALLS_PER_PERSON"]


def test_further_hosts_stand_as_a_url_has_them(settings):
    talentlms = settings(
        TALENTLMS_LINK_HOSTS="Learn.Acme.com, emea.acme.com:443,10.0.0.1:8443, [::1]:8001",
        TALENTLMS_PAYMENT_HOSTS="pay.example",
    ).talentlms

    assert talentlms.link_hosts == {
        "acme.talentlms.com",
        "learn.acme.com",
        "emea.acme.com",
        "10.0.0.1:8443",
        "[::1]:8001",
    }
    assert talentlms.payment_hosts == talentlms.link_hosts | {"www.paypal.com", "pay.example"}


@pytest.mark.statement(64)
@pytest.mark.parametrize("name", ["TALENTLMS_LINK_HOSTS", "TALENTLMS_PAYMENT_HOSTS"])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("https://learn.acme.com", "has a scheme"),
        ("*.acme.com", "has a wildcard"),
        ("learn.acme.com/", "has a path"),
        ("u@learn.acme.com", "has a user name"),
        ("learn.acme.com:", "has no host, or one that cannot be"),
        ("learn.acme.com:99999", "has no host, or one that cannot be"),
        ("learn..acme.com", "has no host, or one that cannot be"),
        ("learn.acme.com?x", "has a query"),
        ("learn.acme.com#x", "has a fragment"),
        ("lernen.bücher.example", "xn--"),
    ],
)
def test_what_is_not_a_bare_host_is_refused(faults, name, text, says):
    assert says in faults(**{name: f"fine.acme.com,{text}"})[name]


def test_every_bad_host_of_a_list_is_told(settings):
    with pytest.raises(BadSettings) as caught:
        settings(TALENTLMS_LINK_HOSTS="*.a.com,b.com,c.com/x")

    assert [fault.says.partition(";")[0] for fault in caught.value.faults] == [
        '"*.a.com" has a wildcard',
        '"c.com/x" has a path',
    ]


def test_however_made_the_settings_let_links_lead_home():
    made = TalentLMSSettings(url="https://acme.talentlms.com", api_key=Secret("x"), link_hosts=frozenset({"a.com"}))

    assert made.link_hosts == {"a.com", "acme.talentlms.com"}
    assert made.payment_hosts == {"a.com", "acme.talentlms.com", "www.paypal.com"}


def test_the_redirect_is_written_in_one_of_two_ways(settings, faults):
    assert settings(TALENTLMS_USERLOGIN_REDIRECT="plain").talentlms.userlogin_redirect == "plain"
    assert "did you mean base64?" in faults(TALENTLMS_USERLOGIN_REDIRECT="Base64")["TALENTLMS_USERLOGIN_REDIRECT"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('login_link = "goto"', "write one of auto, login_key"),
        ('self_enrol_courses = "some"', "is a text"),
        ("self_enrol_courses = [0]", "is out of range"),
        ('self_enrol_courses = ["12"]', "is a text"),
        ("self_enrol_courses = [true]", "is true or false"),
        ('learner_types = ["\\u0007"]', '"\\x07" has blanks'),
        ('header_hidden_options = ["coursename"]', "did you mean courseName?"),
    ],
)
def test_values_that_nobody_knows_are_refused(complaint, line, says):
    assert says in complaint(line)


@pytest.mark.parametrize("path", ["/", "/done", "/done/", "/a/b-c_d.html"])
def test_a_place_may_be_a_path_of_our_own(talentlms, path):
    assert talentlms(f'after_logout = "{path}"').after_logout == path


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example",
        "/\\\\evil.example",
        "/a//b",
        "/../x",
        "/a/..",
        "/./x",
        "/a?b",
        "/a#b",
        "/a b",
        "/%2e%2e",
        "/ä",
        "done",
        "http://acme.com",
        "https://user@acme.com",
        "javascript:alert(1)",
        "https:/acme.com",
        "https:///acme.com",
    ],
)
@pytest.mark.parametrize("key", ["after_logout", "after_completion"])
def test_a_place_that_could_be_elsewhere_is_refused(complaint, key, place):
    assert complaint(f'{key} = "{place}"')


@pytest.mark.parametrize("place", ["https://intranet.acme.com/done?from=training", "/~kim", "/a>b"])
@pytest.mark.parametrize("key", ["after_logout", "after_completion"])
def test_a_place_that_no_path_could_carry_in_base64_is_refused(complaint, key, place):
    assert "leave out the query" in complaint(f'{key} = "{place}"')


@pytest.mark.parametrize("name", ["SuperAdmin", "Admin-Type", "administrator", "Branch Admin"])
def test_administrators_are_no_learners(complaint, name):
    says = complaint(f'learner_types = ["Learner", "{name}"]')

    assert says.startswith(f'"{name}" is an administrators\' type; remove it')
    assert "allow_privileged_types" not in says


def test_every_administrators_type_is_told(file):
    given = '[talentlms]\nlearner_types = ["Learner", "SuperAdmin", "Admin-Type"]\nallow_privileged_types = false\n'

    with pytest.raises(BadSettings) as caught:
        load(GOOD | {"GATEWAY_CONFIG": file(given)})
    assert [fault.says.partition(" ")[0] for fault in caught.value.faults] == ['"Admin-Type"', '"SuperAdmin"']


def test_administrators_may_be_learners_where_somebody_says_so(talentlms):
    found = talentlms('learner_types = ["SuperAdmin"]', "allow_privileged_types = true")

    assert (found.learner_types, found.allow_privileged_types) == ({"SuperAdmin"}, True)


def test_types_of_a_domains_own_may_be_learners(talentlms):
    found = talentlms('learner_types = ["Apprentice", "Trainer-Type"]')

    assert (found.learner_types, found.allow_privileged_types) == ({"Apprentice", "Trainer-Type"}, False)
