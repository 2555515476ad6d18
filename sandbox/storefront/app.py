"""The shop as one Flask application."""

import secrets
from pathlib import Path

from flask import Flask

from sandbox.storefront import control, pages, shop_api
from sandbox.storefront.config import Config
from sandbox.storefront.shop import Shop

TEMPLATES = Path(__file__).parent / "templates"


def create_app(config: Config) -> Flask:
    """Return a shop with a memory of its own; it is in ``app.extensions["shop"]``."""
    shop = Shop(config)
    app = Flask("sandbox.storefront", template_folder=str(TEMPLATES), static_folder=None)
    app.extensions["shop"] = shop
    app.secret_key = secrets.token_bytes(32)
    # browsers share cookies between the ports of a host
    app.config.update(SESSION_COOKIE_NAME=f"sandbox_shop_{config.port}", SESSION_COOKIE_SAMESITE="Lax")
    app.register_blueprint(pages.blueprint(shop))
    app.register_blueprint(control.blueprint(shop))
    app.register_blueprint(shop_api.blueprint(shop))
    return app
