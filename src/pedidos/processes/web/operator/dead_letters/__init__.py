"""The pages about dead letters: all of them by cause, one of them, and what was asked of many at once."""

from pedidos.processes.web.operator.dead_letters import asking, letter, listing

__all__ = ["asking", "letter", "listing"]
