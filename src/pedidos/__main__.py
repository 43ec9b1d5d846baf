"""`python -m pedidos`."""

from pedidos.cli import main

main()
