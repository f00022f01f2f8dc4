"""A UART whose far end is the test: `inbox` is what waits to be read, `sent` what was written."""


class FakeUART:
    def __init__(self):
        self.inbox = b""
        self.sent = []
        self._at = 0

    def put(self, data):
        """Let `data` arrive behind what already waits."""
        self.inbox = self.inbox[self._at :] + data
        self._at = 0

    def any(self):
        return len(self.inbox) - self._at

    def readinto(self, buf, size=-1):
        got = min(self.any(), len(buf) if size < 0 else size)
        for i in range(got):
            buf[i] = self.inbox[self._at + i]
        self._at += got
        return got or None

    def write(self, data):
        self.sent.append(bytes(data))
        return len(data)
