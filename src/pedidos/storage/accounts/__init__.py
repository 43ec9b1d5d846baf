"""Accounts, and the refresh tokens of their sessions."""
