"""What happens at an instant after everything due has ended: the line settles."""

from simpy.core import StopSimulation

from twin.kernel.stops import Stop
from twin.reference.carrier import Group
from twin.reference.floor import Floor
from twin.reference.parts import Offer, Target
from twin.reference.server import Server
from twin.reference.source import Source
from twin.reference.station import Station


class Settling:
    """Moves parts, sends carriers, starts operations, until nothing more can be done.

    Parameters
    ----------
    floor : Floor
    sources, servers, groups : list
        All of the line, in order.
    """
