"""The bridge, with its connections."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import UUID

from pedidos.messaging.groups import BRIDGE
from pedidos.processes.bridge.bridge import Bridge
from pedidos.processes.celery_app import make_celery
from pedidos.processes.group_member import GroupMember
from pedidos.settings.processes import BridgeSettings
from pedidos.wiring.consumer import consumer_process


@contextmanager
def bridge_process(settings: BridgeSettings) -> Iterator[GroupMember[UUID]]:
    """A member of the bridge's group, which hands orders over to the workers."""
    with closing(make_celery(settings)) as app:
        bridge = Bridge(app, settings.queue_limit)
        with consumer_process(BRIDGE, settings, bridge.hand_over, settings.bridge_batch) as process:
            bridge.warm_up()
            yield process
