"""The page: its sections in order, with the style sheet inside, and nothing from elsewhere."""

from importlib.resources import files

from twin.report import palette, sentences
from twin.report.markup import Markup, element
from twin.report.sections.answer import answer
from twin.report.sections.bottleneck import bottleneck
from twin.report.sections.cards import cards
from twin.report.sections.comparison import comparison
from twin.report.sections.fidelity import fidelity
from twin.report.sections.motion import motion
from twin.report.sections.output import output
from twin.report.sections.sureness import sureness
from twin.report.sections.tables import tables
from twin.report.sections.work import work
from twin.report.study import Study

# Nothing is fetched or run, whatever a name in the cell file holds.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(study: Study) -> str:
    """Return the report as one HTML page, well-formed XML too."""
    html = element("html", _head(study), element("body", *_body(study)), lang="en")
    return "<!DOCTYPE html>\n" + html + "\n"


def _head(study: Study) -> Markup:
    style = Markup(files("twin.report").joinpath("style.css").read_text(encoding="utf-8"))
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{sentences.title(study.results)} – Taktwin"),
        element("style", style),
    )


def _body(study: Study) -> list[Markup]:
    results = study.results
    sections = [
        answer(study),
        cards(results),
        bottleneck(results),
        comparison(study.comparison) if study.comparison else Markup(),
        output(study),
        work(study),
        fidelity(study.fidelity) if study.fidelity else Markup(),
        *(motion(found) for found in study.motion),
        tables(results),
        sureness(results),
    ]
    return [palette.patterns(), element("main", *sections)]
