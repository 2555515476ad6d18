"""Provisioners of four products, as their requests were recorded: what they ask first, and in which shape they write.

Each looks for what it is about to create, remembers the id that it was answered, and sends changes alone; its state is
that of the product's own database, so that a test says what happens to a person, and not which requests there are.
"""

from urllib.parse import quote_plus

from tests.gateway.web.scim_client import ENTERPRISE, GROUP, PATCH, USER, Provisioner

FOREIGN_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"


class Product(Provisioner):
    """What the four have in common: the ids that they were answered."""

    def __init__(self, app):
        super().__init__(app)
        self.ids = {}

    def done(self, answer, *statuses):
        """Return an answer's document; a status that the product does not expect stops its job."""
        assert answer.status_code in (statuses or (200, 204)), answer.text
        return answer.json if answer.data else None

    def path(self, name, kind="Users"):
        return f"/{kind}/{self.ids[name]}"

    def created(self, name, kind, body, **headers):
        made = self.done(self.ask("POST", f"/{kind}", body, **headers), 201)
        self.ids[name] = made["id"]
        return made


class Okta(Product):
    """An application of Okta's: by PATCH, or, where the customer built it with the wizard (AIW), by PUT alone."""

    def __init__(self, app, *, by_put=False):
        super().__init__(app)
        self.by_put = by_put

    def test_connection(self):
        return self.done(self.get("/Users?startIndex=1&count=2"))

    def find(self, name):
        query = f"filter=userName%20eq%20%22{name.replace('@', '%40')}%22&startIndex=1&count=100"
        return self.done(self.get(f"/Users?{query}"))["Resources"]

    def assign(self, name, given="Test", family="User"):
        found = self.find(name)
        if found:
            self.ids[name] = found[0]["id"]
            return self.update(name, active=True, name={"givenName": given, "familyName": family})
        body = {
            "schemas": [USER],
            "userName": name,
            "name": {"givenName": given, "familyName": family},
            "emails": [{"primary": True, "value": name, "type": "work"}],
            "displayName": f"{given} {family}",
            "locale": "en-US",
            "externalId": f"00u{name[:12]}",
            "groups": [],
            "password": "1mz050nq",
            "active": True,
        }
        return self.created(name, "Users", body, Content_Type="application/scim+json; charset=utf-8")

    def update(self, user_name, **changes):
        """Change a profile: what was read is written back, with ``id``, ``meta`` and ``groups``."""
        read = self.done(self.get(self.path(user_name)))
        return self.done(self.put(self.path(user_name), read | changes))

    def set_active(self, name, *, active):
        if self.by_put:
            return self.update(name, active=active)
        return self.done(self.patch(self.path(name), {"op": "replace", "value": {"active": active}}))

    def sync_password(self, name):
        return self.done(self.patch(self.path(name), {"op": "replace", "value": {"password": "2nz151or"}}))

    def push_group(self, name, *members):
        self.done(self.get(f"/Groups?filter=displayName%20eq%20%22{quote_plus(name)}%22&startIndex=1&count=100"))
        body = {"schemas": [GROUP], "displayName": name, "members": self.members(*members)}
        return self.created(name, "Groups", body)

    def members(self, *names):
        return [{"value": self.ids[name], "display": name} for name in names]

    def change_members(self, name, *, add=(), remove=(), members=None):
        if self.by_put:
            body = {"schemas": [GROUP], "id": self.ids[name], "displayName": name, "members": self.members(*members)}
            return self.done(self.put(self.path(name, "Groups"), body))
        operations = [{"op": "remove", "path": f'members[value eq "{self.ids[one]}"]'} for one in remove]
        if add:
            operations.append({"op": "add", "path": "members", "value": self.members(*add)})
        if members is not None:
            operations.append({"op": "replace", "path": "members", "value": self.members(*members)})
        self.done(self.patch(self.path(name, "Groups"), *operations))
        return self.done(self.get(self.path(name, "Groups")))

    def rename_group(self, name, new):
        value = {"id": self.ids[name], "displayName": new}
        self.done(self.patch(self.path(name, "Groups"), {"op": "replace", "value": value}))
        self.ids[new] = self.ids.pop(name)
        return self.done(self.get(self.path(new, "Groups")))

    def delete_group(self, name):
        return self.done(self.delete(self.path(name, "Groups")), 204)

    def import_all(self, kind, count=100):
        """Return every resource, as an import reads them, part by part."""
        found, total = [], 1
        while len(found) < total:
            part = self.done(self.get(f"/{kind}?startIndex={len(found) + 1}&count={count}"))
            assert part["Resources"] or not part["totalResults"]
            found += part["Resources"]
            total = part["totalResults"]
        return found


class Entra(Product):
    """Microsoft Entra ID: every forty minutes it looks at what changed since; operations have capitals."""

    def __init__(self, app, *, is_compliant=True):
        super().__init__(app)
        self.flag = "?aadOptscim062020" if is_compliant else ""
        self.is_compliant = is_compliant
        self.pushed = {}

    def test_connection(self):
        return self.done(self.get("/Users?filter=userName+eq+%22fbb8fd3d-94a7-4c5e-8e21-6b3ed1b0a3a1%22"))

    def filtered(self, kind, text, more=""):
        return self.done(self.get(f"/{kind}?filter={quote_plus(text)}{more}"))["Resources"]

    def cycle(self, people):
        """Bring people in step with what they are in the tenant: by user name, each with its attributes' new values.

        ``None`` is a person who was deleted, attributes are paths as Entra's mapping has them.
        """
        for name, attributes in people.items():
            if attributes is None:
                self.done(self.delete(self.path(name) + self.flag), 204)
                del self.ids[name], self.pushed[name]
            elif name in self.ids:
                self._update(name, attributes)
            else:
                self._match_or_create(name, attributes)
            if attributes is not None:
                self.pushed[name] = dict(attributes)

    def _match_or_create(self, name, attributes):
        found = self.filtered("Users", f'userName eq "{name}"')
        if found:
            self.ids[name] = found[0]["id"]
            self._update(name, attributes)
            return
        self.created(name, "Users", self.body(name, attributes))

    def body(self, name, attributes):
        """Return a new person; a manager is no part of it, and comes by a PATCH of its own."""
        work = {path.rpartition(":")[2]: value for path, value in attributes.items() if path.startswith(ENTERPRISE)}
        plain = {path: value for path, value in attributes.items() if path in ("displayName", "title", "externalId")}
        names = {path[5:]: value for path, value in attributes.items() if path.startswith("name.")}
        return {
            "schemas": [USER, ENTERPRISE],
            "userName": name,
            "active": True,
            "emails": [{"primary": True, "type": "work", "value": name}],
            "addresses": [{"formatted": None, "type": "work", "primary": True}],
            "meta": {"resourceType": "User"},
            "name": {"formatted": None, **names},
            "roles": [],
            **plain,
            ENTERPRISE: work,
        }

    def _update(self, name, attributes):
        self.done(self.get(self.path(name) + self.flag))
        before = self.pushed.get(name, {})
        changed = {path: value for path, value in attributes.items() if before.get(path) != value}
        if changed:
            body = {"schemas": [PATCH], "Operations": [*self._operations(changed)]}
            self.done(self.ask("PATCH", self.path(name) + self.flag, body))

    def _operations(self, changed):
        """Walk operations; without the flag a truth is a text, and an attribute that is cleared an empty one."""
        if self.is_compliant:
            plain = {path: value for path, value in changed.items() if "[" not in path and value != ""}
            if len(plain) > 1:
                yield {"op": "replace", "value": plain}
            changed = {path: value for path, value in changed.items() if path not in plain or len(plain) == 1}
        for path, value in changed.items():
            if isinstance(value, bool) and not self.is_compliant:
                yield {"op": "Replace", "path": path, "value": str(value)}
            elif value == "" and self.is_compliant:
                yield {"op": "Remove", "path": path}
            else:
                yield {"op": "Replace" if not path.endswith("]") else "Add", "path": path, "value": value}

    def set_manager(self, name, manager):
        path = f"{ENTERPRISE}:manager"
        text = f"id eq {self.ids[name]} and manager eq {self.ids[manager]}"
        if not self.filtered("Users", text, "&attributes=id"):
            self.done(self.patch(self.path(name), {"op": "Add", "path": path, "value": self.ids[manager]}))
        return self.filtered("Users", text, "&attributes=id")

    def push_group(self, name):
        found = self.filtered("Groups", f'displayName eq "{name}"', "&excludedAttributes=members")
        if found:
            self.ids[name] = found[0]["id"]
            return found[0]
        body = {"schemas": [GROUP, FOREIGN_GROUP], "externalId": f"ext-{name}", "displayName": name, "members": []}
        return self.created(name, "Groups", body | {"meta": {"resourceType": "Group"}})

    def is_member(self, name, member):
        text = f'id eq "{self.ids[name]}" and members eq "{self.ids[member]}"'
        return bool(self.filtered("Groups", text, "&excludedAttributes=members"))

    def change_members(self, name, *, add=(), remove=()):
        self.done(self.get(f"{self.path(name, 'Groups')}?excludedAttributes=members"))
        for word, members in (("Add", add), ("Remove", remove)):
            if members:
                value = [{"$ref": None, "value": self.ids[one]} for one in members]
                self.done(self.patch(self.path(name, "Groups"), {"op": word, "path": "members", "value": value}), 204)

    def rename_group(self, name, new):
        operation = {"op": "Replace", "path": "displayName", "value": new}
        self.done(self.patch(self.path(name, "Groups"), operation), 204)
        self.ids[new] = self.ids.pop(name)


class OneLogin(Product):
    """OneLogin: bodies come from a template that its administrators write, with every value a text."""

    def body(self, name, *, active, given="Kim", department=""):
        return {
            "schemas": [USER, ENTERPRISE],
            "id": self.ids.get(name),
            "externalId": f"ol-{name}",
            "userName": name,
            "name": {"givenName": given, "familyName": "Lee", "formatted": f"{given} Lee"},
            "emails": {"value": name, "type": "work", "primary": "true"},
            "active": active,
            "title": "",
            "groups": [],
            ENTERPRISE: {"department": department, "manager": ""},
        }

    def provision(self, name, **more):
        found = self.done(self.get(f"/Users?filter=userName+eq+%22{quote_plus(name)}%22"))["Resources"]
        if found:
            self.ids[name] = found[0]["id"]
            return self.update(name, **more)
        return self.created(name, "Users", self.body(name, active="true", **more), Content_Type="application/json")

    def update(self, name, *, active="true", **more):
        return self.done(self.put(self.path(name), self.body(name, active=active, **more)))

    def set_groups(self, name, *roles):
        """Put a person into the groups that their roles have become, and out of every other."""
        groups = self.done(self.get("/Groups?count=200"))["Resources"]
        for group in groups:
            word = "add" if group["displayName"] in roles else "remove"
            operation = {"op": word, "path": "members", "value": [{"value": self.ids[name]}]}
            self.done(self.patch(f"/Groups/{group['id']}", operation), 204)


class JumpCloud(Product):
    """JumpCloud: one attribute in one operation, and a test that creates and deletes."""

    def test_connection(self, name):
        """Do what *Activate* does with the test user's address; it must not be in use."""
        assert self.done(self.get("/Users"))["schemas"]
        made = self.create_person(name)
        self.done(self.patch(f"/Users/{made['id']}", {"op": "replace", "path": "active", "value": False}))
        group = self.created("JumpCloud test", "Groups", {"schemas": [GROUP], "displayName": "JumpCloud test"})
        self.done(self.patch(f"/Groups/{group['id']}", self.member("add", name)), 204)
        self.done(self.delete(f"/Groups/{group['id']}"), 204)
        self.done(self.delete(self.path(name)), 204)

    def assign(self, name):
        found = self.done(self.get(f"/Users?filter=userName%20eq%20%22{quote_plus(name)}%22"))["Resources"]
        if found:
            self.ids[name] = found[0]["id"]
            return self.update(name, {"active": True})
        return self.create_person(name)

    def create_person(self, name):
        body = {
            "schemas": [USER],
            "userName": name,
            "externalId": f"jc-{name}",
            "active": True,
            "name": {"givenName": "Test", "familyName": "User"},
            "emails": [{"value": name, "type": "work", "primary": True}],
        }
        return self.created(name, "Users", body)

    def update(self, name, changes):
        for path, value in changes.items():
            self.done(self.patch(self.path(name), {"op": "replace", "path": path, "value": value}))
        return self.done(self.get(self.path(name)))

    def replace_group(self, group_id, name, *members):
        """Rename a group, or replace its members: the whole group is sent."""
        value = [{"value": self.ids[one]} for one in members]
        body = {"schemas": [GROUP], "id": group_id, "displayName": name, "members": value}
        return self.done(self.put(f"/Groups/{group_id}", body))

    def member(self, word, name):
        return {"op": word, "path": "members", "value": {"value": self.ids[name]}}
