import pytest

from bench.http_client import Answer
from bench.scenarios.rush import again


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("Refresh: 3", (3.0, "/go/course/12")),
        ("Refresh: 3; url=/go/course/12?place=7", (3.0, "/go/course/12?place=7")),
        ('refresh: 4;URL="/wait"', (4.0, "/wait")),
        ("Refresh: 5; url=http://127.0.0.1:8000/go/course/12", (5.0, "/go/course/12")),
        ("Refresh: 2\r\nRetry-After: 9", (2.0, "/go/course/12")),
        ("Retry-After: 9", (9.0, "/go/course/12")),
        ("Server: x", (1.0, "/go/course/12")),
    ],
)
def test_a_browser_asks_again_as_the_waiting_page_says(headers, expected):
    answer = Answer(503, f"HTTP/1.1 503 X\r\n{headers}\r\n\r\n".encode(), 0.0, 0.0)
    assert again(answer, "/go/course/12") == expected
