"""Users' own rules: Python functions that say which target a part takes, and which part a unit."""

import ast
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from cells.base import Part
from cells.errors import shown

ROUTING = ("now", "product", "priority", "due", "held", "capacity", "target")
DISPATCH = (
    "now",
    "product",
    "priority",
    "due",
    "waiting_since",
    "rank",
    "travel",
    "source",
)


def _named(text: str) -> str:
    file, _, function = text.partition(":")
    if not file.endswith(".py") or not function.isidentifier():
        raise ValueError(
            "expected a Python file beside the cell file and a function in it, such as"
            f" rules.py:emptiest; found {shown(text)}"
        )
    return text


class OwnRule(Part):
    """A function in a Python file in the folder of the cell file."""

    rule: Annotated[str, AfterValidator(_named), Field(examples=["rules.py:emptiest"])]

    @property
    def file(self) -> str:
        """The file."""
        return self.rule.partition(":")[0]

    @property
    def function(self) -> str:
        """The function in it."""
        return self.rule.partition(":")[2]


def faults_of(own: OwnRule, text: str, arguments: tuple[str, ...]) -> Iterator[str]:
    """Yield what is wrong with a rule as far as its text shows; nothing of it is executed.

    Parameters
    ----------
    own : OwnRule
    text : str
        Of its file.
    arguments : tuple of str
        What it will be called with.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        yield f"{own.file}:{error.lineno or 1}: not Python: {error.msg}"
        return
    except (ValueError, RecursionError, MemoryError) as error:
        yield f"{own.file}: not Python: {error}"
        return
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
    found = functions.get(own.function)
    wanted = f"def {own.function}({', '.join(arguments)}):"
    if found is None:
        known = f"; there are {', '.join(functions)}" if functions else ""
        yield f"{own.file} has no function {own.function}{known}; write `{wanted}`"
    elif found.decorator_list:
        yield f"{own.file}:{found.lineno}: a rule is a plain function; leave its decorators out"
    elif _takes(found.args) != len(arguments):
        count = len(arguments)
        yield f"{own.file}:{found.lineno}: a rule here takes {count} arguments: write `{wanted}`"


def _takes(given: ast.arguments) -> int:
    """Return how many arguments a function takes by position; -1 if it takes others as well."""
    if given.vararg or given.kwarg or given.kwonlyargs:
        return -1
    return len(given.posonlyargs) + len(given.args)
