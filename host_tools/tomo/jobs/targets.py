"""What a command is about: a flash image, a desk node's folder, or a node on a serial port."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tomo.errors import HostError, UsageError
from tomo.image import documents, flash_image
from tomo.image.flash_image import BadTable, FlashImage
from tomo.image.source import FlashSource
from tomo.transport.console import (
    ConsoleFlash,
    NodeConsole,
    Progress,
    Refused,
    is_port,
    open_console,
)
from tomoshibi.wire import copies


class FileTarget:
    """`folder` is the desk node's that the image belongs to; None for an image alone.

    trouble   what is wrong with the partition table, where `lenient` reading got over that
    """

    def __init__(self, path: Path, folder: Path | None, image: FlashImage, trouble: str = ""):
        self.path = path
        self.folder = folder
        self.image = image
        self.trouble = trouble

    @property
    def source(self) -> FlashSource:
        return self.image

    def settings(self) -> dict | None:
        """The settings in it; None if there are none."""
        if not self.image.has("settings"):
            return None
        return documents.read(self.image.partition("settings"), copies.SETTINGS).document()


class SerialTarget:
    """A node that answers on its console."""

    trouble = ""

    def __init__(self, console: NodeConsole, progress: Progress | None) -> None:
        self.console = console
        self.source: FlashSource = ConsoleFlash(console, progress)

    def settings(self) -> dict | None:
        """The settings that the node tells, without secrets; None if it tells none."""
        try:
            document = self.console.ask("settings", "settings").get("document")
        except Refused:
            return None
        return document if isinstance(document, dict) else None


Target = FileTarget | SerialTarget


@contextmanager
def open_target(
    text: str,
    partition: str | None = None,
    progress: Progress | None = None,
    lenient: bool = False,
) -> Iterator[Target]:
    """What `text` names. Raises UsageError if that cannot be told, HostError if it is no image.

    partition   of a file that holds one partition alone
    lenient     read an image without a good partition table by the places that we know
    """
    if is_port(text):
        if partition is not None:
            raise UsageError("--partition is for a file of one partition, not for a port")
        with open_console(text) as console:
            yield SerialTarget(console, progress)
    else:
        yield _file_target(Path(text), partition, lenient)


def _file_target(path: Path, partition: str | None, lenient: bool) -> FileTarget:
    folder = path if path.is_dir() else None
    if folder:
        path = folder / documents.FLASH_FILE
        if not path.exists():
            raise HostError(
                f"{folder} has no {documents.FLASH_FILE}: no desk node has lived there",
                "Desk nodes have their folders below build/desk and build/run/nodes.",
            )
    elif not path.exists():
        raise UsageError(
            f"{str(path)!r} is no flash image, no desk node's folder and no serial port",
            "Ports are written as /dev/ttyUSB0, COM3 or socket://host:port.",
        )
    elif path.parent.joinpath(documents.FLASH_FILE) == path:
        folder = path.parent
    try:
        return FileTarget(path, folder, flash_image.load(path, partition))
    except BadTable as trouble:
        if not lenient:
            raise
        return FileTarget(path, folder, flash_image.load_by_map(path), str(trouble))
