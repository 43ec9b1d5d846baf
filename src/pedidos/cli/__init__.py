"""The command line: `pedidos COMMAND`. Heavy imports are inside the commands, so that help is there at once."""

import typer

from pedidos.cli import configuration, data, demo, order, platform, processes, testing, watching

app = typer.Typer(
    name="pedidos",
    help="Processes orders asynchronously, on real servers, with one command to start it all.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
)
for family in (platform, processes, watching, order, demo, data, configuration, testing):
    family.register(app)
