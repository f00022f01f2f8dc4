"""The Wi-Fi station: joined once, kept by the platform, asked for its address."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from network import WLAN

    from core.secret import Secret


class Wifi:
    """`wlan` in station mode. Without an `ssid` the node stays off the network."""

    def __init__(self, wlan: WLAN, ssid: str, password: Secret) -> None:
        self._wlan = wlan
        self._ssid = ssid
        self._password = password
        self._started = False

    def address(self) -> str:
        """The node's IPv4 address, or "" while there is none. The first call begins to join.

        Raises OSError if the platform cannot start its radio; a later call tries again.
        """
        if not self._ssid:
            return ""
        if not self._started:
            self._start()
        return self._wlan.ipconfig("addr4")[0] if self._wlan.isconnected() else ""

    def _start(self) -> None:
        """Begin to join; the platform goes on trying by itself."""
        wlan = self._wlan
        wlan.active(True)
        # Modem sleep loses multicast, and with it discovery.
        wlan.config(pm=wlan.PM_NONE)
        wlan.connect(self._ssid, self._password.reveal())
        self._started = True
