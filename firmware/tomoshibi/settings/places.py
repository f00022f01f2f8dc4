"""Installation locations (property 81) while the node runs; settings.store keeps them in flash."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Places:
    """Locations by object, as in Settings.places.

    Anybody on the network may change a location as often as they like, and writing to flash holds
    everything up: so it is for a job to `store` what is `unsaved`, seldom and at a quiet moment.
    """

    def __init__(
        self, places: dict[int, bytes], replace: Callable[[dict[int, bytes]], None]
    ) -> None:
        self._places = places
        self._replace = replace
        self.unsaved = False

    def of(self, eoj: int) -> bytes:
        """1 or 17 bytes; 00 where nobody has said."""
        return self._places.get(eoj, b"\x00")

    def put(self, eoj: int, place: bytes) -> None:
        """Take `place`. It is in flash after the next `store`."""
        if place != self.of(eoj):
            self._places[eoj] = place
            self.unsaved = True

    def store(self) -> None:
        """Write all. Raises OSError, and then what was stored before is whole."""
        self._replace(self._places)
        self.unsaved = False
