"""The settings that decide how many processes and servers a rate of orders takes."""

from typing import ClassVar

from pedidos.settings.groups import (
    HintSettings,
    PartitionSettings,
    QueueSettings,
    RelayBatchSettings,
    RequestSettings,
    RetentionSettings,
    RoomSettings,
)


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
