"""The figures of the whole platform, as the processes themselves count them: read once for all who look.

One thread asks every process for its /metrics: once a second while somebody looks, otherwise every 15 seconds, which
keeps the last hours. Nothing is asked of PostgreSQL but what the scheduler's /metrics reads.
"""
