"""Hashes passwords in threads of its own: a few at a time, and a limited number that wait.

A hash takes 19 MiB and tens of milliseconds of a core. In the threads of the requests, each thread would keep its
19 MiB, and twenty hashes at the same time would take the cores from orders.
"""

from pedidos.http.work_pool import WorkPool
from pedidos.security import passwords
from pedidos.security.passwords import Match


class HashingPool(WorkPool):
    """A hash takes tens of milliseconds, so few wait for each thread."""

    def __init__(self, threads: int) -> None:
        super().__init__("hashing", threads)

    def hash_password(self, password: str) -> str:
        """As passwords.hash_password. Raises problems.Busy."""
        return self.run(passwords.hash_password, password)

    def matches(self, password_hash: str, password: str) -> Match:
        """As passwords.matches. Raises problems.Busy."""
        return self.run(passwords.matches, password_hash, password)
