from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from gateway.services import Services
from tests.gateway.oidc.deployment import identity_provider, settings
from tests.patience import PATIENT_SECONDS


def test_what_the_provider_tells_besides_who_it_is_comes_in_whole_and_is_not_kept(
    deployment, provider, portal, tmp_path
):
    groups = [f"group-{number}" for number in range(30)]
    login = provider.control.add_person("greta", email="greta@acme.example", groups=groups, department="R&D")
    provider.control.settings(auto_pick=True, auto_person=login)
    services = Services(settings(portal.url, tmp_path, identity_provider(provider)))
    relying_party = services.relying_parties["default"]
    url, transaction = relying_party.begin("/go")
    back = requests.get(url, allow_redirects=False, timeout=PATIENT_SECONDS).headers["Location"]

    signed_in = relying_party.complete(transaction, relying_party.code(dict(parse_qsl(urlsplit(back).query))))

    assert (signed_in.claims["groups"], signed_in.claims["department"]) == (groups, "R&D")
    with pytest.raises(TypeError):
        signed_in.claims["groups"] = []
    assert "group-1" not in repr(signed_in)
    session = services.sessions.find(services.sessions.create(signed_in.identity, signed_in.id_token).reveal())
    assert "group-1" not in repr(session)
