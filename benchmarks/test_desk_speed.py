"""Speed of what the bridge does without a network: codecs, and commands that are logged."""

from contextlib import closing

import numpy as np
import pytest

from twin.bridge.audit import INTENT, RESULT, Audit, read_audit
from twin.bridge.messages import Kind, Message, decode, encode
from twin.bridge.session import ARM, Desk, Limits, Peer, Permit, Permits, Role
from twin.kernel.log import ACTIVITY


def test_durable_commands(benchmark, tmp_path):
    """The bar: 50 000 a second, each judged, logged, waited for, carried out and answered."""
    count, group, folders = 10_000, 1_000, iter(range(1000))
    bodies = [{"tag": "echo", "value": n, "lease": "token"} for n in range(count)]
    wires = [
        encode(Message(Kind.COMMAND, 1, n + 2, time_to_live=10**12, body=body))
        for n, body in enumerate(bodies)
    ]

    def run():
        limits = Limits(commands_per_s=1e9, burst=1 << 30, dead_man=10**12)
        permits = Permits(tags={"echo": Permit(low=0, high=1e9)})
        desk, done = Desk(permits, make_token=lambda: "token", limits=limits), 0
        peer = Peer(user="key", role=Role.OPERATOR, client="twin")
        desk.take(peer, Message(Kind.COMMAND, 1, 1, body={"tag": ARM}), 0)
        with closing(Audit(tmp_path / str(next(folders)))) as audit:
            for first in range(0, count, group):
                taken = []
                for wire in wires[first : first + group]:
                    (action,) = desk.take(peer, decode(wire), 0)
                    audit.add(INTENT, action.who, action.command, None, at=0)
                    taken.append(action)
                audit.commit()
                for action in taken:
                    (answer,) = desk.result(peer, action.command, {"status": "done"}, 0)
                    audit.add(RESULT, action.who, action.command, answer.message, at=0)
                    done += len(encode(answer.message)) > 0
                audit.write()
        return done

    assert benchmark.pedantic(run, rounds=5, warmup_rounds=1) == count
    rate = count / benchmark.stats.stats.min
    benchmark.extra_info["commands_per_s"] = round(rate)
    print(f"\ndurable commands: {rate:,.0f} a second")
    assert len(read_audit(tmp_path / "0")) == 2 * count


@pytest.mark.benchmark(group="256 records encoded and decoded")
def test_a_batch_encoded_and_decoded(benchmark):
    records = np.zeros(256, ACTIVITY)
    message = Message(kind=Kind.EVENTS, session=1, records=records)

    arrived = benchmark(lambda: decode(encode(message)))

    assert arrived.records.tobytes() == records.tobytes()
