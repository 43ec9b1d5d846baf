"""The command line of a checkout: the product's commands, and those of everything that stands beside it."""

from pedidos.cli import FAMILIES, make_app, run
from pedidos_bench.cli import bench, plan
from pedidos_dev import docs, testing
from pedidos_drills.cli import drill, mutation, soak
from pedidos_local.cli import control, demo, failures, order, platform, watching

BESIDE = (platform, control, watching, order, demo, drill, soak, mutation, bench, plan, docs, testing)

app = make_app((*BESIDE, *FAMILIES))


def main() -> None:
    """Run it."""
    run(app, failures.EXPLANATIONS)
