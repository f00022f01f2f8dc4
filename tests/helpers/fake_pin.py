"""A pin that remembers its level, and an analogue input and a PWM output to go with it."""


class FakePin:
    def __init__(self, level=0):
        self.level = level
        self.writes = 0

    def __call__(self, level=None):
        return self.value(level)

    def value(self, level=None):
        if level is not None:
            self.level = level
            self.writes += 1
        return self.level


class FakeADC:
    def __init__(self, uv=0):
        self.uv = uv

    def read_uv(self):
        return self.uv


class UncalibratedADC:
    """As on a chip without fuses: counts only."""

    def __init__(self, count):
        self.count = count

    def read_uv(self):
        raise OSError(-258, "ESP_ERR_INVALID_ARG")

    def read_u16(self):
        return self.count << 4


class FakePWM:
    def __init__(self):
        self.duty = None

    def duty_u16(self, duty):
        self.duty = duty
