"""accounts: list, create, disable, enable, export and erase accounts, change their role, reset a second factor."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from pedidos.cli import acting
from pedidos.cli.language import phrase, told
from pedidos.domain.access import OF_A_MERCHANT, Role

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from pedidos.storage.accounts.accounts import Account


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.add_typer(accounts, name="accounts")


accounts = typer.Typer(
    no_args_is_help=True,
    help="List, create, disable, enable, export or erase accounts; change their role; reset a second factor.",
)

MAX_NAME = 120
"""Characters of a merchant's name, as the schema has it."""

Email = Annotated[str, typer.Argument(help="E-mail address of the account.", show_default=False)]
Merchant = Annotated[
    UUID | None, typer.Option(help="Id of the merchant; for the role merchant, and for no other.", show_default=False)
]


@accounts.command(name="list")
def list_accounts(
    role: Annotated[Role | None, typer.Option(help="Only accounts with this role.", show_default=False)] = None,
    disabled: Annotated[bool, typer.Option("--disabled", help="Only accounts that are disabled.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON array.")] = False,
) -> None:
    """List accounts by e-mail address."""
    import json

    from pedidos.storage.accounts.administration import find

    with _engine() as engine:
        found = find(engine, role, active=False if disabled else None)
    if as_json:
        typer.echo(json.dumps([_members(account) for account in found], ensure_ascii=False, indent=2))
        return
    for account in found:
        typer.echo(_line(account))


@accounts.command()
def create(
    email: Email,
    name: Annotated[str, typer.Option(help="Name of the account's owner.")],
    role: Annotated[Role, typer.Option(help="What the account may do.")] = Role.CUSTOMER,
    merchant: Merchant = None,
    new_merchant: Annotated[
        str | None, typer.Option(help="Instead of --merchant: add a merchant with this name.", show_default=False)
    ] = None,
) -> None:
    """Create an account. The password is asked for, or read from standard input: one line."""
    from pedidos.security.passwords import hash_password
    from pedidos.storage.accounts.administration import NewAccount, add
    from pedidos.storage.once import OutcomeUnknown

    if merchant is not None and new_merchant is not None:
        raise typer.BadParameter(phrase("Name a merchant, or add one, not both."), param_hint="--new-merchant")
    _check(role, merchant or new_merchant)
    if new_merchant is not None and not 0 < len(new_merchant.strip()) <= MAX_NAME:
        raise typer.BadParameter(
            phrase("It should have from 1 to {most} characters.", most=MAX_NAME), param_hint="--new-merchant"
        )
    email, name, password = _valid(email, name, _read_password())
    with _engine() as engine, _refusals(email, merchant):
        try:
            new = NewAccount(email, name, role, hash_password(password), merchant, new_merchant)
            account = add(engine, new, acting.who())
        except OutcomeUnknown:
            _fail(
                phrase(
                    "The connection was lost at the commit. See with `pedidos accounts list` whether {email} is there.",
                    email=email,
                )
            )
    if account.merchant_id:
        created = phrase("Created {email} for merchant {merchant}", email=account.email, merchant=account.merchant_id)
    else:
        created = phrase("Created {email} as {role}", email=account.email, role=account.role)
    typer.echo(f"{created}: {account.id}")


@accounts.command()
def disable(email: Email) -> None:
    """Refuse sign-ins of an account, end its sessions and refuse its access tokens."""
    from pedidos.storage.accounts.administration import disable as work

    with _engine() as engine, _refusals(email):
        ended = work(engine, email.lower(), acting.who())
    typer.echo(
        phrase(
            "Disabled {email}; sessions ended: {ended}. Access tokens are refused within two seconds.",
            email=email.lower(),
            ended=ended,
        )
    )


@accounts.command()
def enable(email: Email) -> None:
    """Accept sign-ins of a disabled account again."""
    from pedidos.storage.accounts.administration import enable as work

    with _engine() as engine, _refusals(email):
        work(engine, email.lower(), acting.who())
    typer.echo(phrase("Enabled {email}.", email=email.lower()))


@accounts.command()
def role(
    email: Email,
    role: Annotated[Role, typer.Argument(help="The new role.", show_default=False)],
    merchant: Merchant = None,
) -> None:
    """Change the role of an account. Access tokens with the old one are refused within two seconds."""
    from pedidos.storage.accounts.administration import set_role

    _check(role, merchant)
    with _engine() as engine, _refusals(email, merchant):
        set_role(engine, email.lower(), role, merchant, acting.who())
    typer.echo(
        phrase(
            "{email} is now {role}. Its sessions get the new role at their next refresh.",
            email=email.lower(),
            role=role,
        )
    )


@accounts.command()
def reset_second_factor(email: Email) -> None:
    """Take the second factor of an account away, because its owner lost it, and end its sessions."""
    from pedidos.storage.accounts import second_factors
    from pedidos.storage.accounts.administration import by_email

    with _engine() as engine, _refusals(email):
        removed = second_factors.reset(engine, by_email(engine, email.lower()).id, acting.who())
    if not removed:
        _fail(phrase("{email} has no second factor.", email=email.lower()))
    typer.echo(
        phrase(
            "Removed the second factor of {email}, and ended its sessions. A mail tells the owner.", email=email.lower()
        )
    )


@accounts.command()
def export(email: Email) -> None:
    """Print what is stored about the owner of an account, as JSON."""
    from pedidos.domain.audit import Action
    from pedidos.storage.accounts import exporting
    from pedidos.storage.accounts.administration import by_email

    with _engine() as engine, _refusals(email):
        account = by_email(engine, email.lower())
        document = {
            "account": _members(account),
            **exporting.all_but_orders(engine, account.id),
            "orders": list(exporting.every_order(engine, account.id)),
        }
        acting.note(engine, Action.ACCOUNT_EXPORTED, str(account.id))
    typer.echo(json.dumps(document, ensure_ascii=False, indent=1))


@accounts.command()
def erase(
    email: Email,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask. It cannot be undone.")] = False,
) -> None:
    """Erase the name, address, password and sessions of an account. Its orders stay, for the books."""
    from pedidos.storage.accounts import erasing
    from pedidos.storage.accounts.administration import by_email

    if not yes:
        typer.confirm(phrase("Erase {email}? This cannot be undone.", email=email.lower()), abort=True)
    with _engine() as engine, _refusals(email):
        try:
            erasing.erase(engine, by_email(engine, email.lower()).id, acting.who())
        except erasing.OrdersUnfinished as error:
            _fail(phrase("Not possible yet: {reason}.", reason=error))
    typer.echo(phrase("Erased {email}.", email=email.lower()))


def _check(role: Role, merchant: UUID | str | None) -> None:
    if (role in OF_A_MERCHANT) != (merchant is not None):
        raise typer.BadParameter(
            phrase("Name a merchant for the roles merchant and courier, and for no other."), param_hint="--merchant"
        )


def _read_password() -> str:
    """Never an argument: other users of the machine see those, and the shell keeps them."""
    if _at_terminal():
        password: str = typer.prompt(phrase("Password"), hide_input=True, confirmation_prompt=phrase("Repeat it"))
        return password
    return sys.stdin.readline().rstrip("\r\n")


def _at_terminal() -> bool:
    return sys.stdin.isatty()


def _valid(email: str, name: str, password: str) -> tuple[str, str, str]:
    """As a registration takes them, by the same rules. Raises typer.BadParameter."""
    from pydantic import ValidationError

    from pedidos.http.fields import field_errors
    from pedidos.processes.api.accounts import NewAccount

    try:
        new = NewAccount(email=email, name=name, password=password)
    except ValidationError as error:
        wrong = [f"{field}: {told(message)}" for field, message in field_errors(error)]
        raise typer.BadParameter("; ".join(wrong)) from None
    return new.email, new.name, new.password


@contextmanager
def _engine() -> "Iterator[Engine]":
    """PostgreSQL as the owner of the tables: no process's role may read all accounts or change their role."""
    from pedidos.settings.processes import AccountsSettings
    from pedidos.storage.engine import make_engine

    engine = make_engine(AccountsSettings.load().as_owner(), "accounts")
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _refusals(email: str, merchant: UUID | None = None) -> Iterator[None]:
    """Reports in a line, with exit status 1, why the change is not possible."""
    from pedidos.storage.accounts.accounts import EmailTaken
    from pedidos.storage.accounts.administration import UnknownEmail, UnknownMerchant

    try:
        yield
    except UnknownEmail:
        _fail(phrase("No account has the address {email}: `pedidos accounts list` shows them.", email=email.lower()))
    except UnknownMerchant:
        _fail(phrase("There is no merchant {merchant}: GET /v1/merchants lists them.", merchant=merchant))
    except EmailTaken:
        _fail(phrase("An account has the address {email} already.", email=email.lower()))


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(1)


def _line(account: "Account") -> str:
    state = phrase("active") if account.active else phrase("disabled")
    merchant = f"  {account.merchant_id}" if account.merchant_id else ""
    return f"{account.id}  {account.role:<8}  {state:<8}  {account.email}  {account.name}{merchant}"


def _members(account: "Account") -> dict[str, str | bool | None]:
    """The account for JSON."""
    return {
        "id": str(account.id),
        "email": account.email,
        "name": account.name,
        "role": account.role,
        "merchant_id": None if account.merchant_id is None else str(account.merchant_id),
        "active": account.active,
        "created_at": account.created_at.isoformat(),
    }
