"""The pages about the audit log: who did what, and the same as a file."""

from pedidos.processes.web.operator.audit import exporting, listing

__all__ = ["exporting", "listing"]
