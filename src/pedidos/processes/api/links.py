"""What the links in mails are for: confirming an address, and choosing another password for a forgotten one."""

from flask import Response
from pydantic import Field

from pedidos.domain.access import Identity
from pedidos.domain.mails import Kind, Purpose
from pedidos.http import problems, reader
from pedidos.http.acting import who
from pedidos.http.fields import Email, LinkToken, NewPassword
from pedidos.http.limits import limited
from pedidos.http.problems import FieldError
from pedidos.http.roles import public, signed_in
from pedidos.processes.api.accounts import own_account
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Resource
from pedidos.processes.api.services import services
from pedidos.security import mail_links, passwords
from pedidos.security.guessable import why_guessable
from pedidos.storage.accounts import one_time_tokens


class MailAddress(Body):
    """An e-mail address."""

    email: Email


class Confirmation(Body):
    """The token of a mail, and the password of the account: the mail may be about an account of somebody else."""

    token: LinkToken
    password: str = Field(min_length=1, max_length=passwords.MAX_SENT, examples=["correct horse battery"])


class Reset(Body):
    """The token of a mail, and the password to use from now on."""

    token: LinkToken
    new_password: NewPassword


resource = Resource("Mails", "/v1", "Confirm an e-mail address, and replace a forgotten password, with links in mails.")


@resource.operation("post", "/me/verification", answers={202: None}, refuses=[problems.OutcomeUnknown])
@signed_in
@limited
def send_verification(identity: Identity) -> Response:
    """Get another mail to confirm your address, unless it is confirmed"""
    account = own_account(identity)
    if account.verified_at is None:
        _ask(account.email, Kind.CONFIRM_ADDRESS)
    return Response(status=202)


@resource.operation(
    "post",
    "/auth/verification",
    answers={204: None},
    refuses=[problems.InvalidLink, problems.WrongCredentials, problems.OutcomeUnknown],
)
@public
@limited
def verify(body: Confirmation) -> Response:
    """Confirm an address with the token of a mail and the password of the account"""
    token_hash = mail_links.kept(body.token)
    account = one_time_tokens.account_of(services().engine, token_hash, Purpose.VERIFY)
    if account is None:
        raise problems.InvalidLink
    services().password_check.of_account(account, body.password)
    if not one_time_tokens.verify(services().engine, token_hash, who()):
        raise problems.InvalidLink
    return Response(status=204)


@resource.operation("post", "/auth/forgotten-password", answers={202: None}, refuses=[problems.OutcomeUnknown])
@public
@limited
def forgotten_password(body: MailAddress) -> Response:
    """Get a mail to choose another password. The answer does not tell whether the address has an account"""
    _ask(body.email, Kind.RESET_PASSWORD)
    return Response(status=202)


@resource.operation(
    "post", "/auth/reset-password", answers={204: None}, refuses=[problems.InvalidLink, problems.OutcomeUnknown]
)
@public
@limited
def reset_password(body: Reset) -> Response:
    """Choose another password with the token of a mail, which ends all sessions"""
    token_hash = mail_links.kept(body.token)
    password_hash = _hash_of_new(body, token_hash, Purpose.RESET)
    if not one_time_tokens.reset(services().engine, token_hash, password_hash, reader.language(), who()):
        raise problems.InvalidLink
    return Response(status=204)


@resource.operation("post", "/auth/join", answers={204: None}, refuses=[problems.InvalidLink, problems.OutcomeUnknown])
@public
@limited
def join(body: Reset) -> Response:
    """Choose the first password of an account to which a merchant or an operator has invited you"""
    token_hash = mail_links.kept(body.token)
    password_hash = _hash_of_new(body, token_hash, Purpose.JOIN)
    if not one_time_tokens.join(services().engine, token_hash, password_hash, who()):
        raise problems.InvalidLink
    return Response(status=204)


def _hash_of_new(body: Reset, token_hash: bytes, purpose: Purpose) -> str:
    """The hash of the password in the request, if the token is good and the password is hard to guess."""
    account = one_time_tokens.account_of(services().engine, token_hash, purpose)
    if account is None:
        raise problems.InvalidLink
    reason = why_guessable(body.new_password, account.email, account.name)
    if reason is not None:
        raise problems.InvalidFields(errors=[FieldError("new_password", reason)])
    return services().hashing.hash_password(body.new_password)


def _ask(email: str, kind: Kind) -> None:
    link = mail_links.new(services().account_keys, reader.language())
    one_time_tokens.ask(services().engine, email, kind, link, who())
