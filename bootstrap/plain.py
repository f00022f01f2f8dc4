"""Names for `make`, which cannot have a space, a quote or a `$` in a path.

A folder whose path has such characters gets a link with a plain name. The name is a hash of the
path, so that it is the same in every run and what `make` has built stays valid; a link that was
cleared away is made again. Only commands see these names: nothing that is kept needs the link.
"""

import hashlib
import os
import re
import stat
import threading
from pathlib import Path

from bootstrap.progress import SetupError

_PLAIN = re.compile(r"[A-Za-z0-9_./+,@-]+")
_LINKS = Path("/tmp") / f"tomoshibi-{os.geteuid()}"


def plain(folder: Path) -> Path:
    """`folder` itself if `make` can have its path, else a link to it.

    Raises SetupError if the links' folder could be written by somebody else.
    """
    if _PLAIN.fullmatch(str(folder)):
        return folder
    link = _private() / hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    if not link.is_symlink() or os.readlink(link) != str(folder):
        fresh = link.with_name(f"{link.name}.{threading.get_native_id()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(folder)
        os.replace(fresh, link)
    return link


def _private() -> Path:
    """The links' folder. /tmp is everybody's: what another user put there is not followed."""
    _LINKS.mkdir(mode=0o700, exist_ok=True)
    found = _LINKS.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if not ours or found.st_mode & 0o077:
        raise SetupError(
            f"{_LINKS} is not a folder of yours alone, and `make` needs one to link to paths with "
            "a space or the like. Remove it, or use plain paths for the checkout and TOMO_CACHE"
        )
    return _LINKS
