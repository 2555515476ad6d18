"""The provider's addresses: OpenID Connect below ``/openid``, and the page to sign in on."""

from django.contrib.auth.views import LoginView
from django.urls import include, path
from oauth2_provider.urls import app_name, base_urlpatterns, oidc_urlpatterns

from tests.journeys.django_provider.settings import MOUNTED_AT

urlpatterns = [
    path("sign-in", LoginView.as_view()),
    path(f"{MOUNTED_AT}/", include((base_urlpatterns + oidc_urlpatterns, app_name))),
]
