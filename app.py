"""The WSGI application: ``gunicorn app:app``."""

import os
import sys
from pathlib import Path

from gateway import create_app

_GUNICORN_GIVES_UP = 3  # with any other exit code it would start the worker anew, for ever

# Without gunicorn.conf.py, which it reads only where it is started, gunicorn would serve one click at a time and log
# what nobody should read; nothing would tell.
if "gunicorn" in sys.modules and os.environ.get("GUNICORN_CONF_OF") != "talentlms-gateway":
    config = Path(__file__).with_name("gunicorn.conf.py")
    sys.stderr.write(
        "gunicorn was started without the gateway's gunicorn.conf.py. Start it in the folder of that file, or name it: "
        f"gunicorn --config {config if config.exists() else '/path/to/gunicorn.conf.py'} app:app\n"
    )
    raise SystemExit(_GUNICORN_GIVES_UP)

app = create_app()
