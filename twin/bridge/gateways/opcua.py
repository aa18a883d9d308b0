"""OPC UA: nodes subscribed with a queue, so that changes between two publications are kept.

The address is `opc.tcp://HOST:PORT/...`.  `at` of a signal is a node id, `ns=2;s=Lathe.State`, or a
node id and names below it, `ns=2;s=Lathe > Status > StateCurrent`.  A server may revise the
intervals and queues it is asked for and throw away what does not fit: all is read and told.
"""

import asyncio
import math
import queue
import threading
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from asyncua import Client, ua
from asyncua.common.subscription import Subscription

from twin.bridge.gateways.mapping import Map, Signal
from twin.bridge.gateways.source import Sample, SourceError

_WATCHDOG = 30.0  # s; the library's second drops the connection on a busy machine
_WAIT = 10.0  # s for a request
_OVERFLOW = 0x480  # info type data value, overflow bit: OPC 10000-4, table 181
_NS_PER_S = 1_000_000_000


class _Client(Client):
    """Keeps what the server made of the publishing interval."""

    revised: float | None = None  # ms

    def get_subscription_revised_params(self, params: Any, results: Any) -> Any:
        """Learn what the server answered."""
        self.revised = results.RevisedPublishingInterval
        return super().get_subscription_revised_params(params, results)


class _Items:
    """Stands before what a subscription makes its items with, and keeps what became of them."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.made: list[tuple[float, int]] = []  # sampling interval, ms, and length of the queue

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)

    async def create_monitored_items(self, params: Any) -> Any:
        """Make items, and learn how they will be sampled."""
        results = await self._server.create_monitored_items(params)
        self.made += [(r.RevisedSamplingInterval, r.RevisedQueueSize) for r in results]
        return results


class OpcuaSource:
    """Subscribes to the nodes of one server; the library's loop runs in a thread of its own."""

    def __init__(self, mapping: Map) -> None:
        self.unseen = 0  # changes known to have happened and not seen: queues, counts
        self.overflows = 0  # times the server's queue did not suffice
        self._map = mapping
        self._facts: list[str] = []
        self._broken = ""
        self._arrived: queue.SimpleQueue[tuple[str, Any, Any]] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._client = _Client(mapping.address, timeout=_WAIT, watchdog_intervall=_WATCHDOG)
        self._counts: dict[str, float] = {}
        self._signals: dict[str, list[Signal]] = {}  # by node id, as the library writes it
        try:
            self._wait(self._connect())
        except SourceError:
            self.close()
            raise
        except (OSError, ua.UaError, TimeoutError) as error:
            self.close()
            raise SourceError(f"{mapping.address}: no OPC UA server answers: {error}") from None

    def poll(self) -> list[Sample]:
        """Return what the server published since the last call."""
        if self._broken:
            raise SourceError(f"{self._map.address}: {self._broken}")
        samples = []
        while not self._arrived.empty():
            node, value, data = self._arrived.get()
            status = data.StatusCode.value if data.StatusCode is not None else 0
            overflow = status & _OVERFLOW == _OVERFLOW
            self.overflows += overflow
            self.unseen += overflow
            good = data.StatusCode is None or data.StatusCode.is_good()
            at = data.SourceTimestamp or data.ServerTimestamp
            when = round(at.timestamp() * _NS_PER_S) if at else 0
            seen = _plain(value) if good else None
            for signal in self._signals[node]:
                self.unseen += self._missed(signal, seen, overflow)
                samples.append(Sample(signal, seen, when))
        return samples

    def _missed(self, signal: Signal, value: Any, overflow: bool) -> int:
        """Return how many parts were counted between two changes beyond the first."""
        is_count = isinstance(value, int | float) and math.isfinite(value)
        if signal.meaning == "state" or not is_count:
            return 0
        before, self._counts[signal.name] = self._counts.get(signal.name, value), value
        return max(0, int(value - before) - 1 - overflow)

    def facts(self) -> list[str]:
        """Return what the server made of the intervals and queues asked for."""
        lost = f"its queues overflowed {self.overflows} times, {self.unseen} changes were not seen"
        return [*self._facts, lost]

    def close(self) -> None:
        """Leave the server and end the thread."""
        # It may never have been connected, or the server has gone.
        with suppress(OSError, ua.UaError, TimeoutError, asyncio.CancelledError):
            self._wait(self._client.disconnect())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_WAIT)
        if not self._thread.is_alive():
            self._loop.close()

    # Called by the library

    def datachange_notification(self, node: Any, value: Any, data: Any) -> None:
        """Take a change; whatever goes wrong here would be swallowed by the library."""
        try:
            self._arrived.put((node.nodeid.to_string(), value, data.monitored_item.Value))
        except Exception as error:
            self._broken = f"a change could not be taken: {error}"

    def status_change_notification(self, status: Any) -> None:
        """Learn that the subscription is over."""
        code = getattr(status, "Status", None)
        said = code.name if isinstance(code, ua.StatusCode) else str(status)
        self._broken = f"the server ended the subscription or is gone: {said}"

    async def _connect(self) -> None:
        await self._client.connect()
        interval = self._map.interval / 1e6
        subscription = await self._client.create_subscription(interval, self)
        self._facts.append(
            f"publishing interval {self._client.revised:g} ms (asked for {interval:g} ms)"
        )
        items = subscription.server = _Items(subscription.server)
        for signal in self._map.signals:
            await self._subscribe(subscription, signal, interval)
        self._facts += self._sampling(items.made, interval)

    def _sampling(self, made: list[tuple[float, int]], interval: float) -> list[str]:
        """Say what the server made of sampling intervals and queues, alike ones together."""
        asked = f"(asked for {interval:g} ms and {self._map.queue})"
        return [
            f"sampling interval {every:g} ms, queue of {size} {asked}: {count} nodes"
            for (every, size), count in sorted(Counter(made).items())
        ]

    async def _subscribe(self, subscription: Subscription, signal: Signal, interval: float) -> None:
        try:
            node = await self._node(signal.at)
            key = node.nodeid.to_string()
            self._signals.setdefault(key, []).append(signal)
            if len(self._signals[key]) > 1:
                return
            await node.read_value()
            await subscription.subscribe_data_change(
                node, queuesize=self._map.queue, sampling_interval=interval
            )
        except (ua.UaError, ValueError) as error:
            where = f"{self._map.address}: signals.{signal.name}: {signal.at}"
            raise SourceError(f"{where}: {error}") from None

    async def _node(self, at: str) -> Any:
        """Return a node, found by its id or by names below one; their name spaces do not matter."""
        first, *names = (piece.strip() for piece in at.split(" > "))
        node = self._client.get_node(first)
        for name in names:
            for child in await node.get_children():
                if (await child.read_browse_name()).Name == name:
                    node = child
                    break
            else:
                raise ValueError(f"no {name!r} below {first}")
        return node

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_WAIT)


def _plain(value: Any) -> Any:
    """Return the number in what OPC 30050 calls a count: a structure, or the first of several."""
    if isinstance(value, list) and value:
        value = value[0]
    return getattr(value, "Count", value)
