"""Timer and counter of IEC 61131-3, called once a scan with what they need to know."""

from dataclasses import dataclass


@dataclass(slots=True)
class Ton:
    """On-delay timer: `q` comes on once the input was on for `preset` ns.

    As in a controller it learns the time only when called, so it is late by up to a scan.
    """

    preset: int  # ns
    q: bool = False
    elapsed: int = 0  # ns, at most the preset
    _since: int | None = None

    def __call__(self, on: bool, now: int) -> bool:
        """Return whether the delay is over, seen at the scan at `now` ns."""
        if not on:
            self.q, self.elapsed, self._since = False, 0, None
            return False
        self._since = now if self._since is None else self._since
        self.elapsed = min(self.preset, now - self._since)
        self.q = self.elapsed >= self.preset
        return self.q


@dataclass(slots=True)
class Ctu:
    """Up counter: counts rising edges; `q` is on from `preset` on."""

    preset: int = 2**31 - 1
    q: bool = False
    count: int = 0
    _was_on: bool = False

    def __call__(self, on: bool, *, reset: bool = False) -> int:
        """Return the count after this scan; edges that a scan does not see are not counted."""
        if reset:
            self.count = 0
        elif on and not self._was_on:
            self.count += 1
        self._was_on = on
        self.q = self.count >= self.preset
        return self.count

    def pulse(self) -> int:
        """Return the count after an input that came on in one scan and went off in the next."""
        self(True)
        return self(False)
