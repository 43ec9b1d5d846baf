"""python -m pedidos_bench.attacks NAME reads an Aim as JSON from standard input, and attacks until it is ended.

It writes "begun" to standard output when the attack has had a moment to take effect.
"""

import asyncio
import sys

import orjson

from pedidos_bench.attacks.aim import Aim
from pedidos_bench.attacks.table import ATTACKS
from pedidos_bench.low_priority import low_priority

BEGUN_SECONDS = 2.0


def main() -> None:
    low_priority()
    asyncio.run(_attack(sys.argv[1], Aim(**orjson.loads(sys.stdin.buffer.read()))))


async def _attack(name: str, aim: Aim) -> None:
    asyncio.get_running_loop().call_later(BEGUN_SECONDS, lambda: print("begun", flush=True))  # noqa: T201
    await ATTACKS[name].run(aim)


if __name__ == "__main__":
    main()
