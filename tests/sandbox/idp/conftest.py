"""One provider for a module's tests, reset before each."""

import pytest

from sandbox.idp import running_idp
from tests.sandbox.idp.relying_party import CALLBACK, SIGNED_OUT


@pytest.fixture(scope="module")
def shared_idp():
    with running_idp(redirect_uris=[CALLBACK], post_logout_redirect_uris=[SIGNED_OUT]) as running:
        yield running


@pytest.fixture
def idp(shared_idp):
    shared_idp.control.reset()
    shared_idp.control.client(
        backchannel_logout_uri=None, frontchannel_logout_uri=None, initiate_login_uri=None, jwks=None
    )
    return shared_idp


@pytest.fixture
def quick_idp(idp):
    """Without the picker: `login_hint` decides."""
    idp.control.settings(auto_pick=True)
    return idp
