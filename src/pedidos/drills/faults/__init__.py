"""The faults, a file each. A new one is added to the list in pedidos.drills.catalogue."""
