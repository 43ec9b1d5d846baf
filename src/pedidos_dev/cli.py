"""The command line of a checkout: the product's commands, and those of everything that stands beside it."""

from pedidos.cli import FAMILIES, make_app, run
from pedidos.cli import configuration as product_configuration
from pedidos_bench.cli import bench, plan
from pedidos_classroom.cli import exercise, lesson
from pedidos_dev import configuration, docs, testing, texts
from pedidos_dev.pictures import command as pictures
from pedidos_dev.release import command as release
from pedidos_dev.supply_chain import commands as supply_chain
from pedidos_drills.cli import drill, mutation, soak
from pedidos_local.cli import control, demo, failures, order, platform, trust, watching

BESIDE = (
    platform,
    trust,
    control,
    watching,
    order,
    demo,
    drill,
    soak,
    mutation,
    lesson,
    exercise,
    bench,
    plan,
    docs,
    texts,
    pictures,
    testing,
    supply_chain,
    release,
    configuration,
)

# Here, `settings` lists those of everything beside the product too.
PRODUCT = [family for family in FAMILIES if family is not product_configuration]

app = make_app((*BESIDE, *PRODUCT))


def main() -> None:
    """Run it."""
    run(app, failures.EXPLANATIONS)
