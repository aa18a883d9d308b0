"""What limits the output, and why one may say so."""

from twin.report import estimates, numbers, sentences
from twin.report.markup import Markup, element
from twin.report.table import Column, table
from twin.results.model import Bottleneck, Candidate, Results

_MOST = 6  # candidates listed
_COLUMNS = (
    Column("Resource", numeric=False),
    Column("Active", tip="share of the time on shift working, setting up or down"),
    Column("Mean active period"),
    Column("Blocked"),
    Column("Starved"),
    Column("Waiting", tip="share of the time on shift waiting for a robot or an operator"),
    Column("Longest active period", tip="share of replications"),
    Column("Turning point", tip="share of replications"),
)


def bottleneck(results: Results) -> Markup:
    """Return the bottleneck, its reason, and how the candidates compare."""
    found = results.bottleneck
    names = sentences.listed(sentences.limiting(results))
    return element(
        "section",
        element("h2", "What holds it back"),
        element(
            "div",
            element("p", names or "Nothing inside the line", class_="value"),
            element("p", found.reason),
            element("p", _votes(found), class_="detail"),
            class_="card wide-card",
        ),
        table(_COLUMNS, [_row(c) for c in found.candidates[:_MOST]]) if found.candidates else "",
    )


def _votes(found: Bottleneck) -> str:
    votes = "; ".join(f"{method}: {name or 'none'}" for method, name in found.votes.items())
    agree = "The methods agree" if found.agree else "The methods disagree"
    return f"{agree} ({votes})." if votes else ""


def _row(candidate: Candidate) -> list[str]:
    return [
        candidate.name,
        estimates.short(candidate.active),
        estimates.short(candidate.active_period),
        estimates.short(candidate.blocked),
        estimates.short(candidate.starved),
        estimates.short(candidate.waiting),
        numbers.percent(candidate.longest_active),
        numbers.percent(candidate.turning_point),
    ]
