"""Several relays that switch one circuit together."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomoshibi.drivers.latching import Latching
    from tomoshibi.drivers.relay import Relay


class Ganged:
    """Relays that switch one circuit together, each pole with its own. As a Relay to its user."""

    def __init__(self, relays: Sequence[Relay | Latching]) -> None:
        self._relays = relays

    @property
    def closed(self) -> bool:
        """Whether any is: half open is not open."""
        for relay in self._relays:
            if relay.closed:
                return True
        return False

    def open(self) -> None:
        for relay in self._relays:
            relay.open()

    def close(self) -> None:
        for relay in self._relays:
            relay.close()
