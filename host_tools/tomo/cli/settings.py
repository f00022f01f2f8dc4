"""`tomo settings`: show, save and change the settings of a node."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tomo.cli.streams import print_warnings, say, wide_console
from tomo.errors import NodeWrong
from tomo.files import writing
from tomo.jobs import stored_settings as job
from tomo.jobs.targets import SerialTarget, open_target
from tomo.render import settings as render
from tomo.render.node import json_line

app = typer.Typer(help="Show, save and change the settings of a node.", no_args_is_help=True)

Where = Annotated[
    str, typer.Argument(metavar="TARGET", help="Flash image, desk node's folder, or serial port.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.command(name="list")
def list_(as_json: AsJson = False) -> None:
    """List every setting there is: range, default, when a change applies, who may make it."""
    rows = list(job.declared())
    if as_json:
        for one in rows:
            typer.echo(json_line(render.declared_fields(one)))
    else:
        wide_console().print(render.declared_table(rows))


@app.command()
def show(where: Where, as_json: AsJson = False) -> None:
    """Show every setting: value, range, default, and what it does."""
    with open_target(where) as target:
        document = job.read_document(target)
    settings = list(job.settings_of(document))
    if as_json:
        for setting in settings:
            typer.echo(json_line(render.setting_fields(setting)))
    else:
        wide_console().print(render.settings_table(where, settings))
    _warn_unknown(document)


@app.command()
def get(
    where: Where,
    key: Annotated[str, typer.Argument(help="Such as line_hz or loads.2.tier.")],
    as_json: AsJson = False,
) -> None:
    """Print the value of one setting, its default if none was set."""
    with open_target(where) as target:
        setting = job.get_value(job.read_document(target), key)
    if as_json:
        typer.echo(json_line(render.setting_fields(setting)))
    elif setting.trouble:
        raise NodeWrong(
            f"{where} holds {setting.value!r} for {key}, which may be {setting.allowed}",
            f"The node takes {setting.default!r} instead. `tomo settings set` puts it right.",
        )
    else:
        typer.echo(render.SECRET if setting.value is None else setting.value)


@app.command()
def export(
    where: Where,
    file: Annotated[Path | None, typer.Argument(help="Written there; stdout if not given.")] = None,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="Passwords, too; a running node tells none.")
    ] = False,
) -> None:
    """Write the settings as JSON, for `import` here or on another node."""
    with open_target(where) as target:
        document = job.read_document(target)
        serial = isinstance(target, SerialTarget)
    secrets: list[str] = []
    if not with_secrets or serial:
        document, secrets = job.without_secrets(document)
    if secrets:
        say(f"left out: {', '.join(secrets)}", "yellow", err=True)
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if file is None:
        typer.echo(text, nl=False)
    else:
        with writing(file):
            file.write_text(text, encoding="utf-8")


@app.command(name="import")
def import_(where: Where, file: Annotated[Path, typer.Argument(help="JSON, of `export`.")]) -> None:
    """Set what the file holds; settings that it does not hold stay.

    Every value is checked first. If one may not be, nothing is written.
    """
    document = job.parse_file(file)
    job.need_good(document)
    with open_target(where) as target:
        _warn_unknown(document, isinstance(target, SerialTarget))
        restart = job.import_document(target, document)
    if restart:
        _tell_restart()


@app.command(name="set")
def set_(
    where: Where,
    key: Annotated[str, typer.Argument(help="Such as line_hz or loads.2.tier.")],
    value: Annotated[str, typer.Argument(help='In the setting\'s own unit; "" for none.')],
) -> None:
    """Change one setting."""
    with open_target(where) as target:
        restart = job.set_value(target, key, value)
    if restart:
        _tell_restart()


@app.command()
def defaults(where: Where) -> None:
    """Back to factory defaults. Identity and calibration stay."""
    with open_target(where) as target:
        job.reset(target)
    _tell_restart()


def _tell_restart() -> None:
    typer.echo("takes effect when the node starts next", err=True)


def _warn_unknown(document: dict, left_out: bool = False) -> None:
    unknown = job.unknown_keys(document)
    what = "left out" if left_out else "kept"
    print_warnings(tuple(f"{key} is not a setting known here; {what}" for key in unknown))
