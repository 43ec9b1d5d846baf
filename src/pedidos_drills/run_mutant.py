"""Runs a process or a command without a safeguard: python -m pedidos_drills.run_mutant SAFEGUARD MODULE [WORD…]."""

import sys
from importlib import import_module
from importlib.util import find_spec

from pedidos_drills.safeguard import switch_off
from pedidos_drills.safeguards import load


def main(module: str) -> None:
    """Runs the main function of a module, or of a package's __main__."""
    spec = find_spec(module)
    package = spec is not None and spec.submodule_search_locations is not None
    import_module(f"{module}.__main__" if package else module).main()


if __name__ in ("__main__", "__mp_main__"):  # the second is a child that was spawned, and not forked
    switch_off(load(sys.argv[1]))
if __name__ == "__main__":
    name, *words = sys.argv[2:]
    if words:  # of a command; the children of a process read the safeguard's name from the same place again
        sys.argv[1:] = words
    main(name)
