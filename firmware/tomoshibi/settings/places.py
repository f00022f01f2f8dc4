"""Installation locations (property 81), kept with the settings through restarts.

    {"028D01": "08", "028701": "0123…"}     object: value, both in hexadecimal

Locations are not worth a refusal to start: an entry that makes no sense counts as absent.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_SET = b"\x00"


class Places:
    """Locations by object. `lost` says that something stored made no sense.

    Anybody on the network may change a location as often as they like, and writing to flash holds
    everything up: so it is for a job to `store` what is `unsaved`, seldom and at a quiet moment.
    """

    def __init__(self, stored: object, replace: Callable[[dict], None]) -> None:
        self._replace = replace
        self._places: dict[int, bytes] = {}
        self.lost = False
        self.unsaved = False
        self._take(stored)

    def of(self, eoj: int) -> bytes:
        """1 or 17 bytes; 00 where nobody has said."""
        return self._places.get(eoj, NOT_SET)

    def put(self, eoj: int, place: bytes) -> None:
        """Take `place`. It is in flash after the next `store`."""
        if place != self.of(eoj):
            self._places[eoj] = place
            self.unsaved = True

    def _take(self, entries: object) -> None:
        if not isinstance(entries, dict):
            self.lost = True
            return
        for key, text in entries.items():
            try:
                place = bytes.fromhex(text)
                eoj = int(key, 16)
            except (TypeError, ValueError):
                self.lost = True
                continue
            if len(place) in (1, 17):
                self._places[eoj] = place
            else:
                self.lost = True

    def store(self) -> None:
        """Write all. Raises OSError, and then what was stored before is whole."""
        self._replace(
            {
                "%06X" % eoj: "".join("%02X" % byte for byte in place)
                for eoj, place in self._places.items()
            }
        )
        self.unsaved = False
