"""How gunicorn's workers serve: connections of browsers, and the threads that answer them. Knows no Flask."""
