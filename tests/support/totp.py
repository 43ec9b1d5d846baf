"""Codes of an authenticator app, for tests: each call of the app gives one that was not used yet."""

import time

import pyotp

from pedidos.security.totp import STEP_SECONDS


class App:
    """An app that has a secret."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)
        self._step = int(time.time()) // STEP_SECONDS - 1

    def code(self) -> str:
        """The next code that the server accepts: first that of the present step, then that of the next one.

        So two can be used at once, and a step that begins meanwhile makes neither invalid.
        """
        self._step += 1
        assert self._step <= int(time.time()) // STEP_SECONDS + 1, "its next code is not accepted yet"
        return self._totp.at(self._step * STEP_SECONDS)

    def last(self) -> str:
        """The code of the last call."""
        return self._totp.at(self._step * STEP_SECONDS)

    def earlier(self) -> str:
        """The code of the step before that of the last call. The server accepts it, if no later one was used."""
        return self._totp.at((self._step - 1) * STEP_SECONDS)

    def wrong(self) -> str:
        """A code of none of the steps that are accepted."""
        now = int(time.time()) // STEP_SECONDS
        right = {self._totp.at(step * STEP_SECONDS) for step in range(now - 2, now + 4)}
        return next(code for code in map("{:06}".format, range(10)) if code not in right)
