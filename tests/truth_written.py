"""The cases with known answers that are told in words (`truth_cells`), as cell files."""

from math import sqrt


def seconds(value: float) -> str:
    return f"{value!r} s"


_HEAD = """taktwin: 1
name: {name}
products: {{part: {{}}}}
run: {{horizon: HORIZON, warm_up: 0 s}}
"""

WRITTEN = {
    "A28": """
sources: {src: {product: part, saturated: true}}
stations:
  A:
    process: 1 s
    failures:
      often: {after: {exponential: {mean: 40 s}}, repair: {exponential: {mean: 3 s}}}
      seldom: {after: {exponential: {mean: 90 s}}, repair: {exponential: {mean: 10 s}}}
      rarely: {after: {exponential: {mean: 200 s}}, repair: {exponential: {mean: 30 s}}}
sinks: {finished: {}}
flow: [{from: src, to: A}, {from: A, to: finished}]
""",
    # The robot is an operator at 1 m/s: neighbours are 2 s apart.  S2 begins with a part in M2; the
    # queue is there to put it in, and is passed in no time later.
    "D10": """
sources: {input: {product: part, saturated: true, pick_at: p0}}
stations: {M1: {process: 12 s, at: p1}, M2: {process: 20 s, at: p2, queue: 1}}
sinks: {output: {place_at: p3}}
operators:
  robot: {walking: 1 m/s, pick: 1 s, place: 1 s, home: p0, serves: {sequence: SEQUENCE}}
flow:
  - {from: input, to: M1, by: robot}
  - {from: M1, to: M2, by: robot}
  - {from: M2, to: output, by: robot}
places:
  p0: {position: [0 m, 0 m, 0 m]}
  p1: {position: [2 m, 0 m, 0 m]}
  p2: {position: [4 m, 0 m, 0 m]}
  p3: {position: [6 m, 0 m, 0 m]}
inside: INSIDE
""",
    "A14": """
sources: {src: {product: part, every: {exponential: {mean: MEAN}}}}
stations:
  A: {process: {exponential: {mean: 1.25 s}}, queue: unlimited, batch: {least: 1, most: 4}}
sinks: {finished: {}}
flow: [{from: src, to: A}, {from: A, to: finished}]
""".replace("MEAN", seconds(1 / 2.4)),
    "A16": """
products: {a: {priority: 0}, b: {priority: 1}}
sources:
  sa: {product: a, every: {exponential: {mean: 2.5 s}}}
  sb: {product: b, every: {exponential: {mean: 2.5 s}}}
stations:
  A:
    process: {a: {erlang: {k: 2, mean: 0.8 s}}, b: {lognormal: {mean: 1.2 s, cv: CV}}}
    queue: {order: priority}
    preempt: resume
sinks: {finished: {}}
flow: [{from: sa, to: A}, {from: sb, to: A}, {from: A, to: finished}]
""".replace("CV", repr(sqrt(1.5))),
    "D06": """
products: {part: {}, demand: {}, sale: {}}
sources:
  raw: {product: part, saturated: true}
  customers: {product: demand, every: {exponential: {mean: 1.5384615384615385 s}}}
buffers: {store_1: {}, store_2: {}, backorders: {}}
stations:
  M1: {process: {exponential: {mean: 1 s}}, queue: unlimited}
  M2: {process: {exponential: {mean: 0.9090909090909091 s}}, queue: unlimited}
  D: {process: 0 s, assemble: {demand: 1, part: 1}, makes: sale}
sinks: {finished: {}}
inside: [{product: part, count: 3, at: store_1}, {product: part, count: 4, at: store_2}]
loops:
  stage_1: {cards: 3, nodes: [M1, store_1]}
  stage_2: {cards: 4, nodes: [M2, store_2]}
flow:
  - {from: raw, to: M1}
  - {from: M1, to: store_1}
  - {from: store_1, to: M2}
  - {from: M2, to: store_2}
  - {from: store_2, to: D}
  - {from: customers, to: backorders}
  - {from: backorders, to: D}
  - {from: D, to: finished}
""",
    "A22": """
sources: {src: {product: part, every: {exponential: {mean: MEAN}}}}
stations:
  A:
    process: {erlang: {mean: 1 s, k: 2}}
    queue: unlimited
    maintenance: {look: {when_idle: true, takes: 1.5 s}}
sinks: {finished: {}}
flow: [{from: src, to: A}, {from: A, to: finished}]
""".replace("MEAN", seconds(1 / 0.7)),
    "D08": """
products: {a: {}, b: {}}
sources:
  of_a: {product: a, every: {exponential: {mean: EVERY_A}}}
  of_b: {product: b, every: {exponential: {mean: 4 s}}}
buffers: {buffer_a: {}, buffer_b: {}}
stations:
  M:
    process: {a: {exponential: {mean: 1 s}}, b: {exponential: {mean: 1.1111111111111112 s}}}
    setup: {exponential: {mean: 1 s}}
    campaign: exhaustive
    tooled_for: a
sinks: {finished: {}}
flow:
  - {from: of_a, to: buffer_a}
  - {from: of_b, to: buffer_b}
  - {from: buffer_a, to: M}
  - {from: buffer_b, to: M}
  - {from: M, to: finished}
""".replace("EVERY_A", seconds(1 / 0.3)),
    "D03": """
products: {a: {}, b: {}, set: {}}
sources: {of_a: {product: a, saturated: true}, of_b: {product: b, saturated: true}}
stations:
  A: {process: {exponential: {mean: 1 s}}}
  B: {process: {exponential: {mean: 1 s}}}
  C: {process: {exponential: {mean: 1 s}}, assemble: {a: 1, b: 1}, makes: set}
sinks: {finished: {}}
flow:
  - {from: of_a, to: A}
  - {from: of_b, to: B}
  - {from: A, to: C}
  - {from: B, to: C}
  - {from: C, to: finished}
""",
    "K23": """
products: {a: {}, b: {}, set: {}}
sources:
  of_a: {product: a, every: {sequence: [1 s, 1 s, 1 s, 5 s, 1 s, 1 s]}, limit: 6}
  of_b: {product: b, every: {sequence: [4 s, 1 s, 1 s]}, limit: 3}
buffers: {buffer_a: {}, buffer_b: {}}
stations: {C: {process: 3 s, assemble: {a: 2, b: 1}, makes: set}}
sinks: {finished: {}}
flow:
  - {from: of_a, to: buffer_a}
  - {from: of_b, to: buffer_b}
  - {from: buffer_a, to: C}
  - {from: buffer_b, to: C}
  - {from: C, to: finished}
""",
    # A slot is an operation of 1 s, then one trial.  A part that worked goes on if there is room by
    # then; one that did not, or finds none, is on its machine again for the next slot.  The place
    # on the machine is the first of the buffer in front.  The last machine moves first, and each is
    # filled from its queue before the one in front of it moves.
    "D18": """
sources: {src: {product: part, saturated: true}}
stations:
  M1: {process: 1 s}
  M2: {process: 1 s}
  M3: {process: 1 s}
buffers:
  again_1: {capacity: 1}
  again_2: {capacity: 1}
  again_3: {capacity: 1}
  second_1: {capacity: 1}
  second_2: {capacity: 2}
sinks: {finished: {}}
flow:
  - {from: src, to: M1, priority: 1}
  - {from: M1, to: {second_1: 90 %, again_1: 10 %}, if_full: again_1, priority: 2}
  - {from: second_1, to: M2, priority: 1}
  - {from: M2, to: {second_2: 80 %, again_2: 20 %}, if_full: again_2, priority: 2}
  - {from: second_2, to: M3, priority: 1}
  - {from: M3, to: {finished: 85 %, again_3: 15 %}, priority: 2}
  - {from: again_1, to: M1, priority: 0}
  - {from: again_2, to: M2, priority: 0}
  - {from: again_3, to: M3, priority: 0}
""",
    "K02": """
sources: {src: {product: part, saturated: true, limit: 6}}
stations:
  A: {process: {sequence: [2 s, 5 s]}}
  B: {process: {sequence: [4 s, 1 s]}, queue: 1}
  C: {process: 3 s}
sinks: {finished: {}}
flow: [{from: src, to: A}, {from: A, to: B}, {from: B, to: C}, {from: C, to: finished}]
""",
    # A part could leave, but with a share of nothing: else the loop is found before the run.
    "K05": """
stations:
  A: {process: 0 s, queue: unlimited}
  B: {process: 0 s, queue: unlimited}
sinks: {finished: {}}
inside: [{product: part, count: 1, at: A}]
flow: [{from: A, to: B}, {from: B, to: {A: 100 %, finished: 0 %}}]
""",
    "K08": """
sources: {src: {product: part, saturated: true}}
stations:
  A: {process: 1 s}
  B: {process: 1 s}
sinks: {finished: {}}
flow: [{from: src, to: A}, {from: A, to: B}, {from: B, to: {A: 100 %, finished: 0 %}}]
""",
    "K11": """
sources: {src: {product: part, every: 1 h, first: 0 s, batch: 2, limit: 2}}
stations:
  A:
    process: 5 s
    queue: 2
    failures: {stop: {after: {sequence: [5 s, 1 h]}, repair: 3 s, clock: calendar}}
sinks: {finished: {}}
flow: [{from: src, to: A}, {from: A, to: finished}]
""",
    "K14": """
sources: {src: {product: part, every: 1 h, first: 0 s, batch: 3, limit: 3}}
stations:
  A: {process: 5 s, queue: 3, shifts: day, at_shift_end: POLICY}
sinks: {finished: {}}
flow: [{from: src, to: A}, {from: A, to: finished}]
shifts: {day: {period: 16 s, on: 8 s}}
""",
    "K17": """
sources:
  src: {product: part, every: 1 h, first: 1000000000 s, batch: 10, limit: 10}
  clock_01: {product: part, every: 0.1 s, first: 1000000000.1 s}
  clock_03: {product: part, every: 0.3 s, first: 1000000000.3 s}
stations: {A: {process: 0.1 s, queue: unlimited}}
sinks: {finished: {}, ticks_01: {}, ticks_03: {}}
flow:
  - {from: src, to: A}
  - {from: A, to: finished}
  - {from: clock_01, to: ticks_01}
  - {from: clock_03, to: ticks_03}
""",
    "K20": """
products: {x: {}, y: {}}
sources:
  src: {product: x, every: 1 s}
  other: {product: y, every: 1 h, first: 1 s, limit: 1}
stations: {A: {process: 1 s, queue: unlimited}, B: {process: 1 s, queue: unlimited}}
sinks: {finished: {}}
flow:
  - {from: src, to: A}
  - {from: other, to: A}
  - {from: A, to: B, product: x}
  - {from: B, to: finished}
""",
    "K26": """
sources: {src: {product: part, saturated: true}}
stations:
  S1: {process: 1 s}
  S2: {process: 1 s}
  S3: {process: 1 s}
  S4: {process: 1 s}
  S5: {process: 10 s}
sinks: {finished: {}}
flow:
  - {from: src, to: S1}
  - {from: S1, to: S2}
  - {from: S2, to: S3}
  - {from: S3, to: S4}
  - {from: S4, to: S5}
  - {from: S5, to: finished}
""",
    "K29": """
sources: {src: {product: part, saturated: true}}
stations: {A: {process: TIME}}
sinks: {finished: {}}
flow: [{from: src, to: A}, {from: A, to: finished}]
""",
    # The inspection is a place of its own, so that A is free before its part claims the queue; the
    # cyclic choice sends the first inspected part back and lets all others pass.
    "K32": """
sources: {src: {product: part, every: 1 h, first: 0 s, batch: 3, limit: 3}}
stations: {A: {process: 2 s, queue: 1}}
buffers: {inspection: {capacity: 1}}
sinks: {out_1: {}, out_2: {}, out_3: {}}
flow:
  - {from: src, to: A, priority: 1}
  - {from: A, to: inspection}
  - {from: inspection, to: [A, out_1, out_2, out_3], choose: cyclic}
""",
}


def _with_head(name: str, text: str) -> str:
    head = _HEAD.format(name=name)
    return (
        head if "\nproducts:" not in text else head.replace("products: {part: {}}\n", "")
    ) + text


WRITTEN = {name: _with_head(name, text) for name, text in WRITTEN.items()}
