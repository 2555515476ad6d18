"""An empty Flask application: the same 302 to everybody, and nothing else."""

import os

from flask import Flask, Response

LINK = os.environ["LINK"]

app = Flask(__name__)


@app.get("/go/course/<int:_course_id>")
def go(_course_id: int) -> Response:
    """Send the browser to a fixed address."""
    return Response(status=302, headers={"Location": LINK})
