"""Every metric of the platform, by subject. docs/generated/metrics.md, the alerts and the dashboards name them.

Rules: the price of an order is three observations (its acceptance, its confirmation, its sight on a stream); all else
counts per batch. A label has a closed set of values, and none of them is an id or a client's text.
"""
