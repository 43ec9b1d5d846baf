"""The event log: written with the orders, read by the relay, live streams and operators."""
