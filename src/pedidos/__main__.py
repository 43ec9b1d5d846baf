"""`python -m pedidos`."""

from pedidos.cli import app

app(prog_name="pedidos")
