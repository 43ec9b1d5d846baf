"""pedidos: orders, processed asynchronously."""

__version__ = "0.1.0"
