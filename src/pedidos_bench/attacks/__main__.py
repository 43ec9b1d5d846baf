"""python -m pedidos_bench.attacks NAME reads an Aim as JSON from standard input, and attacks until it is ended."""

import asyncio
import sys

import orjson

from pedidos_bench.attacks.aim import Aim
from pedidos_bench.attacks.table import ATTACKS


def main() -> None:
    asyncio.run(_attack(sys.argv[1], Aim(**orjson.loads(sys.stdin.buffer.read()))))


async def _attack(name: str, aim: Aim) -> None:
    await ATTACKS[name].run(aim)


if __name__ == "__main__":
    main()
