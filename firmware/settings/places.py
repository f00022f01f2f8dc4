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
    """Locations by object. `lost` says that a file was there and could not be read."""

    def __init__(self, path: str = "places.json") -> None:
        self._path = path
        self._places: dict[int, bytes] = {}
        self.lost = False
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

    def put(self, eoj: int, place: bytes) -> bool:
        """Keep `place` for good. False, and the old one stays, if it cannot be stored.

        Writing the same again costs no write to flash.
        """
        before = self.of(eoj)
        if place == before:
            return True
        self._places[eoj] = place
        try:
            self._store()
        except OSError:
            self._places[eoj] = before
            return False
        return True

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

    def _store(self) -> None:
        beside = self._path + ".new"
        entries = {
            "%06X" % eoj: "".join("%02X" % byte for byte in place)
            for eoj, place in self._places.items()
        }
        with open(beside, "w") as file:
            json.dump(entries, file)
        os.rename(beside, self._path)
