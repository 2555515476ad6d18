"""A clock that stands still until a test moves it: this host's, and with it the database server's."""

from sqlalchemy import BigInteger, literal

from gateway.database import clock


class Clock:
    def __init__(self, monkeypatch, *modules):
        self.now = 1_800_000_000
        for module in modules:
            monkeypatch.setattr(module.time, "time", lambda: self.now)
        monkeypatch.setattr(clock, "_of_server", lambda: literal(int(self.now), BigInteger))
