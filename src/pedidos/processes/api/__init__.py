"""The HTTP API: one module per resource; what all of them share is in resource, problems and exchange."""
