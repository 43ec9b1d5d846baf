"""Names of the demo data, as clients know them from the documents: written out, since a change would break examples."""

CUSTOMER = "customer@pedidos.example"
OTHER_CUSTOMER = "customer2@pedidos.example"
OPERATOR = "operator@pedidos.example"
MERCHANT = "merchant@pedidos.example"
COURIER = "courier@pedidos.example"

PIZZERIA = "01900000-0000-7000-8000-000000000001"
CLOSED_BAKERY = "01900000-0000-7000-8000-000000000003"

MARGHERITA = "01900000-0000-7000-8000-000000000101"
ONLY_TEN = "01900000-0000-7000-8000-000000000104"
CHEESE_BREAD = "01900000-0000-7000-8000-000000000301"
"""Of the bakery."""
