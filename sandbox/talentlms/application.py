"""The sandbox as one Flask application."""

from pathlib import Path

from flask import Flask

from sandbox.talentlms import seed
from sandbox.talentlms.config import Config
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.web import api, console, control, pages

TEMPLATES = Path(__file__).parent / "templates"


def create_app(config: Config) -> Flask:
    """Return a sandbox with a state of its own."""
    portal = Portal(config, seed.fill)
    app = Flask("sandbox.talentlms", template_folder=str(TEMPLATES), static_folder=None)
    app.url_map.merge_slashes = False
    app.register_blueprint(api.blueprint(portal))
    app.register_blueprint(control.blueprint(portal))
    app.register_blueprint(console.blueprint(portal))
    app.register_blueprint(pages.blueprint(portal))
    return app
