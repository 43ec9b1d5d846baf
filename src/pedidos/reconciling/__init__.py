"""After PostgreSQL was restored to an earlier moment: what Kafka and the gateway know and it does not, and settling it.

Money that the gateway holds for no order goes back. A new log goes on from what is left, with running numbers that no
listener knows yet, so that the relay publishes again.
"""
