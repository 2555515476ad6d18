"""The one HTTP client: how TalentLMS, identity providers and shops are reached.

``client`` sends one request and reads one whole answer, bounded in time and size. ``dialer`` opens connections:
``addresses`` asks the resolver and remembers which addresses of a host are dead, ``proxies`` knows which proxy the
environment names. ``sockets`` keep to a total time, ``connection`` is what urllib3's pools keep of them, and
``adapter`` lets requests (and so Authlib) use the same client. It follows no redirects, keeps no cookies, and repeats
nothing that the caller has not declared safe.
"""
