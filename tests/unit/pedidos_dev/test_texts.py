"""What counts as not translated."""

from babel.messages.catalog import Catalog

from pedidos_dev.texts import collected, untranslated


def test_a_missing_translation_and_one_with_other_placeholders_are_named() -> None:
    catalogue = Catalog("pt_BR")
    catalogue.add("Shops", "Lojas")
    catalogue.add("Basket")
    catalogue.add("until %(time)s", "até %(hora)s", flags=["python-format"])
    catalogue.add(("%(num)d shop", "%(num)d shops"), ("%(num)d loja", ""), flags=["python-format"])
    assert untranslated(catalogue) == ["Basket", "until %(time)s", "('%(num)d shop', '%(num)d shops')"]


def test_a_sentence_keeps_its_placeholders() -> None:
    catalogue = Catalog("pt_BR")
    catalogue.add("{count} open", "{count} abertas")
    catalogue.add("{count} closed", "{number} fechadas")
    catalogue.add("{seconds:.1f} s", "{seconds} s")
    catalogue.add("{body!r} is no JSON", "{body!r} não é JSON")
    assert untranslated(catalogue) == ["{count} closed", "{seconds:.1f} s"]


def test_help_texts_of_commands_and_sentences_are_collected() -> None:
    texts = {message.id for message in collected()}
    assert "Stop a process and start it again." in texts
    assert {"E-mail address of the account.", "Nothing was running.", "There is no such product."} <= texts
    assert not {"{server}: {what} {advice}", "{value}"} & texts
