"""Claims about commands: once, in time, by whom, while armed."""

import pytest

from tests.bridge.worlds import MODEL, MS, TAG, make_stream
from twin.bridge.messages import Kind, Message
from twin.bridge.session import (
    ARM,
    DISARM,
    Answered,
    Desk,
    Execute,
    Follower,
    Limits,
    Link,
    Permit,
    Permits,
    Role,
    Send,
    Terms,
    Witness,
)

PERMITS = Permits(
    tags={
        TAG: Permit(values=frozenset({1, 2, 3})),
        "Command.MachSpeed": Permit(role=Role.ENGINEER, low=0.5, high=1.2),
        "Free": Permit(),
    }
)


class Pair:
    """A link and a follower that hear each other at once."""

    def __init__(self, desk=None, role=Role.OPERATOR, client="twin", lead=0):
        tokens = iter(f"token {n}" for n in range(9))
        self.desk = desk or Desk(PERMITS, make_token=lambda: next(tokens))
        self.lead = lead  # of the twin's clock, ns
        self.link = Link(make_stream(), now=0, desk=self.desk, user=f"key of {client}", role=role)
        self.follower = Follower(model_id=MODEL, now=lead, terms=Terms(client=client))
        self.pass_time(0)

    def pass_time(self, now):
        """Let the follower speak and the link hear it."""
        for action in self.follower.tick(now + self.lead):
            for answer in self.link.receive(action.message, now):
                self.follower.receive(answer.message, now + self.lead)
        for action in self.link.tick(now):
            self.follower.receive(action.message, now + self.lead)

    def ask(self, now=0, ttl=100 * MS, **body):
        """Return what the desk makes of a command."""
        (send,) = self.follower.command(body, now + self.lead, time_to_live=ttl)
        return send.message, self.link.receive(send.message, now)

    def arm(self, now=0):
        """Return a lease."""
        _, (answer, _) = self.ask(now, tag=ARM)
        (answered,) = self.follower.receive(answer.message, now + self.lead)
        return answered.result.get("lease")

    def try_it(self, now=0, tag=TAG, value=1, lease=""):
        """Return "acts", or why not."""
        _, actions = self.ask(now, tag=tag, value=value, lease=lease)
        if isinstance(actions[0], Execute):
            return "acts"
        body = actions[0].message.body
        return body.get("reason", body["status"])


def test_what_is_armed_allowed_and_within_range_acts():
    pair = Pair()

    assert pair.try_it(lease=pair.arm()) == "acts"


@pytest.mark.parametrize(
    ("role", "tag", "value", "reason"),
    [
        (Role.OPERATOR, "Command.Else", 1, "'Command.Else' is not on the list"),
        (Role.OPERATOR, TAG, 9, "Command.CntrlCmd: 9 is not one of 1, 2, 3"),
        (Role.OPERATOR, TAG, "x" * 9, "Command.CntrlCmd: 'xxxxxxxxx' is no number"),
        (Role.OPERATOR, TAG, True, "Command.CntrlCmd: True is no number"),
        (Role.OPERATOR, "Free", 10**400, "Free: 1" + 39 * "0" + " is no number"),
        (Role.OPERATOR, "Command.MachSpeed", 1, "needs the role engineer; this key is operator"),
        (Role.ENGINEER, "Command.MachSpeed", 1.3, "1.3 is not within 0.5 to 1.2"),
        (Role.ENGINEER, ["Command.MachSpeed"], 1, "is not on the list"),
    ],
)
def test_what_is_not_allowed_is_rejected_with_the_reason(role, tag, value, reason):
    pair = Pair(role=role)

    assert reason in pair.try_it(tag=tag, value=value, lease=pair.arm())


def test_an_observer_can_neither_arm_nor_act():
    pair = Pair(role=Role.OBSERVER)

    assert pair.arm() is None
    assert "this key is observer" in pair.try_it()


def test_without_a_desk_every_command_is_rejected():
    link = Link(make_stream(), now=0)
    hello = Follower(model_id=MODEL, now=0).tick(0)[0].message
    link.receive(hello, 0)

    command = Message(Kind.COMMAND, link.stream.epoch, 1, body={"tag": TAG, "value": 1})
    answer = link.receive(command, 0)[0].message

    assert answer.body["reason"] == "this controller is followed, not commanded"


def test_nothing_acts_unarmed_nor_with_a_token_of_before_or_of_another():
    pair = Pair()
    other = Pair(pair.desk, client="other")
    old = pair.arm()
    new = pair.arm()

    assert "not armed" in pair.try_it(lease="")
    assert "not armed" in pair.try_it(lease=old)
    assert "not armed" in other.try_it(lease=new)
    assert other.arm() is None  # taken
    assert pair.try_it(lease=new) == "acts"
    pair.ask(tag=DISARM)
    assert "not armed" in pair.try_it(lease=new)


def test_a_lease_dies_without_a_hand_on_it():
    pair = Pair()
    lease = pair.arm()
    for ms in range(0, 2000, 10):
        pair.follower.hold(lease, ms * MS, until=1000 * MS)
        pair.pass_time(ms * MS)

        assert pair.desk.armed(ms * MS) == (ms <= 1450), ms  # the last beat, and 500 ms


@pytest.mark.parametrize("how", ["silence", "bye", "a new connection"])
def test_a_lease_dies_with_its_session(how):
    pair = Pair()
    lease = pair.arm()
    if how == "silence":
        pair.link.tick(151 * MS)
    elif how == "bye":
        pair.link.receive(Message(Kind.BYE, pair.link.stream.epoch), 0)
    else:
        again = Pair(pair.desk)
        again.follower = pair.follower

        assert "not armed" in again.try_it(lease=lease)
        return
    assert not pair.desk.armed(0)


def test_a_repeat_over_a_new_connection_is_still_a_repeat():
    pair = Pair()
    message, actions = pair.ask(tag=TAG, value=1, lease=pair.arm())
    assert isinstance(actions[0], Execute)
    (done,) = pair.link.result(message, {"status": "done"}, 0)

    again = Pair(pair.desk)

    assert again.link.receive(message, MS) == [done]


def test_a_command_that_waited_too_long_is_expired():
    pair = Pair()
    lease = pair.arm()
    (send,) = pair.follower.command(
        {"tag": TAG, "value": 1, "lease": lease}, 0, time_to_live=100 * MS
    )

    (answer,) = pair.link.receive(send.message, 101 * MS)

    assert answer.message.body == {"status": "expired"}


def test_a_foreign_clock_does_not_expire_commands():
    pair = Pair(lead=7 * 3600 * 10**9)

    assert pair.try_it(MS, lease=pair.arm()) == "acts"


def test_a_command_that_was_overtaken_does_not_act():
    pair = Pair()
    lease = pair.arm()
    body = {"tag": TAG, "value": 1, "lease": lease}
    first, second = (
        pair.follower.command(body, 0, time_to_live=100 * MS)[0].message for _ in range(2)
    )

    assert isinstance(pair.link.receive(second, 0)[0], Execute)
    (late,) = pair.link.receive(first, 0)
    assert late.message.body["reason"] == "overtaken by a later command"
    assert pair.link.receive(first, 0) == [late]


def test_a_flood_of_commands_is_slowed_down_and_does_not_fill_the_log():
    desk = Desk(PERMITS, limits=Limits(commands_per_s=10, burst=5))
    pair = Pair(desk)

    answers = [pair.ask(tag=TAG, value=1)[1] for _ in range(8)]

    witnessed = [any(isinstance(a, Witness) for a in actions) for actions in answers]
    assert witnessed == [True] * 5 + [False] * 3
    assert answers[-1][0].message.body["reason"] == "too many commands; slow down"
    assert "not armed" in pair.try_it(100 * MS)  # one more after a tenth of a second


def test_a_flood_of_messages_lets_the_follower_go():
    pair = Pair()
    beat = Message(Kind.HEARTBEAT, pair.link.stream.epoch)

    for _ in range(200_001):
        pair.link.receive(beat, MS)

    assert pair.link.phase.name == "GONE"


def test_a_log_that_cannot_be_written_means_no_commands():
    pair = Pair()
    lease = pair.arm()
    pair.desk.read_only = "read-only: the disk is full"

    assert pair.try_it(lease=lease) == "read-only: the disk is full"


def test_the_audit_never_sees_a_token():
    pair = Pair()

    _, (send, witness) = pair.ask(tag=ARM)

    assert send.message.body["lease"]
    assert "lease" not in witness.result.body


def test_many_commands_can_be_under_way_and_accepted_is_not_the_end():
    pair = Pair()
    bodies = [{"tag": TAG, "value": 1, "n": n} for n in range(5)]
    asked = [pair.follower.command(body, 0, time_to_live=100 * MS)[0].message for body in bodies]
    answers = [
        pair.follower.receive(answer, 0)
        for message in asked
        for answer in (result(message, "accepted"), result(message, "accepted"))
    ]
    done = [pair.follower.receive(result(message, "done"), 0) for message in asked[:4]]

    assert [len(found) for found in answers] == [1, 0] * 5
    assert [found[0].result["status"] for found in done] == ["done"] * 4
    late = [a for a in pair.follower.tick(100 * MS) if isinstance(a, Answered)]
    assert late == [Answered(asked[4].sequence, {"status": "in doubt"})]


def result(command, status):
    return Message(Kind.RESULT, command.session, command.sequence, body={"status": status})


def test_unanswered_commands_are_in_doubt_when_the_controller_is_lost():
    pair = Pair()
    pair.follower.command({"tag": TAG}, 0, time_to_live=10**12)

    actions = [a for ms in range(3000) for a in pair.follower.tick(ms * MS)]

    kinds = [type(a) for a in actions if not isinstance(a, Send)]
    assert [k.__name__ for k in kinds] == ["Reconnect", "Answered", "Finish"]


def test_a_command_needs_a_time_to_live():
    with pytest.raises(ValueError, match="needs a time to live"):
        Pair().follower.command({"tag": TAG}, 0, time_to_live=0)
