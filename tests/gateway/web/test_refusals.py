from gateway.errors import WebhookSignatureWrong, WebhookUnreadable
from gateway.web.refusals import NOTICE_SECONDS, Refusals


def test_the_next_line_has_the_count_of_all_since():
    now = [0.0]
    told = []
    refusals = Refusals(lambda storefront, error, count: told.append((storefront, error.code, count)), lambda: now[0])
    for second in (0, 1, 59, 60, 61, 200):
        now[0] = second
        refusals.count("shop", WebhookSignatureWrong())
    refusals.count("shop", WebhookUnreadable())
    refusals.count("other", WebhookSignatureWrong())
    assert told == [
        ("shop", "webhook-signature-wrong", 1),
        ("shop", "webhook-signature-wrong", 3),
        ("shop", "webhook-signature-wrong", 2),
        ("shop", "webhook-unreadable", 1),
        ("other", "webhook-signature-wrong", 1),
    ]
    assert NOTICE_SECONDS == 60
