"""Every SQL statement of the platform, one module per aggregate."""
