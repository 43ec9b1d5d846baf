"""Whether the gateway is slow, as one process has last seen it."""

from dataclasses import dataclass


@dataclass(slots=True)
class Tempo:
    """slow: most of the last charges had no answer in time. While it is slow, orders take the steps one by one: then
    other steps do not wait in line behind the charges."""

    slow: bool = False
