"""Claims about the conversation."""

import numpy as np
import pytest

from twin.bridge.messages import BATCH, Kind
from twin.bridge.session import (
    ControllerLost,
    ControllerRestarted,
    DamagedStream,
    Finish,
    Follower,
    HandshakeRefused,
    Link,
    Phase,
    Position,
    Reconnect,
    Rhythm,
    Send,
    Serving,
    Stream,
    Terms,
)
from twin.kernel.log import ACTIVITY

MS = 1_000_000
EPOCH = 0xABCDEF
MODEL = "5e" * 32


def some_records(first: int, count: int):
    records = np.zeros(count, ACTIVITY)
    records["t1"] = np.arange(first, first + count) * 10
    records["part"] = np.arange(first, first + count)
    return records


def make_stream(epoch=EPOCH, model_id=MODEL, retain=1 << 18):
    return Stream(
        epoch=epoch,
        model_id=model_id,
        name="cell",
        resources=["mill"],
        products=["shaft"],
        retain=retain,
    )


def test_a_slow_reader_is_never_sent_more_than_it_has_room_for():
    stream = make_stream()
    stream.append(some_records(0, 5000), 0)
    link, follower = Link(stream, now=0), Follower(model_id=MODEL, now=0, window=512)
    talk(follower.tick(0), link.receive, follower.receive)

    sent = [a.message for _ in range(50) for a in link.tick(MS)]

    assert sum(len(m.records) for m in sent) == 512


def talk(actions, to_link, to_follower, now=0):
    """Pass messages to and fro until both are silent; return the follower's other actions."""
    rest = [a for a in actions if not isinstance(a, Send)]
    for action in actions:
        if isinstance(action, Send):
            for answer in to_link(action.message, now):
                rest += talk(to_follower(answer.message, now), to_link, to_follower, now)
    return rest


def greeted(stream=None, **options):
    link = Link(stream or make_stream(), now=0)
    follower = Follower(**{"model_id": MODEL, "now": 0} | options)
    return link, follower, talk(follower.tick(0), link.receive, follower.receive)


def test_another_cell_is_refused_with_both_ids():
    link, _, actions = greeted(make_stream(model_id="00" * 32))

    assert isinstance(actions[0].error, HandshakeRefused)
    assert f"model id {'00' * 32}, the twin has {MODEL}" in str(actions[0].error)
    assert link.phase is Serving.GONE


def test_a_follower_checks_the_model_id_itself():
    _, follower, _ = greeted()
    stranger = Follower(model_id="11" * 32, now=0)

    actions = stranger.receive(follower.welcome, 0)

    assert isinstance(actions[0].error, HandshakeRefused)


def test_a_restarted_controller_is_not_taken_for_the_old_one():
    _, _, actions = greeted(position=Position(epoch=EPOCH + 1, next=7))

    assert isinstance(actions[0].error, ControllerRestarted)
    assert "record the new run in another folder" in str(actions[0].error)


def test_a_follower_that_starts_again_goes_on_where_its_record_ends():
    stream = make_stream()
    stream.append(some_records(0, 900), 0)
    position = Position(epoch=EPOCH, next=700)
    position.digest.update(some_records(0, 700).tobytes())
    link, follower, actions = greeted(stream, position=position)
    assert actions[0].message.kind is Kind.SNAPSHOT  # shown; the welcome is on disk already

    stream.finish(9000)
    kept = [a for m in link.tick(MS) for a in follower.receive(m.message, MS)]

    spans = [(a.message.sequence, len(a.message.records)) for a in kept[:-1]]
    assert spans == [(700, 32), (732, 64), (796, 104)]  # each batch at most twice the one before
    assert follower.phase is Phase.ENDING
    bye, finish = follower.committed(2 * MS)
    assert (bye.message.kind, bye.message.acknowledge, finish.error) == (Kind.BYE, 900, None)


def test_an_absent_controller_is_reported_after_the_patience():
    rhythm = Rhythm(patience=500 * MS)
    follower = Follower(model_id=MODEL, now=0, terms=Terms(rhythm=rhythm))

    actions = [a for ms in range(600) for a in follower.tick(ms * MS)]

    assert [type(a) for a in actions] == [Send] * 11 + [Finish]
    assert isinstance(actions[-1].error, ControllerLost)
    assert str(actions[-1].error).startswith("no controller answered within 0.5 s")


def test_a_hung_controller_is_found_after_three_beats():
    _, follower, _ = greeted()

    found = next(ms for ms in range(400) if Reconnect() in follower.tick(ms * MS))

    assert found == 151
    assert follower.interruptions == 1


def test_a_cut_connection_is_made_anew_at_once_and_only_once():
    _, follower, _ = greeted()

    assert follower.cut(MS)[0] == Reconnect()
    assert follower.cut(MS) == []
    assert follower.interruptions == 1


def test_a_controller_that_stays_silent_is_given_up_with_what_was_recorded():
    _, follower, _ = greeted()

    actions = [a for ms in range(3000) for a in follower.tick(ms * MS)]

    assert str(actions[-1].error).startswith("the controller fell silent after 0 records")


def test_a_silent_follower_is_let_go():
    link, _, _ = greeted()

    link.tick(150 * MS)
    assert link.phase is Serving.SERVING
    link.tick(151 * MS)
    assert link.phase is Serving.GONE


def test_either_side_says_something_every_beat():
    link, follower, _ = greeted()
    beats = {Kind.HEARTBEAT: 0}
    for ms in range(500):
        for action in follower.tick(ms * MS):
            link.receive(action.message, ms * MS)
            beats[action.message.kind] += 1
        for action in link.tick(ms * MS):
            follower.receive(action.message, ms * MS)

    assert beats == {Kind.HEARTBEAT: 9}
    assert follower.interruptions == 0


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("resource", 5, "resource 5, not one of 0 to 0"),
        ("state", 99, "state 99"),
        ("product", -2, "product -2"),
        ("t0", 10**15, "before it begins"),
    ],
)
def test_a_record_that_cannot_be_ends_the_conversation(key, value, text):
    stream = make_stream()
    records = some_records(0, 3)
    records[key][1] = value
    stream.append(records, 0)
    link, follower, _ = greeted(stream)

    (action,) = [a for m in link.tick(MS) for a in follower.receive(m.message, MS)]

    assert isinstance(action.error, DamagedStream)
    assert text in str(action.error)


def test_an_end_with_another_digest_is_no_proof():
    stream = make_stream()
    stream.finish(10)
    link, follower, _ = greeted(stream)
    follower.position.digest.update(b"something else")

    (action,) = [a for m in link.tick(MS) for a in follower.receive(m.message, MS)]

    assert isinstance(action.error, DamagedStream)


def test_a_stream_gives_back_what_it_retains():
    stream = make_stream(retain=300)
    for first in range(0, 5000, 7):
        stream.append(some_records(first, 7), 0)

    assert stream.next - stream.oldest >= 300
    assert stream.read(stream.oldest, stream.next)["part"].tolist() == list(
        range(stream.oldest, stream.next)
    )
    assert stream.read(4711, 4711 + BATCH)["part"][0] == 4711
    assert len(stream.read(0, stream.oldest)) == 0
