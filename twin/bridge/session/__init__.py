"""The conversation between follower and controller: messages in, actions out.

No sockets, no clock, no threads: the time is an argument, an integer count of nanoseconds on any
clock that does not go back.  `twin.bridge.transport` moves the messages.
"""

from twin.bridge.session.actions import (
    Action,
    Answered,
    Execute,
    Finish,
    Keep,
    Reached,
    Reconnect,
    Rhythm,
    Send,
    Show,
    Witness,
)
from twin.bridge.session.commands import Status
from twin.bridge.session.controller import Link, Serving
from twin.bridge.session.desk import ARM, DISARM, Desk, Limits, Peer
from twin.bridge.session.errors import (
    BridgeError,
    ControllerLost,
    ControllerRestarted,
    DamagedStream,
    HandshakeRefused,
)
from twin.bridge.session.follower import Follower, Phase
from twin.bridge.session.offset import Offset, OffsetFilter
from twin.bridge.session.permits import Permit, Permits, Role
from twin.bridge.session.position import Position, Terms
from twin.bridge.session.stream import Stream

__all__ = [
    "ARM",
    "DISARM",
    "Action",
    "Answered",
    "BridgeError",
    "ControllerLost",
    "ControllerRestarted",
    "DamagedStream",
    "Desk",
    "Execute",
    "Finish",
    "Follower",
    "HandshakeRefused",
    "Keep",
    "Limits",
    "Link",
    "Offset",
    "OffsetFilter",
    "Peer",
    "Permit",
    "Permits",
    "Phase",
    "Position",
    "Reached",
    "Reconnect",
    "Rhythm",
    "Role",
    "Send",
    "Serving",
    "Show",
    "Status",
    "Stream",
    "Terms",
    "Witness",
]
