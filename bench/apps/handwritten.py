"""The script that people write by hand instead of a gateway: no checks, no pool, a signed-cookie session."""

import os

import requests
from flask import Flask, redirect, session
from werkzeug.wrappers import Response

TALENTLMS_URL = os.environ["UPSTREAM_URL"]
API_KEY = os.environ["UPSTREAM_KEY"]

app = Flask(__name__)
app.secret_key = os.environ["COOKIE_KEY"]


@app.get("/sign-in/<int:user_id>")
def sign_in(user_id: int) -> Response:
    """Stand in for the way through an identity provider."""
    session["user_id"] = user_id
    return redirect("/")


@app.get("/go/course/<int:course_id>")
def go(course_id: int) -> Response:
    """Ask TalentLMS for a link and send the browser there."""
    user_id = session["user_id"]
    reply = requests.get(
        f"{TALENTLMS_URL}/api/v1/gotocourse/user_id:{user_id},course_id:{course_id}", auth=(API_KEY, ""), timeout=10
    )
    return redirect(reply.json()["goto_url"])
