"""Claims about the state machine of PackML."""

from hypothesis import given
from hypothesis import strategies as st

from twin.bridge.packml import (
    COMMANDS,
    COMPLETES,
    STATION_STATES,
    Command,
    PackState,
    Unit,
)
from twin.kernel.states import PART_STATES, State

WAITING = {"STOPPED", "IDLE", "SUSPENDED", "ABORTED", "HELD", "COMPLETE"}


def test_states_and_commands_have_the_numbers_of_the_standard():
    assert [s.value for s in PackState] == list(range(1, 18))
    assert (PackState.EXECUTE, PackState.ABORTED, PackState.COMPLETE) == (6, 9, 17)
    assert [c.name for c in sorted(Command)] == [
        *("RESET", "START", "STOP", "HOLD", "UNHOLD"),
        *("SUSPEND", "UNSUSPEND", "ABORT", "CLEAR", "COMPLETE"),
    ]


def test_exactly_the_acting_states_end_by_themselves():
    assert {s.name for s in set(PackState) - set(COMPLETES)} == WAITING


def test_every_command_leads_to_an_acting_state():
    assert all(to in COMPLETES for moves in COMMANDS.values() for to in moves.values())


def test_every_state_can_be_reached_from_every_other():
    moves = {s: {moves[s] for moves in COMMANDS.values() if s in moves} for s in PackState}
    for state, follower in COMPLETES.items():
        moves[state].add(follower)
    for start in PackState:
        reached, edge = {start}, {start}
        while edge:
            edge = {to for state in edge for to in moves[state]} - reached
            reached |= edge
        assert reached == set(PackState), start


def test_abort_is_accepted_wherever_it_is_not_under_way():
    refused = set(PackState) - set(COMMANDS[Command.ABORT])

    assert refused == {PackState.ABORTING, PackState.ABORTED}


def test_only_clear_leads_out_of_aborted():
    assert [c for c in Command if Unit(PackState.ABORTED).accepts(c)] == [Command.CLEAR]


@given(st.lists(st.tuples(st.sampled_from([None, *Command]), st.booleans()), max_size=60))
def test_a_unit_moves_only_as_the_tables_say_and_stays_a_scan_in_each_state(steps):
    unit = Unit()
    for command, finished in steps:
        before = unit.state
        accepted = command is not None and unit.command(command)
        assert accepted == (command is not None and before in COMMANDS[command])
        changed = unit.scan(finished=finished)

        if accepted:
            assert unit.state == COMMANDS[command][before]
        elif finished:
            assert unit.state == COMPLETES.get(before, before)
        else:
            assert unit.state == before
        assert changed == (unit.state != before)
        assert (unit.scans == 0) == changed


def test_nothing_displaces_an_abort_within_a_scan():
    unit = Unit(PackState.EXECUTE)
    unit.command(Command.ABORT)
    unit.command(Command.STOP)
    unit.scan()

    assert unit.state is PackState.ABORTING


def test_a_shift_goes_from_stopped_to_complete():
    unit, seen = Unit(), []
    unit.command(Command.RESET)
    while unit.state is not PackState.COMPLETE:
        unit.scan()
        seen.append(unit.state.name)
        if unit.state is PackState.IDLE:
            unit.command(Command.START)

    assert seen == ["RESETTING", "IDLE", "STARTING", "EXECUTE", "COMPLETING", "COMPLETE"]


def test_every_state_of_a_resource_has_one_of_packml():
    shown = set(State) - set(PART_STATES) - {State.WAITING, State.CONVEYED}

    assert set(STATION_STATES) == shown
    assert STATION_STATES[State.BLOCKED] is PackState.SUSPENDED  # cause outside
    assert STATION_STATES[State.UNDER_REPAIR] is PackState.HELD  # cause inside
