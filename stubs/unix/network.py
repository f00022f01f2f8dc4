"""The desk's `network`: one Wi-Fi station that always finds its network, at DESK_IP.

An empty DESK_IP is a place without network: it goes on trying.
"""

from machine import unique_id
from micropython import const
from os import getenv
from time import ticks_diff, ticks_ms

STA_IF = const(0)
AP_IF = const(1)

STAT_IDLE = const(1000)
STAT_CONNECTING = const(1001)
STAT_GOT_IP = const(1010)

_JOIN_MS = const(1_000)  # association and DHCP


def own_ip() -> str:
    """The address of this desk node, or "" for none."""
    return getenv("DESK_IP") or ""


class WLAN:
    """Station interface. There is one, however often it is asked for."""

    IF_STA = STA_IF
    IF_AP = AP_IF
    PM_NONE = const(0)
    PM_PERFORMANCE = const(1)
    PM_POWERSAVE = const(2)

    _active = False
    _since_ms = None  # tick at which joining began

    def __init__(self, interface=STA_IF) -> None:
        if interface != STA_IF:
            raise ValueError("the desk has no access point")

    def active(self, up=None):
        if up is None:
            return WLAN._active
        WLAN._active = bool(up)
        if not up:
            WLAN._since_ms = None

    def connect(self, ssid=None, key=None, *, bssid=None) -> None:
        if not WLAN._active:
            raise OSError("WiFi Not Started")
        if WLAN._since_ms is None:
            WLAN._since_ms = ticks_ms()

    def disconnect(self) -> None:
        WLAN._since_ms = None

    def isconnected(self) -> bool:
        if not WLAN._active or WLAN._since_ms is None or not own_ip():
            return False
        # A difference turns negative after six days: long joined.
        return not 0 <= ticks_diff(ticks_ms(), WLAN._since_ms) < _JOIN_MS

    def status(self, param=None):
        if param == "rssi":
            return -50
        if param is not None:
            raise ValueError("unknown status param")
        if self.isconnected():
            return STAT_GOT_IP
        return STAT_IDLE if WLAN._since_ms is None else STAT_CONNECTING

    def ifconfig(self) -> tuple:
        if not self.isconnected():
            return ("0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0")
        ip = own_ip()
        return (ip, "255.0.0.0" if ip.startswith("127.") else "255.255.255.0", ip, ip)

    def ipconfig(self, param: str):
        if param != "addr4":
            raise ValueError("unknown config param")
        return self.ifconfig()[:2]

    def config(self, param=None, **settings):
        if param == "mac":
            return unique_id()
        if param is not None:
            raise ValueError("unknown config param")
        for name in settings:
            if name not in ("pm", "reconnects", "txpower", "hostname", "protocol", "channel"):
                raise ValueError("unknown config param")


def hostname(name=None):
    """The name under which the node asks for its address; the desk shows it to nobody."""
    return "tomoshibi" if name is None else None
