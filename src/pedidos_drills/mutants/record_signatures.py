"""Believes every record. Breaks what watchers see: an order is cancelled for them that is not."""

from pedidos.messaging.signatures import DeliveredRecord, Named, RecordKeys, SignatureCheck
from pedidos.sentence import Sentence
from pedidos_drills.ledger.verdict import OWN
from pedidos_drills.safeguard import Safeguard


def accept_all(
    _self: RecordKeys, _signature: bytes, _topic: str, _key: bytes | None, _value: bytes | None, _headers: Named
) -> bool:
    return True


def need_none(_self: SignatureCheck, _record: DeliveredRecord) -> bool:
    return True


SAFEGUARD = Safeguard(
    "record-signatures",
    guards="The relay signs each record, and a record without its signature is not believed.",
    off=Sentence("Every record is believed."),
    needs="forged-records",
    invariant=OWN,
    replaced={
        "pedidos.messaging.signatures:RecordKeys.accept": accept_all,
        "pedidos.messaging.signatures:SignatureCheck.may_be_unsigned": need_none,
    },
)
