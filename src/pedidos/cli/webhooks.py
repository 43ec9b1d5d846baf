"""webhooks: list, add, test, disable, enable and remove endpoints, rotate their secrets, see and resend deliveries."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NoReturn
from uuid import UUID

import typer

from pedidos.cli import acting, options, webhook_view
from pedidos.cli.language import phrase, told
from pedidos.domain.webhooks import EVENT_TYPES, MOST_ENDPOINTS

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from pedidos.security.account_keys import AccountKeys
    from pedidos.settings.processes import WebhooksSettings
    from pedidos.storage.webhooks.endpoints import Endpoint


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.add_typer(webhooks, name="webhooks")


webhooks = typer.Typer(
    no_args_is_help=True,
    help="List, add, test, disable, enable or remove endpoints of webhooks; rotate secrets; see and resend deliveries.",
)

STATES = ("waiting", "delivered", "failed")


def _known_type(types: list[str] | None) -> list[str]:
    for each in types or []:
        if each not in EVENT_TYPES:
            raise typer.BadParameter(
                phrase("{type} is not a type of event. Use one of {types}.", type=each, types=", ".join(EVENT_TYPES))
            )
    return types or []


def _known_state(state: str | None) -> str | None:
    if state not in (None, *STATES):
        raise typer.BadParameter(
            phrase("{state} is not a state. Use one of {states}.", state=state, states=", ".join(STATES))
        )
    return state


EndpointId = Annotated[UUID, typer.Argument(help="Id of an endpoint: pedidos webhooks list", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON document.")]
Types = Annotated[
    list[str] | None,
    typer.Option(
        "--type", callback=_known_type, help="Only events of this type; give it again for more.", show_default=False
    ),
]
InState = Annotated[
    str | None,
    typer.Option("--state", metavar="|".join(STATES), callback=_known_state, help="Only deliveries in this state."),
]


@webhooks.command(name="list")
def list_endpoints(
    merchant: Annotated[UUID | None, typer.Option(help="Only those of this merchant.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Show at most this number of endpoints.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List endpoints, oldest first, with what waits for each. Secrets are not shown."""
    from pedidos.storage.webhooks.endpoints import of_any_owner

    with _engine() as (engine, _):
        found = of_any_owner(engine, merchant, limit)
    if as_json:
        _print_json([webhook_view.endpoint_members(each) for each in found])
        return
    for each in found:
        typer.echo(webhook_view.endpoint_line(each))
    if not found:
        typer.echo(phrase("There are none."))


@webhooks.command()
def add(
    url: Annotated[str, typer.Argument(help="Where events are sent: https://…", show_default=False)],
    merchant: Annotated[
        UUID | None,
        typer.Option(help="Its owner. Without one, it is the operators', and gets all events.", show_default=False),
    ] = None,
    types: Types = None,
    description: Annotated[str, typer.Option(help="What it is for.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """Add an endpoint, and print the secrets with which its owner checks signatures."""
    from pedidos.domain import webhook_addresses
    from pedidos.security.webhook_secrets import sealed_secrets
    from pedidos.storage.webhooks import endpoints

    with _engine() as (engine, settings):
        fault = webhook_addresses.fault(url, allow_loopback=settings.webhook_allow_loopback)
        if fault is not None or len(url) > webhook_view.MOST_URL:
            raise typer.BadParameter(told(fault or webhook_addresses.NO_ADDRESS), param_hint="URL")
        if len(description) > webhook_view.MOST_DESCRIPTION or not description.isprintable():
            raise typer.BadParameter(
                phrase("It should have up to {most} characters, in one line.", most=webhook_view.MOST_DESCRIPTION),
                param_hint="--description",
            )
        endpoint_id = uuid.uuid4()
        sealed = sealed_secrets(_keys(settings), endpoint_id)
        try:
            endpoints.add(engine, merchant, endpoint_id, url, types or [], description, sealed, acting.who())
        except endpoints.TooManyEndpoints:
            _fail(phrase("There are {most} endpoints, as many as there can be. Remove one.", most=MOST_ENDPOINTS))
        except endpoints.UnknownOwner:
            _fail(phrase("There is no merchant {merchant}: GET /v1/merchants lists them.", merchant=merchant))
        _show_secrets(engine, settings, endpoint_id, as_json=as_json)


@webhooks.command()
def rotate(endpoint_id: EndpointId, as_json: AsJson = False) -> None:
    """Make new secrets, and print them. Those before sign beside them for a day."""
    from pedidos.security.webhook_secrets import sealed_secrets
    from pedidos.storage.webhooks import endpoints

    with _engine() as (engine, settings):
        found = _found(engine, endpoint_id)
        sealed = sealed_secrets(_keys(settings), endpoint_id)
        if not endpoints.rotate(engine, found.merchant_id, endpoint_id, sealed, acting.who()):
            _unknown(endpoint_id)
        _show_secrets(engine, settings, endpoint_id, as_json=as_json)


@webhooks.command(name="test")
def send_test_event(endpoint_id: EndpointId, as_json: AsJson = False) -> None:
    """Send a test event. `pedidos webhooks attempts` shows what became of it."""
    from datetime import UTC, datetime

    from pedidos.domain.webhooks import sample_event
    from pedidos.storage.webhooks.deliveries import send_test

    with _engine() as (engine, _):
        found = _found(engine, endpoint_id)
        delivery_id = send_test(engine, endpoint_id, sample_event(datetime.now(UTC)))
    if as_json:
        _print_json({"endpoint_id": str(endpoint_id), "delivery_id": str(delivery_id), "state": found.state})
        return
    typer.echo(
        phrase(
            "A test event goes to {url}. See what became of it: pedidos webhooks attempts {endpoint} {delivery}",
            url=found.url,
            endpoint=endpoint_id,
            delivery=delivery_id,
        )
    )


@webhooks.command()
def attempts(
    endpoint_id: EndpointId,
    delivery_id: Annotated[
        UUID | None, typer.Argument(help="Only this delivery, with what is sent.", show_default=False)
    ] = None,
    state: InState = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Show at most this number of deliveries.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List deliveries of an endpoint, newest first, with each request and the answer to it."""
    from pedidos.storage.webhooks import deliveries

    with _engine() as (engine, _):
        _found(engine, endpoint_id)
        if delivery_id is not None:
            ids = [delivery_id]
        else:
            wanted = webhook_view.state_of(state)
            ids = [each.id for each in deliveries.listed(engine, endpoint_id, wanted, None, limit)]
        found = [each for each in (deliveries.get(engine, endpoint_id, one) for one in ids) if each is not None]
    if delivery_id is not None and not found:
        _fail(phrase("The endpoint has no delivery {delivery}.", delivery=delivery_id))
    if as_json:
        _print_json([webhook_view.delivery_members(each) for each in found])
        return
    for each in found:
        for line in webhook_view.delivery_lines(each, whole=delivery_id is not None):
            typer.echo(line)
    if not found:
        typer.echo(phrase("There are none."))


@webhooks.command()
def resend(
    endpoint_id: EndpointId,
    delivery_id: Annotated[
        UUID | None, typer.Argument(help="This delivery alone, also one that was taken.", show_default=False)
    ] = None,
    state: InState = None,
    kind: Annotated[str | None, typer.Option("--type", help="Only events of this type.", show_default=False)] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=options.moment,
            metavar="TIME",
            help=f"Only deliveries made since then: {options.MOMENTS}.",
            show_default=False,
        ),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            parser=options.moment,
            metavar="TIME",
            help=f"Only deliveries made before then: {options.MOMENTS}.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send deliveries again: those that failed, or those that match; the 10,000 oldest at most."""
    from pedidos.storage.webhooks.deliveries import Again, send_again

    if delivery_id is not None and (state or kind or since or until):
        raise typer.BadParameter(phrase("Filters go without the id of a delivery."))
    if state == "waiting":
        raise typer.BadParameter(phrase("What waits is sent anyway."), param_hint="--state")
    _known_type([kind] if kind else None)
    wanted = Again(delivery_id)
    if delivery_id is None:
        wanted = Again(
            None,
            webhook_view.state_of(state or "failed"),
            kind,
            since,
            until,
        )
    with _engine() as (engine, _):
        _found(engine, endpoint_id)
        count = send_again(engine, endpoint_id, wanted)
    if as_json:
        _print_json({"endpoint_id": str(endpoint_id), "deliveries": count})
    else:
        typer.echo(phrase("Deliveries that are sent again: {count}.", count=count))
    if delivery_id is not None and not count:
        _fail(phrase("The endpoint has no delivery {delivery} that does not wait.", delivery=delivery_id))


@webhooks.command()
def disable(endpoint_id: EndpointId, as_json: AsJson = False) -> None:
    """Write no more events for an endpoint. What waits for it is still sent."""
    _switch(endpoint_id, "off", as_json=as_json)


@webhooks.command()
def enable(endpoint_id: EndpointId, as_json: AsJson = False) -> None:
    """Write events for an endpoint again, also for one that answered 410. What waits is tried at once."""
    _switch(endpoint_id, "on", as_json=as_json)


@webhooks.command()
def remove(
    endpoint_id: EndpointId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove an endpoint, with what waits for it and what was delivered."""
    from pedidos.storage.webhooks import endpoints

    with _engine() as (engine, _):
        found = _found(engine, endpoint_id)
        if not yes:
            typer.confirm(
                phrase("Remove {url}? {waiting} deliveries wait for it.", url=found.url, waiting=found.waiting),
                abort=True,
            )
        if not endpoints.remove(engine, found.merchant_id, endpoint_id, acting.who()):
            _unknown(endpoint_id)
    typer.echo(phrase("Removed {url}.", url=found.url))


def _switch(endpoint_id: UUID, state: str, *, as_json: bool) -> None:
    from pedidos.storage.webhooks import endpoints
    from pedidos.storage.webhooks.endpoints import Changes

    with _engine() as (engine, _):
        found = _found(engine, endpoint_id)
        if not endpoints.change(engine, found.merchant_id, endpoint_id, Changes(state=state), acting.who()):
            _unknown(endpoint_id)
        changed = _found(engine, endpoint_id)
    if as_json:
        _print_json(webhook_view.endpoint_members(changed))
    else:
        typer.echo(webhook_view.endpoint_line(changed))


def _show_secrets(engine: "Engine", settings: "WebhooksSettings", endpoint_id: UUID, *, as_json: bool) -> None:
    from pedidos.security.webhook_secrets import shown

    found = _found(engine, endpoint_id)
    secrets = list(shown(_keys(settings), endpoint_id, found.secrets))
    if as_json:
        members = [
            {"scheme": each.scheme, "secret": each.text, "expires_at": webhook_view.written(each.expires_at)}
            for each in secrets
        ]
        _print_json({**webhook_view.endpoint_members(found), "secrets": members})
        return
    typer.echo(webhook_view.endpoint_line(found))
    for each in secrets:
        end = phrase("signs until {at}", at=webhook_view.moment(each.expires_at)) if each.expires_at else ""
        typer.echo(f"    {each.scheme:<4} {each.text}  {end}".rstrip())


def _keys(settings: "WebhooksSettings") -> "AccountKeys":
    from pedidos.security.account_keys import AccountKeys

    return AccountKeys(settings.account_keys)


def _found(engine: "Engine", endpoint_id: UUID) -> "Endpoint":
    from pedidos.storage.webhooks.endpoints import get_of_any_owner

    found = get_of_any_owner(engine, endpoint_id)
    if found is None:
        _unknown(endpoint_id)
    return found


def _unknown(endpoint_id: UUID) -> NoReturn:
    _fail(phrase("There is no endpoint {endpoint}: `pedidos webhooks list` shows them.", endpoint=endpoint_id))


@contextmanager
def _engine() -> "Iterator[tuple[Engine, WebhooksSettings]]":
    """PostgreSQL as the owner of the tables: no operator's role may read secrets that sign."""
    from pedidos.errors import Transient, first_line
    from pedidos.settings.processes import WebhooksSettings
    from pedidos.storage.engine import make_engine
    from pedidos.storage.once import OutcomeUnknown

    settings = WebhooksSettings.load()
    engine = make_engine(settings.as_owner(), "webhooks")
    try:
        yield engine, settings
    except Transient as error:
        _fail(phrase("Not possible now: {reason}", reason=first_line(error)))
    except OutcomeUnknown:
        _fail(phrase("The connection was lost at the commit. See with `pedidos webhooks list` what is so now."))
    finally:
        engine.dispose()


def _print_json(document: object) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
