"""A way to PostgreSQL that can be cut: `python -m benchmarks.chaos.proxy PORT SOCKET`, on loopback.

SIGUSR1 cuts it: nothing is forwarded any more, and nothing is closed, as when a cable is pulled. SIGUSR2 heals it.
"""

import asyncio
import contextlib
import signal
import sys

BLOCK = 65536


async def main(port: int, target: str) -> None:
    whole = asyncio.Event()
    whole.set()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, whole.clear)
    loop.add_signal_handler(signal.SIGUSR2, whole.set)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole.wait()
        try:
            there, back = await asyncio.open_unix_connection(target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pump(reader, back, whole), _pump(there, writer, whole))

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


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
        asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
