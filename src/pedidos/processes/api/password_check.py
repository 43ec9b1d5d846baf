"""Checks passwords, at sign-in and where one is asked for again, with the limits on guessing."""

from collections.abc import Sequence
from uuid import uuid4

from flask import request

from pedidos.domain.access import Identity
from pedidos.domain.audit import Action, Entry, Outcome
from pedidos.http import problems
from pedidos.processes.api.acting import who
from pedidos.processes.api.services import services
from pedidos.security import passwords
from pedidos.storage.accounts import accounts, sessions
from pedidos.storage.accounts.accounts import Account
from pedidos.storage.audit_log import writing

MOST_ADDRESSES = 50
"""Addresses of an account's sessions that are compared with a client's."""


def signing_in(email: str, password: str) -> Account:
    """The active account with this address and this password. Raises WrongCredentials, TooManyRequests, Busy."""
    services().hashing.require_room()
    return _checked(accounts.by_email(services().engine, email), email, password)


def asked_again(identity: Identity, password: str) -> Account:
    """The account that is signed in, before it does what a stolen access token must not be enough for.

    Raises Unauthenticated if the account is no longer active; WrongCredentials, TooManyRequests, Busy.
    """
    services().hashing.require_room()
    account = accounts.by_id(services().engine, identity.account_id)
    if account is None or not account.active:
        raise problems.Unauthenticated("The account is no longer active.")
    return _checked(account, account.email, password)


def _checked(account: Account | None, email: str, password: str) -> Account:
    services().guesses.require_few(email, request.remote_addr or "unknown", lambda: _used_from(account))
    # The password is checked against some hash in any case: the time taken must not tell whether the account exists.
    match = services().hashing.matches(account.password_hash if account else passwords.nobodys_hash(), password)
    if account is None or not match.good or not account.active:
        services().guesses.failed(email)
        _note_failure(account, email)
        raise problems.WrongCredentials
    if match.better_hash is not None:
        accounts.replace_hash(services().engine, account, match.better_hash)
    return account


def _note_failure(account: Account | None, email: str) -> None:
    """Writes an entry of the audit log, unless there are too many. The address that was sent is not in it: it may be a
    password in the wrong field."""
    client = who()
    noted = services().failed_sign_ins.note(client.client, email)
    if noted is not None:
        detail = {"failures_without_entry": noted.uncounted} if noted.uncounted else {}
        subject = str(account.id) if account else None
        writing.record(services().engine, Entry(Action.SESSION_REFUSED, client, subject, Outcome.REFUSED, detail))


def _used_from(account: Account | None) -> Sequence[str]:
    """The addresses of the account's sessions. Asked for in any case: the time taken must not tell whether there is
    one."""
    return sessions.addresses(services().engine, account.id if account else uuid4(), MOST_ADDRESSES)
