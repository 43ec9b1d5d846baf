"""The HTTP API: one module per resource; what they share is in resource and in pedidos.http."""
