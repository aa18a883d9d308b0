"""Shows the tags of an emulated controller to OPC UA clients, laid out as in OPC 30050.

Below `Objects` there is an object for the unit and one for each station, with `Status`, `Command`
and `Admin` below; node ids are the names of the tags, `ns=2;s=mill.Status.StateCurrent`.  Nothing
can be written; only this machine is served.
"""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from asyncua import Server, ua

from twin.bridge.session.errors import BridgeError

if TYPE_CHECKING:
    from asyncua.common.node import Node

_SPACE = "urn:taktwin:emulator"
_WAIT = 10.0  # s
_GROUPS = ("Status", "Command", "Admin")


class Publisher:
    """Serves tags; the library's loop runs in a thread of its own.

    Parameters
    ----------
    name : str
        Of the unit.
    port : int
        On this machine.
    tags : mapping
        All tags there will ever be, with their present values.

    Raises
    ------
    BridgeError
        If the port is in use.
    """

    def __init__(self, name: str, port: int, tags: Mapping[str, Any]) -> None:
        self.address = f"opc.tcp://127.0.0.1:{port}/"
        self._server = Server()
        self._nodes: dict[str, Node] = {}
        self._objects: dict[str, Node] = {}
        self._last: dict[str, Any] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        try:
            self._do(self._start(name, dict(tags)))
        except OSError as error:
            self._end()
            raise BridgeError(f"no OPC UA at port {port}: {error.strerror}") from None

    def show(self, tags: Mapping[str, Any]) -> None:
        """Show values; those that have not changed are not written again."""
        changed = {k: v for k, v in tags.items() if k in self._nodes and self._last.get(k) != v}
        if changed:
            self._last |= changed
            self._do(self._write(changed))

    def close(self) -> None:
        """End the server and its thread."""
        self._do(self._server.stop())
        self._end()

    async def _start(self, name: str, tags: dict[str, Any]) -> None:
        await self._server.init()
        self._server.set_endpoint(self.address)
        self._server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        space = await self._server.register_namespace(_SPACE)
        for tag in sorted(tags):
            *above, leaf = _path(name, tag)
            parent = self._server.nodes.objects
            for depth in range(1, len(above) + 1):
                parent = await self._object(parent, space, above[:depth])
            where = f"ns={space};s={tag}"
            self._nodes[tag] = await parent.add_variable(where, leaf, _variant(tags[tag]))
        self._last = tags
        await self._server.start()

    async def _object(self, parent: "Node", space: int, path: list[str]) -> "Node":
        key = "/".join(path)
        if key not in self._objects:
            self._objects[key] = await parent.add_object(f"ns={space};s={key}", path[-1])
        return self._objects[key]

    async def _write(self, values: Mapping[str, Any]) -> None:
        for tag, value in values.items():
            await self._nodes[tag].write_value(_variant(value))

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_WAIT)

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_WAIT)
        self._loop.close()


def _path(unit: str, tag: str) -> list[str]:
    """Return the browse names to a tag: unit or station, group, names of the tag."""
    for group in _GROUPS:
        head, found, rest = f".{tag}".partition(f".{group}.")
        if found:
            return [head[1:] or unit, group, *rest.split(".")]
    return [unit, tag]


def _variant(value: Any) -> ua.Variant:
    """Return a value with its type: speeds are real, all else are whole numbers."""
    kind = ua.VariantType.Double if isinstance(value, float) else ua.VariantType.Int64
    return ua.Variant(value, kind)
