"""A wire between real processes that is cut, held up and stalled by a seed."""

import random
import selectors
import socket
import threading
import time
from contextlib import contextmanager, suppress


class Wire:
    """One connection through the proxy: two sockets, and what is on its way between them."""

    def __init__(self, near, port, rng):
        self.near, self.far = near, socket.create_connection(("127.0.0.1", port))
        self.rng = rng
        self.until_cut = rng.randint(5_000, 60_000)  # bytes
        self.stalled_until = 0.0

    def move(self, source):
        """Move what has come; return whether the wire still holds."""
        data = source.recv(4096)
        target = self.far if source is self.near else self.near
        self.until_cut -= len(data)
        if not data or self.until_cut < 0:
            return False
        if self.rng.random() < 0.02:
            time.sleep(self.rng.uniform(0, 0.02))
        if self.rng.random() < 0.003:
            # Nothing is said and nothing closed: only heartbeats tell that nobody is there.
            self.stalled_until = time.monotonic() + self.rng.uniform(0.1, 0.5)
        target.sendall(data)
        return True

    def close(self):
        """Cut it."""
        for end in (self.near, self.far):
            end.close()


@contextmanager
def bad_wire(endpoint, seed):
    """Yield an endpoint that leads to another one, and the list of what happened on the way."""
    happened, ending = [], threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    target = int(endpoint.rpartition(":")[2])
    arguments = (listener, target, random.Random(seed), happened, ending)
    thread = threading.Thread(target=_serve, args=arguments)
    thread.start()
    try:
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}", happened
    finally:
        ending.set()
        thread.join(5)
        listener.close()


def _serve(listener, target, rng, happened, ending):
    wires = {}
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)

        def drop(wire):
            for end in (wire.near, wire.far):
                selector.unregister(end)
                del wires[end]
            wire.close()
            happened.append("cut")

        while not ending.is_set():
            for key, _ in selector.select(0.02):
                if key.fileobj is listener:
                    with suppress(OSError):  # the controller may be gone
                        wire = Wire(listener.accept()[0], target, rng)
                        for end in (wire.near, wire.far):
                            selector.register(end, selectors.EVENT_READ)
                            wires[end] = wire
                    continue
                wire = wires.get(key.fileobj)
                if wire is None or time.monotonic() < wire.stalled_until:
                    continue
                try:
                    holds = wire.move(key.fileobj)
                except OSError:
                    holds = False
                if wire.stalled_until > time.monotonic():
                    happened.append("stall")
                if not holds:
                    drop(wire)
        for wire in set(wires.values()):
            wire.close()
