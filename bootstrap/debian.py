"""Fetching one pinned package through apt without touching the system's own package lists.

A private apt state lives in the cache. It asks the mirror that the machine already uses and trusts
only Debian's own keyring, so it needs neither root nor another entry under /etc/apt.
"""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from bootstrap import places
from bootstrap.progress import SetupError, run

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SOURCES = """\
Types: {kind}
URIs: {mirror}
Suites: {suite}
Components: main
Targets: {target}
Signed-By: {keyring}
"""


def available() -> bool:
    """True where packages of Debian itself can be fetched."""
    return shutil.which("apt-get") is not None and _KEYRING.exists() and mirror() is not None


def mirror() -> str | None:
    """The address of Debian's main archive as this machine knows it, or None."""
    release = places.os_release()
    if release.get("ID") != "debian":
        return None
    codename = release.get("VERSION_CODENAME", "")
    wanted = ["Identifier: Packages", f"Codename: {codename}", "Component: main"]
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", *wanted]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    # apt-get knows index files only after the first `apt-get update`; before, read its sources.
    return next(iter(answer.stdout.split()), None) or _mirror_in_sources(codename)


def _mirror_in_sources(codename: str) -> str | None:
    places_to_look = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]
    for path in sorted(path for path in places_to_look if path.is_file()):
        text = path.read_text(errors="replace")
        for stanza in re.split(r"\n\s*\n", text):
            address = re.search(r"^URIs:\s*(\S+)", stanza, re.M)
            if address and re.search(rf"^Suites:.*\b{codename}(\s|$)", stanza, re.M):
                return address[1]
        line = re.search(rf"^deb\s+(?:\[.*?\]\s+)?(\S+)\s+{codename}\s", text, re.M)
        if line:
            return line[1]
    return None


class PrivateApt:
    """An apt of our own for one suite. `architecture` is None for source packages."""

    def __init__(self, folder: Path, suite: str, architecture: str | None) -> None:
        self._folder = folder
        self._suite = suite
        self._architecture = architecture

    def fetch(self, package: str, sha256: str) -> Path:
        """Download `package` (name=version) and return the file, checked against `sha256`."""
        self._write_state()
        name = package.partition("=")[0]
        run(self._command("update", "-q"), self._log("update"), self._offline(name))
        source = ["source", "--download-only", "--tar-only"]
        verb = ["download"] if self._architecture else source
        got = self._folder / "got"
        shutil.rmtree(got, ignore_errors=True)
        got.mkdir()
        run(self._command(*verb, package), self._log("get"), self._offline(name), cwd=got)
        for file in got.iterdir():
            if hashlib.sha256(file.read_bytes()).hexdigest() == sha256:
                return file
        raise SetupError(f"the download of {package} does not have the checksum it should have")

    def _offline(self, name: str) -> str:
        return f"could not fetch {name} from Debian {self._suite} (is the network up?)"

    def _log(self, step: str) -> Path:
        return self._folder.with_name(f"{self._folder.name}-{step}.log")

    def _write_state(self) -> None:
        for part in ("parts", "lists/partial", "cache/archives/partial"):
            (self._folder / part).mkdir(parents=True, exist_ok=True)
        (self._folder / "status").touch()
        fields = {
            "kind": "deb" if self._architecture else "deb-src",
            "target": "Packages" if self._architecture else "Sources",
            "mirror": mirror(),
            "suite": self._suite,
            "keyring": _KEYRING,
        }
        (self._folder / "parts" / "debian.sources").write_text(_SOURCES.format(**fields))

    def _command(self, *words: str) -> list[str]:
        options = {
            "Dir::Etc::SourceList": "/dev/null",
            "Dir::Etc::SourceParts": self._folder / "parts",
            "Dir::State::Lists": self._folder / "lists",
            "Dir::State::status": self._folder / "status",
            "Dir::Cache": self._folder / "cache",
            "APT::Sandbox::User": "root",
            "APT::Update::Error-Mode": "any",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
            "Acquire::http::Timeout": "20",
            "Acquire::https::Timeout": "20",
        }
        if self._architecture:
            options["APT::Architecture"] = self._architecture
            options["APT::Architectures"] = self._architecture
        settings = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return ["apt-get", *settings, *words]
