"""Stations of which it depends on the part which server takes it."""

from twin.reference.parts import Part
from twin.reference.server import Server
from twin.reference.station import Station


class Selective(Station):
    """A station that looks for the server that takes a part."""

    def find(self, part: Part, *, shifts: bool) -> Server | None:
        """Return the server that takes a part; without `shifts`, if all were on shift."""
        raise NotImplementedError

    def accepts(self, part: Part) -> bool:
        """Return whether a server takes it."""
        return self.find(part, shifts=True) is not None

    def would_accept(self, part: Part) -> bool:
        """Return whether a server would take it if all were on shift."""
        return self.find(part, shifts=False) is not None

    def slot(self, part: Part) -> Server:
        """Return the server that takes it."""
        server = self.find(part, shifts=True)
        assert server is not None
        return server
