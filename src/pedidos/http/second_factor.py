"""Checks the code of a second factor, with a limit on guesses, and says who needs one."""

import time
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.access import Role
from pedidos.domain.audit import Action, Entry, Outcome, Who
from pedidos.http import acting, problems
from pedidos.http.failed_sign_ins import FailedSignIns
from pedidos.http.guesses import Guesses
from pedidos.security import totp
from pedidos.security.account_keys import AccountKeys
from pedidos.storage.accounts import second_factors
from pedidos.storage.accounts.accounts import Account
from pedidos.storage.accounts.second_factors import Factor
from pedidos.storage.audit_log import writing

MAX_SENT = 64
"""Characters of a code as it is sent. A recovery code has 29."""

ROLES = frozenset({Role.MERCHANT, Role.OPERATOR})
"""Who can have a second factor."""


@dataclass(frozen=True, slots=True)
class SecondFactorCheck:
    """One for all requests of a process. guesses: counts wrong codes; a client near a session of the account is no
    exception, because who gets this far knows the password. operators_need: whether operators need a factor."""

    engine: Engine
    keys: AccountKeys
    guesses: Guesses
    failed: FailedSignIns
    operators_need: bool

    def needed_by(self, role: Role | str) -> bool:
        """Whether an account with this role may do nothing without a second factor but add one."""
        return self.operators_need and role == Role.OPERATOR

    def of(self, account_id: UUID) -> Factor | None:
        """The confirmed factor of the account."""
        found = second_factors.of_account(self.engine, account_id)
        return found if found is not None and found.confirmed_at is not None else None

    def signing_in(self, account: Account, code: str | None) -> Factor | None:
        """The factor of an account whose password was right, after its code was, too; None if it has none.

        Raises SecondFactorRequired without a code; WrongCode, TooManyRequests.
        """
        factor = self.of(account.id)
        if factor is None:
            return None
        if not code:
            raise problems.SecondFactorRequired
        self.require(account, factor, code)
        return factor

    def require(self, account: Account, factor: Factor, code: str) -> None:
        """Uses up a code of the app, or a recovery code. Raises WrongCode, TooManyRequests."""
        self.guesses.require_few(account.email, "", tuple)
        if not self._used(account.id, factor, code.strip()[:MAX_SENT]):
            self._refused(account)
            raise problems.WrongCode

    def confirm(self, account: Account, code: str, who: Who, language: str) -> list[str]:
        """Makes the factor count that was begun, with a code of it. Returns the recovery codes.

        Raises NotFound if none was begun; SecondFactorPresent, WrongCode, TooManyRequests.
        """
        factor = second_factors.of_account(self.engine, account.id)
        if factor is None:
            raise problems.NotFound
        if factor.confirmed_at is not None:
            raise problems.SecondFactorPresent
        self.guesses.require_few(account.email, "", tuple)
        step = self._step_of(account.id, factor, code)
        if step is None:
            self._refused(account)
            raise problems.WrongCode
        codes = totp.new_recovery_codes()
        hashes = [totp.recovery_hash(each) for each in codes]
        if not second_factors.confirm(self.engine, account.id, factor, step, hashes, who, language):
            raise problems.WrongCode  # another request has begun again, or confirmed
        return codes

    def remove(self, account: Account, code: str, who: Who, language: str) -> None:
        """Takes the factor away, with a code. Raises NotFound if there is none; WrongCode, TooManyRequests."""
        factor = self.of(account.id)
        if factor is None:
            raise problems.NotFound
        self.require(account, factor, code)
        second_factors.remove(self.engine, account.id, who, language)

    def _step_of(self, account_id: UUID, factor: Factor, code: str) -> int | None:
        secret = self.keys.unseal(factor.secret, account_id).decode()
        return totp.step_of(secret, code, time.time()) if totp.is_code(code) else None

    def _refused(self, account: Account) -> None:
        """Counts a wrong code, and writes an entry of the audit log, unless there are too many."""
        self.guesses.failed(account.email)
        client = acting.who()
        noted = self.failed.note(client.client, account.email)
        if noted is not None:
            detail = {"failures_without_entry": noted.uncounted} if noted.uncounted else {}
            writing.record(self.engine, Entry(Action.FACTOR_REFUSED, client, str(account.id), Outcome.REFUSED, detail))

    def _used(self, account_id: UUID, factor: Factor, code: str) -> bool:
        if totp.is_code(code):
            step = self._step_of(account_id, factor, code)
            return step is not None and second_factors.use_step(self.engine, account_id, step)
        return second_factors.use_recovery_code(self.engine, account_id, totp.recovery_hash(code), acting.who())
