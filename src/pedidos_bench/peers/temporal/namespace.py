"""`python -m peers.temporal.namespace`: waits for the server and creates the namespace for the workflows."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

LONGEST_WAIT_SECONDS = 100
POLL_SECONDS = 0.2
ANSWER = timedelta(seconds=5)
KEPT = timedelta(days=1)

T = TypeVar("T")


async def main() -> None:
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    client = await patiently(deadline, lambda: Client.connect(os.environ["TEMPORAL_ADDRESS"]))
    kept = Duration()
    kept.FromTimedelta(KEPT)
    request = RegisterNamespaceRequest(namespace=client.namespace, workflow_execution_retention_period=kept)
    await patiently(deadline, lambda: register(client, request))
    await patiently(deadline, lambda: client.count_workflows(rpc_timeout=ANSWER))  # the namespace cache knows it


async def register(client: Client, request: RegisterNamespaceRequest) -> None:
    try:
        await client.workflow_service.register_namespace(request, timeout=ANSWER)
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:  # a late answer to an earlier attempt
            raise


async def patiently(deadline: float, ask: Callable[[], Awaitable[T]]) -> T:
    """Retries until there is an answer."""
    while True:
        try:
            return await ask()
        except (RPCError, RuntimeError):  # Client.connect raises RuntimeError if there is no connection
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(POLL_SECONDS)


if __name__ == "__main__":
    asyncio.run(main())
