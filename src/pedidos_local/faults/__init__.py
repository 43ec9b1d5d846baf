"""Faults on purpose on the running platform. Each has an owner and an end, and the supervisor undoes it."""
