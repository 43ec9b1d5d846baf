"""Checks passwords, at sign-in and where one is asked for again, with the limits on guessing."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from flask import request
from sqlalchemy import Engine

from pedidos.domain.access import Identity
from pedidos.domain.audit import Action, Entry, Outcome
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.failed_sign_ins import FailedSignIns
from pedidos.http.guesses import Guesses
from pedidos.http.hashing import HashingPool
from pedidos.security import passwords
from pedidos.sentence import Sentence
from pedidos.storage.accounts import accounts, sessions
from pedidos.storage.accounts.accounts import Account
from pedidos.storage.audit_log import writing

MOST_ADDRESSES = 50
"""Addresses of an account's sessions that are compared with a client's."""


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """One for all requests of a process."""

    engine: Engine
    hashing: HashingPool
    guesses: Guesses
    failed_sign_ins: FailedSignIns

    def signing_in(self, email: str, password: str) -> Account:
        """The active account with this address, which is in lower case, and this password. Raises WrongCredentials,
        TooManyRequests, Busy."""
        self.hashing.require_room()
        return self._checked(accounts.by_email(self.engine, email), email, password)

    def asked_again(self, identity: Identity, password: str) -> Account:
        """The account that is signed in, before it does what a stolen access token must not be enough for.

        Raises Unauthenticated if the account is no longer active; WrongCredentials, TooManyRequests, Busy.
        """
        self.hashing.require_room()
        account = accounts.by_id(self.engine, identity.account_id)
        if account is None or not account.active:
            raise problems.Unauthenticated(Sentence("The account is no longer active."))
        return self._checked(account, account.email, password)

    def of_account(self, account: Account, password: str) -> None:
        """The password of an account that a request named in another way. Raises WrongCredentials, TooManyRequests,
        Busy."""
        self.hashing.require_room()
        self._checked(account, account.email, password)

    def _checked(self, account: Account | None, email: str, password: str) -> Account:
        self.guesses.require_few(email, request.remote_addr or "unknown", lambda: self._used_from(account))
        # Checked against some hash in any case: the time taken must not tell whether the account exists.
        match = self.hashing.matches(account.password_hash if account else passwords.nobodys_hash(), password)
        if account is None or not match.good or not account.active:
            self.guesses.failed(email)
            self._note_failure(account, email)
            raise problems.WrongCredentials
        if match.better_hash is not None:
            accounts.replace_hash(self.engine, account, match.better_hash)
        return account

    def _note_failure(self, account: Account | None, email: str) -> None:
        """Writes an entry of the audit log, unless there are too many. The address that was sent is not in it: it may
        be a password in the wrong field."""
        client = who()
        noted = self.failed_sign_ins.note(client.client, email)
        if noted is not None:
            detail = {"failures_without_entry": noted.uncounted} if noted.uncounted else {}
            subject = str(account.id) if account else None
            writing.record(self.engine, Entry(Action.SESSION_REFUSED, client, subject, Outcome.REFUSED, detail))

    def _used_from(self, account: Account | None) -> Sequence[str]:
        """The addresses of the account's sessions. Asked for in any case: the time taken must not tell whether there is
        one."""
        return sessions.addresses(self.engine, account.id if account else uuid4(), MOST_ADDRESSES)
