"""The bill of materials, as CycloneDX."""

import uuid
from collections.abc import Iterable

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component as Listed
from cyclonedx.model.component import ComponentType
from cyclonedx.output.json import JsonV1Dot6

from pedidos import __version__
from pedidos_dev.supply_chain.components import Component, Kind

_TYPES = {
    Kind.LIBRARY: ComponentType.LIBRARY,
    Kind.SERVER: ComponentType.APPLICATION,
    Kind.IMAGE: ComponentType.CONTAINER,
    Kind.ACTION: ComponentType.APPLICATION,
}


def bill_of_materials(components: Iterable[Component]) -> str:
    """CycloneDX 1.6, as JSON. Each component says in which files it is named."""
    bom = Bom(serial_number=uuid.uuid4())
    bom.metadata.component = Listed(
        name="pedidos", version=__version__, type=ComponentType.APPLICATION, bom_ref="pedidos"
    )
    for each in components:
        listed = Listed(
            name=each.purl.name,
            group=each.purl.namespace,
            version=each.purl.version,
            type=_TYPES[each.kind],
            purl=each.purl,
            bom_ref=each.name,
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each.sha256)] if each.sha256 else [],
            properties=[Property(name="pedidos:found-in", value=file) for file in each.found_in],
        )
        bom.components.add(listed)
        bom.register_dependency(bom.metadata.component, [listed])
    return JsonV1Dot6(bom).output_as_string(indent=2)
