"""How sure the figures are: replications, warm-up, model and the rules in force."""

from twin.report import estimates, numbers, sentences
from twin.report.markup import Markup, element
from twin.report.sections.notes import notes
from twin.results.model import Results


def sureness(results: Results) -> Markup:
    """Return how the figures were found and what a careful reader should know."""
    facts = [*sentences.certainty(results), ("Precision", _precision(results))]
    if results.outside.mean > 0 or results.wait_outside.mean > 0:
        facts.append(("Waiting outside", _outside(results)))
    terms = [element("div", element("dt", term), element("dd", words)) for term, words in facts]
    return element(
        "section",
        element("h2", "How sure are we"),
        element("dl", *terms),
        element("h3", "Worth knowing") if results.notes else "",
        notes(results.notes),
        element("h3", "Conventions in force") if results.conventions else "",
        notes(results.conventions),
        class_="sureness",
    )


def _precision(results: Results) -> str:
    share = results.throughput.relative
    return f"throughput within ± {numbers.with_unit(numbers.significant(100 * share, 2), '%')}"


def _outside(results: Results) -> str:
    return (
        f"{estimates.short(results.outside)} at the end,"
        f" {estimates.short(results.wait_outside)} on average per part (not in the lead time)"
    )
