"""`python -m pedidos_dev`, which ./pedidos runs."""

from pedidos_dev.cli import main

main()
