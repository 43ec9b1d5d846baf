"""What every HTTP process shares: problems, authentication, request context, security headers, field types."""
