"""sbom, audit-dependencies: what the platform is built from, and what is known to be wrong with it."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from pedidos.cli.language import phrase


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command()(sbom)
    app.command()(audit_dependencies)


def sbom() -> None:
    """Print the bill of materials (CycloneDX 1.6, JSON): packages, jars, servers, images and actions."""
    from pedidos_dev.supply_chain.bill import bill_of_materials
    from pedidos_dev.supply_chain.components import components

    typer.echo(bill_of_materials(components()))


def audit_dependencies(
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask the advisory service first, and write a new snapshot.")
    ] = False,
    service: Annotated[
        str, typer.Option(help="Address of the advisory service, which has the API of osv.dev.")
    ] = "https://api.osv.dev",
) -> None:
    """Compare what the platform is built from with a snapshot of known vulnerabilities. Needs no network.

    Exit status 1 for a vulnerability, a component that the snapshot does not cover, and a snapshot that is too old.
    """
    if refresh:
        from pedidos_dev.supply_chain import osv, snapshot
        from pedidos_dev.supply_chain.components import components

        try:
            taken = osv.take(components(), service)
        except (OSError, ValueError, KeyError) as error:
            typer.echo(
                phrase(
                    "{service} gave no answer that can be used: {reason}. The snapshot is as before.",
                    service=service,
                    reason=error,
                ),
                err=True,
            )
            raise typer.Exit(1) from None
        taken.write()
        typer.echo(
            phrase(
                "{name}: {components} components, {advisories} advisories",
                name=snapshot.FILE.name,
                components=len(taken.covered),
                advisories=len(taken.advisories),
            )
        )
    if not passes():
        raise typer.Exit(1)


def passes() -> bool:
    """Prints the findings. Whether there are none."""
    from pedidos_dev.supply_chain import snapshot
    from pedidos_dev.supply_chain.audit import findings
    from pedidos_dev.supply_chain.components import components

    every = components()
    try:
        found = list(findings(every, snapshot.read(), datetime.now(UTC)))
    except snapshot.NoSnapshot as error:
        typer.echo(
            phrase("Nothing was compared: {reason}. Make one: ./pedidos audit-dependencies --refresh", reason=error),
            err=True,
        )
        return False
    for line in found:
        typer.echo(line)
    typer.echo(phrase("{components} components, {findings} findings", components=len(every), findings=len(found)))
    return not found
