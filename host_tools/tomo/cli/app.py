"""`tomo`: the one place where an error becomes a message and an exit status."""

import os
import sys

import typer

from tomo.cli import desk, node, site
from tomo.errors import HostError

app = typer.Typer(
    help="Flash, provision and test Tomoshibi nodes, and run simulated sites.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(site.app, name="site")
app.add_typer(node.app, name="node")
app.command(name="desk")(desk.desk)


def main() -> None:
    """Run the command line; exit with the statuses named in `tomo.errors`."""
    try:
        app()
    except HostError as error:
        typer.secho(f"error: {error}", fg="red", err=True)
        if error.hint:
            typer.echo(error.hint, err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader (head, less) went away; nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
