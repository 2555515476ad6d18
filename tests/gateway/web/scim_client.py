"""An identity provider's connection to ``/scim/v2``, as its provisioner uses it."""

import hashlib

TOKEN = "token-of-the-provisioner-" * 2
OLD_TOKEN = "token-before-the-last-change-" * 2
OTHER_TOKEN = "token-of-another-provisioner-" * 2
FILE = f"""
[[identity_providers]]
name = "other"
issuer = "https://other.example"
client_id = "gateway"
client_secret = "secret-of-the-other-provider"

[scim]
tokens = [
  {{ provider = "default", token = "{TOKEN}" }},
  {{ provider = "default", token = "sha256:{hashlib.sha256(OLD_TOKEN.encode()).hexdigest()}" }},
  {{ provider = "other", token = "{OTHER_TOKEN}" }},
]
"""
ONE_PROVIDER = f"""
[scim]
tokens = [{{ provider = "default", token = "{TOKEN}" }}]
"""
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class Provisioner:
    """What a provisioner does; every answer is returned whole."""

    def __init__(self, app, token=TOKEN):
        self.client = app.test_client()
        self.token = token

    def ask(self, method, path, body=None, **headers):
        spelt = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"}
        spelt |= {name.replace("_", "-"): text for name, text in headers.items()}
        given = {"data": body} if isinstance(body, bytes) else {} if body is None else {"json": body}
        if body is not None and not isinstance(body, bytes):
            given["content_type"] = spelt.pop("Content-Type")
        answer = self.client.open(f"/scim/v2{path}", method=method, headers=spelt, **given)
        assert answer.content_type == "application/scim+json", answer.text  # A1
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, body, **headers):
        return self.ask("POST", path, body, **headers)

    def put(self, path, body):
        return self.ask("PUT", path, body)

    def delete(self, path):
        return self.ask("DELETE", path)

    def patch(self, path, *operations, word="Operations"):
        return self.ask("PATCH", path, {"schemas": [PATCH], word: list(operations)})

    def found(self, text, kind="Users", **more):
        """Return the list that a filter finds."""
        answer = self.client.get(
            f"/scim/v2/{kind}", query_string={"filter": text, **more}, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert answer.status_code == 200, answer.text
        return answer.json

    def create(self, user_name="kim@acme.example", **more):
        """Create a user and return them."""
        answer = self.post("/Users", user(user_name, **more))
        assert answer.status_code == 201, answer.text
        return answer.json

    def group(self, name="Sales", *members, **more):
        """Create a group and return it."""
        listed = [{"value": one} for one in members]
        answer = self.post("/Groups", {"schemas": [GROUP], "displayName": name, "members": listed, **more})
        assert answer.status_code == 201, answer.text
        return answer.json


def user(user_name="kim@acme.example", **more):
    """Return a user as most provisioners send one."""
    return {
        "schemas": [USER],
        "userName": user_name,
        "name": {"givenName": "Kim", "familyName": "Lee"},
        "emails": [{"value": user_name, "type": "work", "primary": True}],
        "active": True,
        **more,
    }


def is_error(answer, status, scim_type=None):
    """Check that an answer is a SCIM error (RFC 7644, 3.12)."""
    assert answer.status_code == status, answer.text
    assert answer.json["schemas"] == [ERROR]
    assert answer.json["status"] == str(status)
    assert answer.json["detail"]
    assert answer.json.get("scimType") == scim_type, answer.json
