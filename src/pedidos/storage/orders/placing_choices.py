"""The parts of the statement that places orders in which they differ: whether an order of the batch has choices.

Orders without choices are placed by the statement without these parts, so they cost what they cost before there were
any. It only notices a product that cannot be ordered without choices, because that has no price there.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pedidos.storage.orders import placing_extras
from pedidos.storage.orders.placing_extras import NOTHING
from pedidos.storage.pricing import options
from pedidos.storage.sql import Sql

WITHOUT: Mapping[str, Sql] = MappingProxyType(
    {
        "item_rows": options.ITEMS,
        "price": options.PRICE,
        "chosen": NOTHING,
        "more_of_items": NOTHING,
        "more_columns": NOTHING,
        "more_values": NOTHING,
        # Only an order that is refused is looked at again.
        "misfit": Sql("""case when judged.held then exists (
           select from wanted join products p on p.id = wanted.product_id where wanted.n = judged.n and p.needs_choices
       ) end"""),
    }
)
"""For batches in which no order has choices."""

WITH: Mapping[str, Sql] = MappingProxyType(
    {
        "item_rows": options.ITEMS_WITH_CHOICES,
        "price": options.PRICE_WITH_CHOICES,
        "chosen": options.CHOSEN,
        "more_of_items": Sql(", p.price_cents as product_cents, o.fits, o.told as choices"),
        "more_columns": Sql(", choices, product_cents"),
        "more_values": Sql(", wanted.choices, case when wanted.choices is not null then wanted.product_cents end"),
        "misfit": Sql("not judged.fits"),
        **placing_extras.WITH,
        "totals": Sql("(select * from {costs} c join {fit} f using (n))", costs=placing_extras.TOTALS, fit=options.FIT),
        "more_judged": Sql("{extras}, w.fits", extras=placing_extras.MORE_JUDGED),
        "more_allowed": Sql("{extras} and fits", extras=placing_extras.MORE_ALLOWED),
    }
)
"""For the others, with and without extras."""
