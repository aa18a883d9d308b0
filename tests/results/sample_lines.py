"""Small cells whose figures can be worked out by hand."""

from cells.load import load_text
from cells.schema import Cell
from twin.build import build_line
from twin.kernel.model import NS_PER_S, Line
from twin.kernel.tally import Tally
from twin.reference.run import simulate

HOUR = 3600 * NS_PER_S

# One machine that never waits: 10 s a part at 3.6 kW is 0.01 kWh a part.
ONE_MACHINE = """
taktwin: 1
name: one_machine
products: {shaft: {}}
sources: {saw: {product: shaft, saturated: true}}
stations:
  mill: {process: 10 s, power: {working: 3.6 kW, idle: 1 kW}}
sinks: {done: {}}
flow:
  - {from: saw, to: mill}
  - {from: mill, to: done}
energy: {price: 0.25 GBP/kWh, carbon: 0.2 kg/kWh, source: a test}
run: {horizon: 10 h, warm_up: 0 s, replications: 3, seed: 1, takt: 10 s}
"""

# The second machine is the slow one: the first is blocked 2 s in 10, the third starved 5 s in 10.
THREE_MACHINES = """
taktwin: 1
name: three_machines
products: {shaft: {}}
sources: {saw: {product: shaft, saturated: true}}
stations:
  first: {process: 8 s}
  slow: {process: 10 s}
  last: {process: 5 s}
sinks: {done: {}}
flow:
  - {from: saw, to: first}
  - {from: first, to: slow}
  - {from: slow, to: last}
  - {from: last, to: done}
run: {horizon: 10 h, warm_up: 1 h, replications: 2, seed: 1}
"""

# On for 6 of every 24 hours; one part in four of `test` is scrap.
SHIFTED = """
taktwin: 1
name: shifted
products: {shaft: {}, disc: {}}
sources: {saw: {product: {shaft: 50 %, disc: 50 %}, saturated: true}}
stations:
  mill: {process: {shaft: 20 s, disc: 40 s}, shifts: day}
  test:
    process: 15 s
    shifts: day
    failures: {jam: {after: {exponential: {mean: 30 min}}, repair: 2 min}}
buffers: {between: {capacity: 3}}
sinks: {done: {}, bin: {counts_as: scrap}}
flow:
  - {from: saw, to: mill}
  - {from: mill, to: between}
  - {from: between, to: test}
  - {from: test, to: {done: 75 %, bin: 25 %}}
shifts: {day: {days: daily, from: 06:00, to: 12:00}}
run: {horizon: 48 h, warm_up: 0 s, replications: 3, seed: 1}
"""


# Two lathes in parallel and a walker who takes 4 s to pick and 6 s to place, at one spot: 20 s of
# tending a part for the lathes' 100 s; what waits is first moved on.
TENDED = """
taktwin: 1
name: tended
products: {shaft: {}}
sources: {saw: {product: shaft, saturated: true, pick_at: here}}
stations:
  lathe: {count: 2, process: 100 s, at: here, power: {working: 2 kW, idle: 0.5 kW, down: 0.1 kW}}
operators:
  walker: {count: 1, pick: 4 s, place: 6 s, home: here}
sinks: {done: {place_at: here}}
flow:
  - {from: saw, to: lathe, by: walker}
  - {from: lathe, to: done, by: walker}
places: {here: {position: [0 m, 0 m, 1 m]}}
run: {horizon: 10 h, warm_up: 1 h, replications: 2, seed: 1, takt: 100 s}
"""

# Served faster than parts arrive, every 20 s.
SLOW_ARRIVALS = """
taktwin: 1
name: slow_arrivals
products: {shaft: {}}
sources: {saw: {product: shaft, every: {exponential: {mean: 20 s}}}}
stations:
  mill:
    process: 12 s
    power: {working: 2 kW, idle: 1 kW, standby: {power: 0.25 kW, after: 15 s, wake_up: 2 s}}
buffers: {queue: {}}
sinks: {done: {}}
flow:
  - {from: saw, to: queue}
  - {from: queue, to: mill}
  - {from: mill, to: done}
run: {horizon: 10 h, warm_up: 1 h, replications: 2, seed: 1}
"""


def cell_and_line(text: str) -> tuple[Cell, Line]:
    """Return the cell of a text and its line."""
    cell = load_text(text)
    return cell, build_line(cell)


def tallied(
    line: Line, *, end: int, start: int = 0, replications: int = 2, window: int = 0
) -> Tally:
    """Return the stacked tally of some replications in the reference engine."""
    return Tally.stack(
        [
            Tally.from_log(
                line,
                simulate(line, seed=1, replication=r, end=end).log,
                start=start,
                window=window,
            )
            for r in range(replications)
        ]
    )
