"""What counts as not translated."""

from babel.messages.catalog import Catalog

from pedidos_dev.texts import untranslated


def test_a_missing_translation_and_one_with_other_placeholders_are_named() -> None:
    catalogue = Catalog("pt_BR")
    catalogue.add("Shops", "Lojas")
    catalogue.add("Basket")
    catalogue.add("until %(time)s", "até %(hora)s", flags=["python-format"])
    catalogue.add(("%(num)d shop", "%(num)d shops"), ("%(num)d loja", ""), flags=["python-format"])
    assert untranslated(catalogue) == ["Basket", "until %(time)s", "('%(num)d shop', '%(num)d shops')"]
