"""Where an emulated controller carries out commands: logged before, answered after."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from twin.bridge.audit import INTENT, RESULT, WITNESS, Audit
from twin.bridge.machine import Machine, rejected
from twin.bridge.messages import Kind, Message
from twin.bridge.session import Action, Desk, Execute, Link, Send, Status, Witness
from twin.bridge.wal import RecordError

NO_LOG = "no log, no commands: this controller writes no audit log"


@dataclass(slots=True)
class Office:
    """Takes commands in, logs all of a turn at once, carries them out and answers.

    Intents are on the disk before anything moves.  Results are written before they are told, and
    are safe against a crash of this program at once, against a power cut with the next commit.

    Parameters
    ----------
    desk : Desk
    machine : Machine
    audit : Audit, optional
        None: nothing may be commanded.
    wall : callable
        ns since 1970, UTC, for the log.
    """

    desk: Desk
    machine: Machine
    audit: Audit | None = None
    wall: Callable[[], int] = time.time_ns
    _todo: list[tuple[Link, Execute]] = field(default_factory=list)
    _waiting: list[tuple[Link, Execute]] = field(default_factory=list)  # accepted, not done

    def __post_init__(self) -> None:
        if self.audit is None:
            self.desk.read_only = self.desk.read_only or NO_LOG
            return
        for entry in self.audit.in_doubt:
            body = {"status": Status.IN_DOUBT}
            told = Message(Kind.RESULT, entry.command.session, entry.command.sequence, body=body)
            self.audit.add(RESULT, entry.who, entry.command, told, at=self.wall())
        self.commit()

    def take(self, link: Link, action: Execute | Witness) -> None:
        """Take what a link hands out; it is dealt with at `work`."""
        if isinstance(action, Execute):
            self._todo.append((link, action))
            self._log(INTENT, action)
        else:
            self._log(WITNESS, action, action.result)

    @property
    def rests(self) -> bool:
        """Whether there is nothing to do and nothing under way."""
        return not self._todo and not self._waiting

    def work(self, now: int) -> list[tuple[Link, Action]]:
        """Carry out what was taken; return what is to be sent to whom."""
        answers: list[tuple[Link, Action]] = []
        if self._todo:
            self.commit()  # one wait for the disk for all of them
            todo, self._todo = self._todo, []
            for link, action in todo:
                answers += self._carry_out(link, action, now)
        answers += self._settle(now)
        if answers and self.audit is not None:
            self._keep(self.audit.write)
        return answers

    def commit(self) -> None:
        """Wait until the log is on the disk; if it cannot be written, nothing is commanded."""
        if self.audit is not None:
            self._keep(self.audit.commit)

    def _keep(self, how: Callable[[], None]) -> None:
        try:
            how()
        except RecordError as error:
            self.desk.read_only = f"read-only: {error}"

    def _carry_out(self, link: Link, action: Execute, now: int) -> list[tuple[Link, Action]]:
        body = action.command.body
        if self.desk.read_only:  # since the command was taken
            return self._tell(link, action, rejected(self.desk.read_only), now)
        outcome = self.machine.write(str(body["tag"]), float(body["value"]))
        if outcome["status"] == Status.ACCEPTED:
            self._waiting.append((link, action))
        return self._tell(link, action, outcome, now)

    def _settle(self, now: int) -> list[tuple[Link, Action]]:
        outcome = self.machine.outcome() if self._waiting else None
        if outcome is None:
            return []
        waiting, self._waiting = self._waiting, []
        return [
            answer for link, action in waiting for answer in self._tell(link, action, outcome, now)
        ]

    def _tell(
        self, link: Link, action: Execute, body: dict[str, Any], now: int
    ) -> list[tuple[Link, Action]]:
        answers = link.result(action.command, body, now)
        for answer in answers:
            if isinstance(answer, Send) and body["status"] != Status.ACCEPTED:
                self._log(RESULT, action, answer.message)
        return [(link, answer) for answer in answers]

    def _log(self, what: bytes, action: Execute | Witness, result: Message | None = None) -> None:
        if self.audit is not None:
            self.audit.add(what, action.who, action.command, result, at=self.wall())
