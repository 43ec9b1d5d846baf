"""Authentication: signing keys, access tokens and passwords."""
