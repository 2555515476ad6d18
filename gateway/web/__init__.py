"""The routes, the session of a request and the pages. The only package below ``gateway`` that imports Flask."""
