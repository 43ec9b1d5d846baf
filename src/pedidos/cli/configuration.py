"""settings: every variable, its value, and where that comes from."""

import typer


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command(name="settings")(show_settings)


def show_settings() -> None:
    """List every setting: variable, value, where it comes from, default, meaning. Passwords are not shown."""
    import os

    from rich.console import Console
    from rich.table import Table

    from pedidos import env_file
    from pedidos.addresses import masked
    from pedidos.settings import ENV_FILE, SECRET, Settings, state_dir

    settings = Settings.load()
    kept = env_file.read(state_dir() / ENV_FILE)
    table = Table("variable", "value", "from", "default", "meaning", box=None, pad_edge=False, header_style="bold")
    for name, field in Settings.model_fields.items():
        variable = f"PEDIDOS_{name.upper()}"
        source = "environment" if os.environ.get(variable) else "platform.env" if variable in kept else "default"
        value, default = getattr(settings, name), field.default
        shown = "–" if value is None else "***" if name in SECRET else masked(str(value))
        table.add_row(variable, shown, source, "–" if default is None else str(default), field.description)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 400  # one line a setting, for grep
    console.print(table)
