"""The desk's `network`: one Wi-Fi station that finds its network, at DESK_IP.

An empty DESK_IP is a place without network: it goes on trying. DESK_WLAN says what else goes
wrong, words with spaces between them, as `start_fails=2 drop_s=20 back_s=25 back_ip=127.0.0.12`:

    init_fails=N    WLAN() fails N times ("always": every time). After that the interface is half
                    made, and `connect` fails until the node starts again
    start_fails=N   `active(True)` fails N times, or always, and leaves nothing behind
    drop_s=S        the network is lost S seconds after joining began, ...
    back_s=S        ... and had again S seconds after joining began,
    back_ip=IP      at this address instead of the old one

The router is at DESK_GATEWAY; without, at the node's own address, where nobody serves anything.

A test on the desk can call `fail`, `drop` and `back` instead.

Source: ports/esp32/network_wlan.c and network_common.c of MicroPython 1.25: esp_initialise_wifi
makes the interface before it starts the radio, and never takes it back; a second interface of the
same name is refused (ESP-IDF, esp_netif_new), with assertions off (sdkconfig.base) silently.
"""

from machine import unique_id
from micropython import const
from os import getenv
from time import ticks_diff, ticks_ms

import desk_clock

STA_IF = const(0)
AP_IF = const(1)

STAT_IDLE = const(1000)
STAT_CONNECTING = const(1001)
STAT_GOT_IP = const(1010)

_JOIN_MS = const(1_000)  # association and DHCP
_ALWAYS = const(0x3FFF_FFFF)


class _Place:
    """What surrounds the station.

    drops   how often the network was lost: what was joined before a loss is joined no more
    away    lost, and not back yet
    """

    def __init__(self) -> None:
        self.read = False
        self.init_fails = 0
        self.start_fails = 0
        self.half_made = False
        self.drops = 0
        self.away = False
        self.ip = None  # instead of DESK_IP
        self.plan = {}


_place = _Place()


def own_ip() -> str:
    """The address of this desk node, or "" for none."""
    return (getenv("DESK_IP") or "") if _place.ip is None else _place.ip


def drops() -> int:
    """How often the network was lost: with it all that was joined there."""
    return _place.drops


def away() -> bool:
    """Lost, and not had again."""
    return _place.away


def fail(init: int = 0, start: int = 0) -> None:
    """Let WLAN() or `active(True)` fail so many times."""
    _place.init_fails = init
    _place.start_fails = start


def drop() -> None:
    """The access point is gone."""
    _place.drops += 1
    _place.away = True


def back(ip=None) -> None:
    """The access point is there again, and gives us `ip`, or what we had."""
    if ip is not None:
        _place.ip = ip
    _place.away = False
    if WLAN._since_ms is not None:
        WLAN._since_ms = ticks_ms()  # the port joins anew by itself


def _read_plan() -> None:
    """Take DESK_WLAN, once."""
    _place.read = True
    plan = _place.plan
    for word in (getenv("DESK_WLAN") or "").split():
        name, _, value = word.partition("=")
        if name not in ("init_fails", "start_fails", "drop_s", "back_s", "back_ip"):
            raise ValueError("DESK_WLAN: " + word)
        plan[name] = value
    if plan:
        fail(_times(plan.get("init_fails", "0")), _times(plan.get("start_fails", "0")))


def _times(value: str) -> int:
    return _ALWAYS if value == "always" else int(value)


def _begin_plan() -> None:
    """Joining begins: what DESK_WLAN says will come."""
    plan = _place.plan
    if "drop_s" in plan:
        desk_clock.arm(desk_clock.event(drop), int(plan.pop("drop_s")) * 1000)
    if "back_s" in plan:
        come = desk_clock.event(lambda: back(plan.get("back_ip")))
        desk_clock.arm(come, int(plan.pop("back_s")) * 1000)


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
        if not _place.read:
            _read_plan()
        if _place.init_fails:
            _place.init_fails -= 1
            _place.half_made = True
            raise RuntimeError("Wifi Unknown Error 0x0101")  # ESP_ERR_NO_MEM

    def active(self, up=None):
        if up is None:
            return WLAN._active
        if up and _place.start_fails:
            _place.start_fails -= 1
            raise OSError("Wifi Internal Error")
        WLAN._active = bool(up)
        if not up:
            WLAN._since_ms = None

    def connect(self, ssid=None, key=None, *, bssid=None) -> None:
        if not WLAN._active:
            raise OSError("Wifi Not Started")
        if _place.half_made:
            raise RuntimeError("Wifi Unknown Error 0x5001")  # ESP_ERR_ESP_NETIF_INVALID_PARAMS
        if WLAN._since_ms is None:
            WLAN._since_ms = ticks_ms()
            _begin_plan()

    def disconnect(self) -> None:
        WLAN._since_ms = None

    def isconnected(self) -> bool:
        if not WLAN._active or WLAN._since_ms is None or _place.away or not own_ip():
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
        router = getenv("DESK_GATEWAY") or ip
        return (ip, "255.0.0.0" if ip.startswith("127.") else "255.255.255.0", router, router)

    def ipconfig(self, param: str):
        if param == "gw4":
            return self.ifconfig()[2]
        if param != "addr4":
            raise ValueError("unexpected key")
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
