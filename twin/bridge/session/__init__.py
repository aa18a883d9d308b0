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
    Reconnect,
    Rhythm,
    Send,
    Show,
)
from twin.bridge.session.controller import Link, Serving
from twin.bridge.session.errors import (
    BridgeError,
    ControllerLost,
    ControllerRestarted,
    DamagedStream,
    HandshakeRefused,
)
from twin.bridge.session.follower import Follower, Phase, Position
from twin.bridge.session.stream import Stream

__all__ = [
    "Action",
    "Answered",
    "BridgeError",
    "ControllerLost",
    "ControllerRestarted",
    "DamagedStream",
    "Execute",
    "Finish",
    "Follower",
    "HandshakeRefused",
    "Keep",
    "Link",
    "Phase",
    "Position",
    "Reconnect",
    "Rhythm",
    "Send",
    "Serving",
    "Show",
    "Stream",
]
