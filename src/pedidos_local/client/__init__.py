"""A client that uses the platform like any user: over HTTPS only. For the command line and the tests."""
