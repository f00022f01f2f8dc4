"""Tells the story of a tray, pulls cables at every 5 %, and writes build/tray.json."""

import json
import tempfile
from pathlib import Path

from rich.console import Console

from proofs.on_desk import ROOT
from proofs.tray.cables import pull_all
from proofs.tray.commands import Wrong
from proofs.tray.story import tell_story


def main() -> None:
    """Ends with status 1 at the first thing that is not as it should be."""
    console = Console()

    def tell(words: str) -> None:
        console.print(words, highlight=False)

    report: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="tray-") as name:
        folder = Path(name)
        try:
            report["story_s"] = tell_story(folder, tell)
            report["cables"] = pull_all(folder, tell)
        except Wrong as wrong:
            console.print(str(wrong), style="red", highlight=False)
            raise SystemExit(1) from None
    target = ROOT / "build" / "tray.json"
    target.write_text(json.dumps(report, indent=2) + "\n")
    console.print(f"{target.relative_to(ROOT)} written", highlight=False)


main()
