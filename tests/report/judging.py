"""What a twin of the machine-tending cell might be found to be like."""

from tests.report.tending import estimate
from twin.results import likeness as m


def fidelity():
    def row(name, plant, twin, half, differs):
        return m.StationFidelity(
            name=name,
            plant=estimate(plant, half, "s"),
            twin=estimate(twin, half / 2, "s"),
            difference=estimate(plant / twin - 1, 1.2 * half / twin),
            p=0.0002 if differs else 0.41,
            differs=differs,
            plant_operations=412,
            twin_operations=12_400,
            states={
                "working": (0.86, 0.842),
                "under_repair": (0.046, 0.046),
                "waiting_robot": (0.06, 0.071),
                "starved": (0.034, 0.041),
            },
        )

    return m.Fidelity(
        verdict="different",
        culprits=("lathe_2",),
        sentence="The controller is 2.6 % slower than the twin; lathe_2 takes 4.1 s longer a part.",
        throughput=m.Equivalence(
            plant=estimate(144.8, 1.1, "s"),
            twin=estimate(141.1, 0.4, "s"),
            difference=estimate(0.026, 0.008),
            margin=0.02,
            batch=12,
            verdict="different",
            parts_needed=None,
        ),
        given_luck=m.Equivalence(
            plant=estimate(144.8, 0.9, "s"),
            twin=estimate(141.4, 0.4, "s"),
            difference=estimate(0.024, 0.003),
            margin=0.02,
            batch=12,
            verdict="different",
            parts_needed=None,
        ),
        stations=(
            row("lathe_1", 71.1, 71.0, 0.4, False),
            row("lathe_2", 75.1, 71.0, 0.5, True),
            row("deburr", 11.02, 11.0, 0.05, False),
        ),
        notes=("Station pace of lathe_2 in the twin would have to be 1.058.",),
    )
