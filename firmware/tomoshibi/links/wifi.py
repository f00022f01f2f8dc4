"""The Wi-Fi station: joined once, kept by the platform, asked for its address."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from network import WLAN

    from tomoshibi.core.secret import Secret


class Wifi:
    """The station that `make` makes. Without an `ssid` the node stays off the network.

    It is made when its address is first asked for, by the job that needs the network: a radio that
    does not start is that job's trouble and nobody else's.
    """

    def __init__(self, make: Callable[[], WLAN], ssid: str, password: Secret) -> None:
        self._make = make
        self._wlan: WLAN | None = None
        self._ssid = ssid
        self._password = password

    def address(self) -> str:
        """The node's IPv4 address, or "" while there is none. The first call begins to join.

        Raises LinkDown if the platform cannot start its radio; a later call tries again.
        """
        if not self._ssid:
            return ""
        wlan = self._wlan or self._start()
        return wlan.ipconfig("addr4")[0] if wlan.isconnected() else ""

    def _start(self) -> WLAN:
        """Begin to join; the platform goes on trying by itself."""
        try:
            wlan = self._make()
            wlan.active(True)
            # Modem sleep loses multicast, and with it discovery.
            wlan.config(pm=wlan.PM_NONE)
            wlan.connect(self._ssid, self._password.reveal())
        except (OSError, RuntimeError) as error:
            from tomoshibi.core.ends import LinkDown

            raise LinkDown("wifi", error.args[0] if error.args else 0)
        self._wlan = wlan
        return wlan
