"""Shared by the HTTP processes: problems, authentication, request context, security headers, field types."""
