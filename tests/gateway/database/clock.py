"""A clock that stands still until a test moves it."""


class Clock:
    def __init__(self, monkeypatch, *modules):
        self.now = 1_800_000_000
        for module in modules:
            monkeypatch.setattr(module.time, "time", lambda: self.now)
