"""What protects each board's identity: a file per board beside the inventory, its owner's alone."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

from tomo.errors import HostError
from tomo.files import reading, writing

_BYTES = 32


@dataclass(frozen=True)
class Keys:
    """secret protects the factory's half of the identity, key the node's; 64 hex digits each.

    They are in no `repr`, so in no traceback and no log.
    """

    secret: str = field(repr=False)
    key: str = field(repr=False)


def fingerprint(key: str) -> str:
    """What stands for a key where people and databases see it: 16 digits of its SHA-256."""
    return sha256(bytes.fromhex(key)).hexdigest()[:16]


def make() -> Keys:
    """New ones, that nobody else has."""
    return Keys(secrets.token_hex(_BYTES), secrets.token_hex(_BYTES))


class KeyFolder:
    """The keys of the boards in an inventory, by MAC."""

    def __init__(self, inventory: Path) -> None:
        self.folder = inventory.with_name(f"{inventory.stem}.keys")

    def path(self, mac: str) -> Path:
        """Where those of a board are."""
        return self.folder / f"{mac}.json"

    def read(self, mac: str) -> Keys | None:
        """Those of a board; None if we hold none. Raises HostError if they are damaged."""
        path = self.path(mac)
        if not path.exists():
            return None
        with reading(path):
            text = path.read_bytes()
        try:
            told = json.loads(text)
            keys = Keys(told["secret"], told["key"])
            sound = [len(bytes.fromhex(one)) == _BYTES for one in (keys.secret, keys.key)]
        except (ValueError, KeyError, TypeError):
            sound = [False]
        if not all(sound):
            raise HostError(f"{path} is damaged", "Restore it from a copy of this folder.")
        return keys

    def keep(self, mac: str, keys: Keys) -> None:
        """Store those of a board, on the disk when this returns. Raises HostError, also if there
        are such keys: they are never written over.
        """
        path = self.path(mac)
        beside = path.with_name(f".{mac}.{os.getpid()}.new")
        with writing(path):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            try:
                _write(beside, json.dumps(asdict(keys)).encode())
                os.link(beside, path)  # unlike a move it replaces nothing
            finally:
                beside.unlink(missing_ok=True)
            _sync(self.folder)

    def destroy(self, mac: str) -> None:
        """Those of a board are gone, if there were any; written over first, for what that is worth
        on this disk.
        """
        path = self.path(mac)
        if not path.exists():
            return
        with writing(path):
            with path.open("r+b") as file:
                file.write(bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            _sync(self.folder)


def _write(path: Path, data: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """A file's name is on the disk only when its folder is."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
