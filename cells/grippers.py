"""Which gripper of a robot takes which product."""

from cells.errors import hint
from cells.problems import Problem
from cells.schema import Cell


def check_grippers(cell: Cell) -> list[Problem]:
    """Return what is wrong with the further grippers of robots."""
    found = []
    for name, robot in cell.robots.items():
        path, taken = ("robots", name, "grippers"), dict[str, str]()
        if robot.grippers and robot.gripper.type == "dual":
            message = "a dual gripper takes all products; use a single one beside other grippers"
            found.append(Problem(path, message))
        for gripper, described in robot.grippers.items():
            for k, product in enumerate(described.for_):
                where = (*path, gripper, "for", k)
                if product not in cell.products:
                    known = hint(product, cell.products)
                    found.append(Problem(where, f"no product named {product!r}.{known}"))
                elif taken.setdefault(product, gripper) != gripper:
                    message = f"{product!r} is for gripper {taken[product]!r} already; choose one"
                    found.append(Problem(where, message))
    return found
