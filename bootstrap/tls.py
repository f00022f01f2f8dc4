"""mbedTLS for the desk builds: static libraries out of one Debian package for each word size."""

import os
import shutil
from pathlib import Path

from bootstrap import debian, pins, places, system
from bootstrap.progress import run, say

_TRIPLE = {"i386": "i386-linux-gnu", "amd64": "x86_64-linux-gnu"}


def fetch(architecture: str) -> Path | None:
    """A folder with include/ and lib/, or None where Debian's archive is out of reach.

    The caller holds the cache (`turn`).
    """
    folder = places.CACHE / f"mbedtls-{architecture}-{pins.MBEDTLS_SHA256[architecture][:12]}"
    if folder.exists():
        return folder
    if not debian.available():
        say("no Debian archive here: the desk builds go without TLS")
        return None
    system.require()
    say(f"fetching mbedTLS for {architecture} (10 MB)")
    apt = debian.PrivateApt(places.CACHE / f"apt-{architecture}", pins.MBEDTLS_SUITE, architecture)
    package = apt.fetch(pins.MBEDTLS_PACKAGE, pins.MBEDTLS_SHA256[architecture])
    fresh = places.CACHE / f"unpacking-{architecture}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    log = places.CACHE / "unpack.log"
    run(["dpkg-deb", "-x", package, fresh / "all"], log, "could not unpack mbedTLS")
    os.replace(fresh / "all/usr/include", fresh / "include")
    os.replace(fresh / "all/usr/lib" / _TRIPLE[architecture], fresh / "lib")
    shutil.rmtree(fresh / "all")
    os.replace(fresh, folder)
    shutil.rmtree(places.CACHE / f"apt-{architecture}")
    return folder
