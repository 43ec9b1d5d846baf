"""The settings that decide how many processes and servers a rate of orders takes."""

from typing import ClassVar

from pedidos.settings.groups.broker import HintSettings, QueueSettings
from pedidos.settings.groups.database import RoomSettings
from pedidos.settings.groups.kafka import PartitionSettings, RelayBatchSettings
from pedidos.settings.groups.retention import RetentionSettings
from pedidos.settings.groups.serving import RequestSettings


class PlanSettings(
    RoomSettings,
    RequestSettings,
    PartitionSettings,
    RelayBatchSettings,
    HintSettings,
    QueueSettings,
    RetentionSettings,
):
    reader: ClassVar[str] = "plan"
