"""MQTT: topics subscribed, JSON or plain values, births and deaths.

The address is `HOST:PORT`.  `at` of a signal is `TOPIC` or `TOPIC FIELD`; the payload is a plain
value or a JSON object.  A JSON field `time` (s since 1970) dates a value, a field `seq` (0 to 255,
then from 0) lets lost messages be counted.  A message on `.../DEATH` says that what is published
under the same prefix is no longer known, one on `.../BIRTH` that it is known again, with its values
(a JSON object) and numbers that begin anew, as with Sparkplug B's certificates.
"""

import json
import queue
import threading
import time
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from twin.bridge.gateways.mapping import Map, Signal
from twin.bridge.gateways.source import Sample, SourceError

_BIRTH, _DEATH = "/BIRTH", "/DEATH"
_NS_PER_S = 1_000_000_000
_WAIT = 5.0  # s for the broker


class MqttSource:
    """Subscribes to the topics of one broker; the broker's client runs in a thread of its own."""

    def __init__(self, mapping: Map) -> None:
        self.unseen = 0
        self.connections = 0
        host, _, port = mapping.address.rpartition(":")
        if not host or not port.isdigit():
            raise SourceError(f"address {mapping.address!r}: expected HOST:PORT")
        self._signals = [(signal, *_topic(signal)) for signal in mapping.signals]
        self._arrived: queue.SimpleQueue[tuple[str, bytes, int]] = queue.SimpleQueue()
        self._connected = threading.Event()
        self._numbers: dict[str, int] = {}
        self._last: dict[str, Any] = {}
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = self._subscribe
        self._client.on_message = lambda _, __, m: self._arrived.put(
            (m.topic, bytes(m.payload), time.monotonic_ns())
        )
        try:
            self._client.connect(host, int(port), keepalive=10)
        except OSError as error:
            raise SourceError(f"{mapping.address}: no MQTT broker answers: {error}") from None
        self._client.loop_start()
        if not self._connected.wait(_WAIT):
            self.close()
            raise SourceError(f"{mapping.address}: the MQTT broker does not let us in")

    def poll(self) -> list[Sample]:
        """Return what was published since the last call."""
        samples: list[Sample] = []
        while not self._arrived.empty():
            samples += self._take(*self._arrived.get())
        return samples

    def facts(self) -> list[str]:
        """Return how often the broker was connected."""
        return [f"connected {self.connections} times; {self.unseen} messages were lost before"]

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def _subscribe(self, client: paho.Client, *_: Any) -> None:
        # At each connection: a broker may forget what was subscribed before.
        self.connections += 1
        for topic in {topic for _, topic, _ in self._signals}:
            prefix = topic.rpartition("/")[0]
            certificates = [f"{prefix}{name}".lstrip("/") for name in (_BIRTH, _DEATH)]
            client.subscribe([(name, 1) for name in (topic, *certificates)])
        self._connected.set()

    def _take(self, topic: str, payload: bytes, now: int) -> list[Sample]:
        before, slash, last = f"/{topic}".rpartition("/")
        prefix, name = before[1:], slash + last
        if name == _DEATH:
            return self._forget(prefix, now)
        content = _content(payload)
        if name == _BIRTH:
            self._forget(prefix, now)
            return self._values(content, [t for _, t, _ in self._signals if _below(t, prefix)], now)
        self._count(topic, content)
        return self._values(content, [topic], now)

    def _forget(self, prefix: str, now: int) -> list[Sample]:
        """Take nothing for known any more that is published below a prefix."""
        gone = [(signal, topic) for signal, topic, _ in self._signals if _below(topic, prefix)]
        for signal, topic in gone:
            self._last.pop(signal.name, None)
            self._numbers.pop(topic, None)
        return [Sample(signal, None, now) for signal, _ in gone]

    def _values(self, content: Any, topics: list[str], now: int) -> list[Sample]:
        samples = []
        for signal, own, field in self._signals:
            if own not in topics:
                continue
            value = content.get(field) if isinstance(content, dict) else content
            if value is not None and self._last.get(signal.name) != value:
                self._last[signal.name] = value
                samples.append(Sample(signal, value, _time(content, now)))
        return samples

    def _count(self, topic: str, content: Any) -> None:
        number = content.get("seq") if isinstance(content, dict) else None
        if not isinstance(number, int):
            return
        before = self._numbers.get(topic)
        if before is not None:
            self.unseen += (number - before - 1) % 256
        self._numbers[topic] = number


def _below(topic: str, prefix: str) -> bool:
    return topic.startswith(f"{prefix}/") if prefix else "/" not in topic


def _content(payload: bytes) -> Any:
    text = payload.decode("utf-8", errors="replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _time(content: Any, now: int) -> int:
    at = content.get("time") if isinstance(content, dict) else None
    if isinstance(at, int | float) and not isinstance(at, bool) and 0 < at < 1e10:
        return round(at * _NS_PER_S)
    return now


def _topic(signal: Signal) -> tuple[str, str]:
    topic, _, field = signal.at.strip().partition(" ")
    if "#" in topic or "+" in topic or not topic:
        raise SourceError(
            f"signals.{signal.name}: at {signal.at!r}: expected TOPIC or TOPIC FIELD, no wildcards"
        )
    return topic, field.strip() or "value"
