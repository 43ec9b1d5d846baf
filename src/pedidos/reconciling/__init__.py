"""After a restore of PostgreSQL to an earlier time: finds and settles what Kafka and the gateway know and it does not.

Money that the gateway holds for no order is returned. A new log continues from what is left, with running numbers that
no consumer knows yet, so that the relay publishes again.
"""
