"""Real servers for the tests, each in a thread of its own."""

import asyncio
import threading
from contextlib import contextmanager


@contextmanager
def running(start):
    """Run `await start()` in a loop of its own; yield what it returns and a way to do more there.

    `start` returns (what to yield, a coroutine function that ends it).
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def do(work):
        return asyncio.run_coroutine_threadsafe(work, loop).result(20)

    found, end = do(start())
    try:
        yield found, do
    finally:
        do(end())
        do(_settle())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _settle():
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
