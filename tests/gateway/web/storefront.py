"""A storefront in the gateway's settings, and what it sends."""

import hashlib

KEY = "key-of-the-shop-" * 3
OTHER_KEY = "key-of-the-other-shop-" * 2
KIM = {"email": "kim@example.com", "first_name": "Kim", "last_name": "Lee", "customer_id": "c-77"}
FILE = f"""
[slugs.courses]
gdpr-2026 = 34
[slugs.categories]
compliance = 3
[[storefronts]]
name = "shop"
label = "Corner Shop"
kind = "standard"
webhook_secrets = ["c2VjcmV0LW9mLXRoZS1zaG9wLXNlY3JldA=="]
api_keys = ["{KEY}", "sha256:{hashlib.sha256(OTHER_KEY.encode()[::-1]).hexdigest()}"]
account_url = "https://shop.example/account"
[storefronts.products]
"SKU-INTRO" = {{ course = 12 }}
[[storefronts]]
name = "other"
kind = "standard"
api_keys = ["{OTHER_KEY}"]
"""


class Storefront:
    """What a shop's program does: it asks the gateway for launches."""

    def __init__(self, app, key=KEY):
        self.client = app.test_client()
        self.key = key

    def ask(self, content, **headers):
        """Ask for a launch and return the whole answer; ``content`` is a document, or the bytes of a body."""
        body = {"data": content} if isinstance(content, bytes) else {"json": content}
        spelt = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.client.post("/api/v1/launches", headers={"Authorization": f"Bearer {self.key}"} | spelt, **body)

    def launch(self, target=None, request_key=None, **person):
        """Return the path of a launch; a member that is ``None`` is left out."""
        headers = {"Idempotency_Key": request_key} if request_key else {}
        told = {name: value for name, value in (KIM | person).items() if value is not None}
        answer = self.ask({"person": told, "target": target or {"course": 12}}, **headers)
        assert answer.status_code == 201, answer.text
        return answer.json["url"].removeprefix("http://127.0.0.1:8000")
