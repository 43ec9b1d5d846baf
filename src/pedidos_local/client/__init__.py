"""The platform as its users see it: HTTPS, and nothing else. Used by the command line and by the tests."""
