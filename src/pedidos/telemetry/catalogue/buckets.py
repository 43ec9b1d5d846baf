"""The bounds of the histograms' buckets, in seconds or in orders, events and records."""

QUICK = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
UNTIL_CONFIRMED = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
