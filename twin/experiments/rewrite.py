"""Write fitted distributions into a copy of a cell file, comments and all, with their origin."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from twin.experiments.calibrate import Calibrated

_TIMES = ("mean", "sd", "scale", "value", "means", "")


def rewrite(
    source: Path,
    found: Sequence[Calibrated],
    origin: Sequence[str],
    notes: Sequence[str] = (),
) -> str:
    """Return the text of a cell file with other distributions.

    Parameters
    ----------
    source : Path
        A cell file that has been loaded before, and so is sound.
    found : sequence of Calibrated
    origin : sequence of str
        Where they come from; written as comments at the top, with what is known of each.
    notes : sequence of str
        What was left as it was, and why.
    """
    yaml = YAML(typ="rt")
    yaml.width = 160
    yaml.preserve_quotes = True
    document = yaml.load(source.read_text(encoding="utf-8"))
    for entry in found:
        _put(document, entry)
    out = io.StringIO()
    yaml.dump(document, out)
    head = "".join(f"# {line}\n" for line in (*origin, *map(_line, found), *notes))
    return head + out.getvalue()


def _put(document: Any, entry: Calibrated) -> None:
    *parents, last = entry.path
    place = document
    for key in parents:
        place = place[key]
    place[last] = _written(entry)


def _written(entry: Calibrated) -> Any:
    fit = entry.fit
    values = {name: _value(name, value) for name, value in fit.parameters.items()}
    if fit.family == "constant":
        return values["value"]
    # A table of values stands for itself, without a name.
    inner = CommentedSeq(values[""]) if "" in values else CommentedMap(values)
    outer = CommentedMap()
    outer[fit.family] = inner
    inner.fa.set_flow_style()
    outer.fa.set_flow_style()
    return outer


def _value(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_value(name, one) for one in value]
    return f"{value:.6g} s" if name in _TIMES else float(f"{value:.6g}")


def _line(entry: Calibrated) -> str:
    cut = f" and {entry.cut} cut short" if entry.cut else ""
    shape = f" ({entry.fit.shape})" if entry.fit.shape else ""
    return (
        f"{'.'.join(entry.path)}: {entry.fit.family}{shape} from {entry.n} durations{cut},"
        f" mean {entry.fit.mean:.5g} s +- {100 * entry.error:.2g} %"
        f" (log likelihood of the latest 30 %: {entry.fit.held_out:.3f} each)"
    )
