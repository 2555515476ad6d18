"""The one HTTP client: how TalentLMS, identity providers and shops are reached.

``client`` sends one request and reads one whole answer, bounded in time and size. ``connection`` is the urllib3
connection that keeps to a total time, ``addresses`` remembers which addresses of a host are dead, ``proxies`` which
proxy the environment names, and ``adapter`` lets requests (and so Authlib) use the same client. It follows no
redirects, keeps no cookies, and repeats nothing that the caller has not declared safe.
"""
