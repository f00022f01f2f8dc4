"""A control path as who sets the clock sees it: calm or not, and what it was told to record."""

from tomoshibi.core.uptime import Uptime


class CalmControl:
    def __init__(self):
        self.uptime = Uptime()
        self.is_calm = True
        self.events = []

    def calm(self):
        return self.is_calm

    def record(self, kind, subject, before, after, cause, actor):
        self.events.append((kind, subject, before, after, cause, actor))
