"""Everything that is set in the provider's Django project."""

import secrets
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.ports import HOST

EMAIL_DOMAIN = "acme.example"
MOUNTED_AT = "openid"
PROJECT = "tests.journeys.django_provider"


def settings_of(port: int, folder: str, email_domain: str) -> dict[str, Any]:
    """Return the project's settings.

    Args:
        port: where it listens; part of the cookies' names, because cookies do not tell ports apart.
        folder: where the database is.
        email_domain: where people get their mail.
    """
    return {
        "ALLOWED_HOSTS": [HOST],
        "AUTHENTICATION_BACKENDS": [f"{PROJECT}.people.OnePasswordBackend"],
        "CSRF_COOKIE_NAME": f"django_{port}_csrf",
        "DATABASES": {"default": _database(Path(folder))},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "EMAIL_DOMAIN": email_domain,
        "INSTALLED_APPS": list(_APPS),
        "LOGIN_URL": "/sign-in",
        "MIDDLEWARE": list(_MIDDLEWARE),
        # tables are made from the models as they are: there is no older database to bring up to date
        "MIGRATION_MODULES": dict.fromkeys(app.rpartition(".")[2] for app in _APPS),
        "OAUTH2_PROVIDER": _openid(f"http://{HOST}:{port}/{MOUNTED_AT}"),
        # the client's secret is hashed, quickly: nobody attacks a database that lasts for a minute
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "ROOT_URLCONF": f"{PROJECT}.urls",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "SESSION_COOKIE_NAME": f"django_{port}_session",
        "TEMPLATES": [_templates()],
        "USE_TZ": True,
    }


_APPS = ("django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "oauth2_provider")
_MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)


def _database(folder: Path) -> dict[str, Any]:
    """Return SQLite, where a writer waits for the others instead of failing."""
    options = {"timeout": 20, "transaction_mode": "IMMEDIATE"}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "provider.sqlite3", "OPTIONS": options}


def _templates() -> dict[str, Any]:
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }


def _openid(issuer: str) -> dict[str, Any]:
    """Return the settings of django-oauth-toolkit: everything that RFC 9700 asks for, RS256 and a way out."""
    return {
        "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
        "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
        "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
        "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
        "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
        "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
        "OAUTH2_VALIDATOR_CLASS": f"{PROJECT}.validator.Validator",
        "OIDC_ENABLED": True,
        "OIDC_ISS_ENDPOINT": issuer,
        "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": _private_key(),
        "PKCE_REQUIRED": True,
        "SCOPES": {"openid": "who you are", "profile": "what you are called", "email": "where you get your mail"},
    }


def _private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
