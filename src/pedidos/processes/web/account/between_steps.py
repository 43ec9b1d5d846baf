"""A sign-in between its two steps: the password was right, and the code of the second factor is still to come.

A cookie says so for a few minutes. It is signed, no session, and of no use once the account has changed.
"""

import base64
import binascii
import time
from uuid import UUID

from flask import Response, request

from pedidos.processes.web.services import services
from pedidos.storage.accounts import accounts
from pedidos.storage.accounts.accounts import Account

COOKIE = "__Host-sign-in"
SECONDS = 300
_SIGNATURE_BYTES = 32


def noted(response: Response, account: Account) -> Response:
    """The response, with a cookie that says that this account's password was right."""
    message = f"{account.id} {account.version} {int(time.time()) + SECONDS}".encode()
    value = base64.urlsafe_b64encode(services().account_keys.sign(message) + message).decode()
    response.set_cookie(COOKIE, value, SECONDS, secure=True, httponly=True, samesite="Strict", path="/")
    return response


def account() -> Account | None:
    """The account whose password was right. None if that was too long ago, or if the account has changed since."""
    try:
        value = base64.urlsafe_b64decode(request.cookies.get(COOKIE, ""))
    except (binascii.Error, ValueError):
        return None
    signature, message = value[:_SIGNATURE_BYTES], value[_SIGNATURE_BYTES:]
    if not services().account_keys.is_signed(message, signature):
        return None
    account_id, version, until = message.decode().split()
    found = accounts.by_id(services().engine, UUID(account_id)) if int(until) > time.time() else None
    return found if found is not None and found.active and found.version == int(version) else None


def over(response: Response) -> Response:
    """The response, with which the cookie goes."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict", path="/")
    return response
