"""The session of a browser: its cookie, and the row that it stands for."""

from flask import Response, request

from pedidos.domain.client import Client
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.authentication import SESSION_COOKIE, cookie_hash, identity_of
from pedidos.processes.web import visitors
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.services import services
from pedidos.security import refreshing
from pedidos.storage.accounts import cookie_sessions
from pedidos.storage.accounts.accounts import Account
from pedidos.storage.accounts.sessions import Lives


def opened(account: Account, address: str) -> Response:
    """Opens a session for the account, and leads to the address.

    A session that the browser had ends: its cookie may be one that somebody else knows (session fixation).
    """
    value = refreshing.first()
    session = cookie_sessions.begin(services().engine, refreshing.kept(value), account, _client(), _lives(), who())
    if session is None:  # the account has changed since it was read
        raise problems.WrongCredentials
    _end()
    response = redirect_within(address)
    most = services().settings.session_seconds
    response.set_cookie(SESSION_COOKIE, value, most, secure=True, httponly=True, samesite="Strict", path="/")
    return response


def ended(response: Response) -> Response:
    """Ends the session of the browser, if it has one, and takes its cookie."""
    _end()
    response.delete_cookie(SESSION_COOKIE, secure=True, httponly=True, samesite="Strict", path="/")
    return response


def _end() -> None:
    hashed = _hash()
    if hashed is not None:
        cookie_sessions.end(services().engine, hashed, who())


def recognise() -> None:
    """Notes who the current request is from, if its cookie is that of a session."""
    hashed = _hash()
    found = cookie_sessions.find(services().engine, hashed) if hashed else None
    if found is None:
        return
    if found.stale:
        cookie_sessions.use(services().engine, found.id, _client(), _lives())
    visitors.remember(identity_of(found), second_factor=found.second_factor)


def goes_on() -> bool:
    """Whether the session of the current request is still there. Like a request, it notes its use now and then."""
    before = visitors.current()
    hashed = _hash()
    found = cookie_sessions.find(services().engine, hashed) if hashed else None
    if before is None or found is None or identity_of(found).account_id != before.account_id:
        return False
    if found.stale:
        cookie_sessions.use(services().engine, found.id, _client(), _lives())
    return found.account_version == before.account_version


def _hash() -> bytes | None:
    return cookie_hash(request.cookies.get(SESSION_COOKIE))


def _client() -> Client:
    return Client(request.remote_addr or "unknown", request.headers.get("User-Agent", ""))


def _lives() -> Lives:
    settings = services().settings
    return Lives(settings.refresh_token_seconds, settings.session_seconds, settings.access_token_seconds)
