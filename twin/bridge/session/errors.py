"""Errors a conversation can end with."""


class BridgeError(RuntimeError):
    """Following the controller failed; what was recorded before is kept."""


class HandshakeRefused(BridgeError):
    """The two sides do not speak of the same cell, records or protocol."""


class ControllerLost(BridgeError):
    """The controller does not answer, or no longer."""


class ControllerRestarted(BridgeError):
    """The controller came back without the records it had."""


class DamagedStream(BridgeError):
    """The controller sent records that cannot be."""
