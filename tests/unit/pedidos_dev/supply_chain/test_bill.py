"""The bill of materials is valid CycloneDX, and whole."""

import json

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from pedidos_dev.supply_chain.bill import bill_of_materials
from pedidos_dev.supply_chain.components import components


def test_it_is_valid_and_whole() -> None:
    written = bill_of_materials(components())
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None
    bill = json.loads(written)
    assert {each["purl"] for each in bill["components"]} == {each.name for each in components()}
    (kafka,) = (each for each in bill["components"] if each["name"] == "kafka_2.13")
    assert kafka["hashes"][0]["alg"] == "SHA-256"
    assert kafka["properties"] == [{"name": "pedidos:found-in", "value": "locks/kafka.lock"}]
