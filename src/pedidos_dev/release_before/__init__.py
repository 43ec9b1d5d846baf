"""The release before this one, from which `./pedidos test upgrade` upgrades: which it is, its files, its SQL."""
