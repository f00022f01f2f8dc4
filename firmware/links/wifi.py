"""The Wi-Fi station: joined once, kept by the platform, asked for its address."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from network import WLAN


class Wifi:
    """`wlan` in station mode. Without an `ssid` the platform's own stored network is used."""

    def __init__(self, wlan: WLAN, ssid: str, password: str) -> None:
        self._wlan = wlan
        self._ssid = ssid
        self._password = password

    def start(self) -> None:
        """Begin to join; the platform goes on trying by itself."""
        wlan = self._wlan
        wlan.active(True)
        # Modem sleep loses multicast, and with it discovery.
        wlan.config(pm=wlan.PM_NONE)
        if self._ssid and not wlan.isconnected():
            wlan.connect(self._ssid, self._password)

    def address(self) -> str:
        """The node's IPv4 address, or "" while there is none."""
        return self._wlan.ifconfig()[0] if self._wlan.isconnected() else ""
