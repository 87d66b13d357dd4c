"""Certificates of units and batches as one HTML page that needs nothing else: browsers print it, `ui.records` makes it a PDF.

The mark-up keeps to what Qt's rich text knows (tables, plain CSS classes, PNG images as data URIs), so that both show the same.
Only a run that is Done is called a certificate; everything else is a report of a run.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from html import escape

import segno

import resources
from station.model.facts import Fact
from station.model.faults import Catalogue
from station.model.runs import Phase
from station.model.words import N_, Link
from station.report.label import code_of
from station.report.metrics import Metrics, measure
from station.report.story import Story

Translate = Callable[[str], str]

LINKS = {
    Link.USB: N_("USB bus"), Link.MTP: N_("storage of the unit"), Link.PORTAL: N_("Device Portal"), Link.GRAPH: N_("tenant"),
    Link.PERSON: N_("a person’s word"), Link.STATION: N_("the station"),
}
WORDS = {
    Phase.DONE: (N_("Done"), "✓"), Phase.FAILED: (N_("Failed"), "✕"), Phase.SKIPPED: (N_("Skipped"), "⁄"),
    Phase.CANCELLED: (N_("Cancelled"), "–"), Phase.ACTIVE: (N_("Not finished"), "…"),
}
QR_PIXELS = 4


def page(stories: Sequence[Story], faults: Catalogue, made_at: datetime, translate: Translate = str, *, language: str = "en",
         title: str = "", practice: bool = False) -> str:
    """One page: for several runs a summary first, then each run. `practice` marks every run as practice."""
    write = _Writer(translate, faults, practice)
    parts = [] if len(stories) == 1 else [write.summary(stories, title)]
    parts += [write.run(story, first=n == 0 and not parts) for n, story in enumerate(stories)]
    heading = title or (stories[0].serial if len(stories) == 1 else translate(N_("Batch")))
    made = translate(N_("Made by HoloBench, {when}")).format(when=moment(made_at))
    return (f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head><meta charset="utf-8"><title>{escape(heading)}</title>'
            f"<style>{resources.text('report/certificate.css')}</style></head><body>"
            f'{"".join(parts)}<p class="foot">{escape(made)}</p></body></html>\n')


def moment(at: datetime | None) -> str:
    """A time as reports show it: UTC, to the second; a dash where there is none."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "–"


def duration(seconds: float | None) -> str:
    """Hours, minutes and seconds; a dash where there is none."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def share(part: float | None) -> str:
    """A part of one in percent; a dash where there is none."""
    return f"{part * 100:.0f} %" if part is not None else "–"


class _Writer:
    """Pieces of the page in one language."""

    def __init__(self, translate: Translate, faults: Catalogue, practice: bool) -> None:
        self._t = translate
        self._faults = faults
        self._practice = practice

    def run(self, story: Story, *, first: bool) -> str:
        """Everything about one run."""
        word, glyph = WORDS[story.outcome]
        kind = N_("Certificate of provisioning") if story.outcome is Phase.DONE else N_("Report of a run")
        picture = segno.make_qr(code_of(story), error="m", boost_error=False).png_data_uri(scale=QR_PIXELS, border=2)
        return "".join((
            "<div>" if first else '<div class="next">', self._practice_line(),
            '<table class="head" width="100%"><tr><td>', f'<p class="kind">{self._e(kind)}</p>',
            f'<p class="serial">{escape(story.serial)}</p>',
            f'<p class="outcome {story.outcome.value}">{glyph} {self._e(word)}</p></td>',
            f'<td width="150" align="right"><img src="{picture}" width="140" height="140" alt="{escape(code_of(story))}"></td>',
            "</tr></table>", self._fields(story), self._steps(story), self._met(story), self._facts(story), self._proof(story),
            "</div>"))

    def summary(self, stories: Sequence[Story], title: str) -> str:
        """Figures and one line a run."""
        rows = (self._summary_row(story) for story in stories)
        head = self._row((N_("Serial"), N_("Outcome"), N_("Path"), N_("Started"), N_("Duration"), N_("Fault")), "th")
        return "".join((
            "<div>", self._practice_line(), f'<p class="kind">{self._e(N_("Report of a batch"))}</p>',
            f'<p class="serial">{escape(title or self._t(N_("Batch")))}</p>', self._figures(measure(stories)),
            f'<table class="grid" width="100%">{head}{"".join(rows)}</table></div>'))

    def _summary_row(self, story: Story) -> str:
        word, glyph = WORDS[story.outcome]
        fault = self._t(self._faults.explain(story.run.fault.code).title) if story.run.fault else ""
        return self._cells((story.serial, f"{glyph} {self._t(word)}", self._path(story), moment(story.run.started),
                            duration(story.seconds), fault))

    def _figures(self, m: Metrics) -> str:
        outcomes = " · ".join(f"{self._t(WORDS[phase][0])} {m.count(phase)}" for phase in WORDS if m.count(phase))
        causes = " · ".join(f"{self._t(self._faults.explain(code).title)} ({count})" for code, count in m.causes)
        return self._pairs((
            (N_("Units"), str(m.runs)), (N_("Outcomes"), outcomes), (N_("Done at the first try"), share(m.first_pass)),
            (N_("Median duration"), duration(m.median_seconds)),
            (N_("Units an hour"), f"{m.per_hour:.1f}" if m.per_hour is not None else "–"),
            (N_("Most frequent faults"), causes or "–")))

    def _fields(self, story: Story) -> str:
        facts = story.run.facts
        where = (story.station, str(story.run.slot or ""), story.operator)
        return self._pairs((
            (N_("Model and build"), " · ".join(t for t in (facts.text("unit.model"), facts.text("unit.build")) if t) or "–"),
            (N_("Path"), self._path(story)), (N_("Blueprint"), story.run.blueprint),
            (N_("Device owner"), self._t(story.path.owner) if story.path else "–"),
            (N_("Station, slot, operator"), " · ".join(t for t in where if t)),
            (N_("Started"), moment(story.run.started)), (N_("Finished"), moment(story.run.finished)),
            (N_("Duration"), duration(story.seconds)), (N_("Retries"), str(story.retries))))

    def _steps(self, story: Story) -> str:
        if not story.steps:
            return ""
        rows = "".join(self._cells((str(n), self._t(step.verb), moment(step.at) if step.at else self._t(N_("not proved")),
                                    ", ".join(self._t(LINKS[link]) for link in step.links)), "" if step.at else "open")
                       for n, step in enumerate(story.steps, 1))
        return self._section(N_("Steps and what proves them"), (N_("No."), N_("Step"), N_("Proved at"), N_("Proved by")), rows)

    def _met(self, story: Story) -> str:
        if not story.faults:
            return ""
        rows = "".join(self._cells((moment(f.at), self._t(self._faults.explain(f.code).title), f.code, f.detail))
                       for f in story.faults)
        return self._section(N_("Faults that were met"), (N_("Time"), N_("Fault"), N_("Code"), N_("Detail")), rows)

    def _facts(self, story: Story) -> str:
        known = sorted(story.run.facts.values(), key=lambda k: k.fact.key)
        rows = "".join(self._cells((k.fact.key, self._value(k.fact), self._t(LINKS[k.fact.source]), moment(k.fact.at)))
                       for k in known)
        columns = (N_("Fact"), N_("Value"), N_("Source"), N_("Time"))
        return self._section(N_("What was observed last"), columns, rows) if rows else ""

    def _proof(self, story: Story) -> str:
        how = self._t(story.path.verify) if story.path and story.path.verify else ""
        said = self._t(N_("The last row of this run in the record; “holobench journal verify --anchor” with it proves that it is "
                          "still there:"))
        return (f'<p class="note">{escape(how)}</p>' if how else "") + (
            f'<p class="note">{escape(said)} <span class="code">{escape(str(story.anchor))}</span></p>')

    def _practice_line(self) -> str:
        said = N_("PRACTICE: virtual units and a virtual tenant; this certifies nothing.")
        return f'<p class="practice">{self._e(said)}</p>' if self._practice else ""

    def _path(self, story: Story) -> str:
        return self._t(story.path.title) if story.path else story.run.path

    def _section(self, title: str, columns: Iterable[str], rows: str) -> str:
        heading = f'<h2><span class="section">{self._e(title)}</span></h2>'
        return f'{heading}<table class="grid" width="100%">{self._row(columns, "th")}{rows}</table>'

    def _pairs(self, pairs: Iterable[tuple[str, str]]) -> str:
        rows = (f'<tr><td class="label" width="30%">{self._e(label)}</td><td>{escape(value)}</td></tr>' for label, value in pairs)
        return f'<table class="pairs" width="100%">{"".join(rows)}</table>'

    def _row(self, texts: Iterable[str], cell: str) -> str:
        return "<tr>" + "".join(f'<{cell} align="left">{self._e(text)}</{cell}>' for text in texts) + "</tr>"

    def _value(self, fact: Fact) -> str:
        """A value as it was observed; what a person confirmed is a text of the house."""
        return self._t(fact.value) if fact.source is Link.PERSON and isinstance(fact.value, str) else str(fact.value)

    def _cells(self, values: Iterable[str], kind: str = "") -> str:
        return f'<tr class="{kind}">' + "".join(f"<td>{escape(value)}</td>" for value in values) + "</tr>"

    def _e(self, message: str) -> str:
        return escape(self._t(message))
