"""Installation locations (property 81), kept in a small file through restarts.

    {"028D01": "08", "028701": "0123…"}     object: value, both in hexadecimal

The file is written anew beside the old one and renamed over it, so that a cut of the supply
leaves one or the other. Locations are not worth a refusal to start: a file that cannot be read
counts as empty, an entry that makes no sense as absent.
"""

import json
import os

NOT_SET = b"\x00"


class Places:
    """Locations by object. `lost` says that a file was there and could not be read.

    Anybody on the network may change a location as often as they like, and writing to flash holds
    everything up: so it is for a job to `store` what is `unsaved`, seldom and at a quiet moment.
    """

    def __init__(self, path: str = "places.json") -> None:
        self._path = path
        self._places: dict[int, bytes] = {}
        self.lost = False
        self.unsaved = False
        try:
            with open(path) as file:
                entries = json.load(file)
        except OSError:
            return  # none yet
        except ValueError:
            self.lost = True
            return
        self._take(entries)

    def of(self, eoj: int) -> bytes:
        """1 or 17 bytes; 00 where nobody has said."""
        return self._places.get(eoj, NOT_SET)

    def put(self, eoj: int, place: bytes) -> None:
        """Take `place`. It is in the file after the next `store`."""
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
        """Write the file. Raises OSError, and then the old one is whole."""
        beside = self._path + ".new"
        entries = {
            "%06X" % eoj: "".join("%02X" % byte for byte in place)
            for eoj, place in self._places.items()
        }
        with open(beside, "w") as file:
            json.dump(entries, file)
        os.rename(beside, self._path)
        self.unsaved = False
