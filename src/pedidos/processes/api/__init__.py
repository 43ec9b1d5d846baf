"""The HTTP API: one module per resource. They share pedidos.processes.api.resource and pedidos.http."""
