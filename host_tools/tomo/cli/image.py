"""`tomo image`: what is written to a chip's flash, built and looked into."""

from pathlib import Path
from typing import Annotated

import typer

from tomo.cli.streams import print_warnings, say, wide_console
from tomo.image import contents
from tomo.jobs.build_image import DEFAULT_FOLDER, KEPT, BuildOptions, build_image
from tomo.render import image as render
from tomo.render.node import json_line

app = typer.Typer(
    help="Build images of a chip's flash, and see what is in one.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@app.command()
def build(
    board: Annotated[str, typer.Option(help="A board's name.")],
    micropython: Annotated[
        Path | None,
        typer.Option(
            metavar="FIRMWARE.bin",
            help="Built with the board's folder, or a stock MicroPython for ESP32 with PSRAM.",
            show_default=f"the one that fits in {KEPT}/ of the cache",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to.", show_default=f"{DEFAULT_FOLDER}/BOARD.bin"),
    ] = None,
    psram: Annotated[
        bool,
        typer.Option("--psram", help="A stock MicroPython uses PSRAM, and the module has some."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build an image of a whole chip, as FIRMWARE.bin makes it, and say of which kind it is.

    A product image from a MicroPython that was built with the board's folder, as
    docs/hardware-team.md tells. A trial image from a stock one, with the application as files
    beside it: it needs PSRAM and lacks our start-up, for trying boards out, not for service.
    """
    built = build_image(BuildOptions(board, micropython, out, psram))
    print_warnings(built.notes)
    if as_json:
        typer.echo(json_line(render.built_fields(built)))
        return
    first, *others = render.built_lines(built)
    say(first, "bold green")
    typer.echo("\n".join(others))


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An image, or a chip read whole.")],
    as_json: AsJson = False,
) -> None:
    """Show chip, versions, board, partitions, files and settings. Secrets are not shown."""
    found = contents.read(file)
    if as_json:
        typer.echo(json_line(render.contents_fields(str(file), found)))
    else:
        wide_console().print(render.contents_view(str(file), found))
