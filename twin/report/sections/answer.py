"""The head of the page: what the cell makes, what holds it back, and the verdicts asked for."""

from twin.report import sentences
from twin.report.markup import Markup, element
from twin.report.study import Study
from twin.results.model import Comparison

_SIGNS = {"good": "✓", "bad": "✗", "open": "?"}
_TAKT = {"met": "good", "missed": "bad"}
_FIDELITY = {"equivalent": "good", "different": "bad"}


def answer(study: Study) -> Markup:
    """Return the title, the answer in one sentence, and one line a verdict."""
    return element(
        "header",
        element("p", "Taktwin · ", study.results.name, class_="eyebrow"),
        element("h1", sentences.title(study.results)),
        element("p", sentences.answer(study.results), class_="answer"),
        element("ul", *_verdicts(study), class_="verdicts") if _verdicts(study) else Markup(),
    )


def _verdicts(study: Study) -> list[Markup]:
    found: list[Markup] = []
    takt, comparison, fidelity = study.results.takt, study.comparison, study.fidelity
    if takt:
        found.append(_verdict("Takt", takt.sentence, _TAKT.get(takt.verdict, "open")))
    if comparison:
        found.append(_verdict("Against baseline", comparison.verdict, _tone(comparison)))
    if fidelity:
        tone = _FIDELITY.get(fidelity.verdict, "open")
        found.append(_verdict("Twin and controller", fidelity.sentence, tone))
    return found


def _tone(comparison: Comparison) -> str:
    better = comparison.rows[0].better if comparison.rows else None
    return "open" if better is None else "good" if better else "bad"


def _verdict(subject: str, sentence: str, tone: str) -> Markup:
    sign = element("span", _SIGNS[tone], class_="sign", aria_hidden="true")
    return element("li", sign, element("strong", subject), element("span", sentence), class_=tone)
