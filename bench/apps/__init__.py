"""WSGI programs that the gateway is measured beside."""
