"""TalentLMS, as seen from here: the 53 operations of its REST API (document version 6.0).

``client.TalentLMS`` is the way in. ``endpoint`` is how an operation is declared, ``wire`` how TalentLMS writes
arguments, ``refusals`` what its messages mean, ``transport`` the one way out. This package knows nothing of HTTP
servers, sessions or Redis.
"""
