"""In place of the desk's sockets: this machine has no network, and whoever opens one is told so."""

import errno

AF_INET = 2
SOCK_DGRAM = 2
IPPROTO_IP = 0
SOL_SOCKET = 0xFFF
SO_REUSEADDR = 4
IP_ADD_MEMBERSHIP = 3

on_in_use = None


def getaddrinfo(*_arguments):
    raise OSError(errno.EHOSTUNREACH)


def socket(*_arguments):
    raise OSError(errno.EHOSTUNREACH)
