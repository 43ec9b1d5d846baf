"""The faults, a file each. A new one is added to the list in pedidos.drills.catalogue.

One that is not here: the clock moved by an hour. Linux has no clock of its own for a group of processes (time namespaces
leave the wall clock out), and the one of the whole machine is not ours to move. What would suffer is little: leases,
deadlines and the watchdog go by PostgreSQL's clock alone, waits by clocks that do not jump; tokens would end early.
"""
