"""Who somebody is: signing keys, access tokens and passwords."""
