"""A network of one UDP socket at a time, in memory: what was sent, and what is to come."""

import errno
import sys


class FakeNetwork:
    """`sent` has (data, address) of all datagrams; `coming` what the next `recvfrom` gives.

    open     sockets that nobody has closed
    broken   nothing can be sent
    """

    AF_INET = 2
    SOCK_DGRAM = 2

    def __init__(self):
        self.sent = []
        self.coming = []
        self.open = 0
        self.broken = False

    def install(self):
        """Be the module `socket` for whoever imports it from now on."""
        sys.modules["socket"] = self
        return self

    def socket(self, _family, _kind):
        self.open += 1
        self.coming.clear()  # what was for another port
        return self

    def bind(self, _address):
        pass

    def setblocking(self, _flag):
        pass

    def sendto(self, data, address):
        if self.broken:
            raise OSError(errno.EHOSTUNREACH)
        self.sent.append((bytes(data), address))
        return len(data)

    def recvfrom(self, size):
        if not self.coming:
            raise OSError(errno.EAGAIN)
        data, address = self.coming.pop(0)
        return data[:size], address

    def close(self):
        self.open -= 1
