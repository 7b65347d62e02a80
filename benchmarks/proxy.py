"""Ways to services, which can be cut: `python -m benchmarks.proxy HOST:PORT=TARGET ...`; a target is a socket's path
or HOST:PORT.

SIGUSR1 cuts them: nothing is forwarded any more, and nothing is closed, as when a cable is pulled. SIGUSR2 heals them.
"""

import asyncio
import contextlib
import signal
import sys

BLOCK = 65536
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def main(ways: list[str]) -> None:
    whole = asyncio.Event()
    whole.set()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, whole.clear)
    loop.add_signal_handler(signal.SIGUSR2, whole.set)
    await asyncio.gather(*(_serve(way, whole) for way in ways))


async def _serve(way: str, whole: asyncio.Event) -> None:
    place, _, target = way.partition("=")

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole.wait()
        try:
            there, back = await _connected(target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pump(reader, back, whole), _pump(there, writer, whole))

    host, _, port = place.rpartition(":")
    async with await asyncio.start_server(forward, host, int(port)) as server:
        await server.serve_forever()


async def _connected(target: str) -> Streams:
    if target.startswith("/"):
        return await asyncio.open_unix_connection(target)
    host, _, port = target.rpartition(":")
    return await asyncio.open_connection(host, int(port))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, whole: asyncio.Event) -> None:
    with contextlib.suppress(OSError):
        while block := await reader.read(BLOCK):
            # What was on its way when the cable was pulled arrives when it is whole again.
            await whole.wait()
            writer.write(block)
            await writer.drain()
    await whole.wait()
    writer.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1:]))
