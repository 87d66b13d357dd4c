"""Certificates: truthful titles, every language, nothing executable, and the same page for paper and browser."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

import resources
from station.model.faults import catalogue
from station.report.page import duration, page, share

MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Balanced(HTMLParser):
    """Complains about tags that do not close in order."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def made(bench, **options):
    html = page(bench.told(), catalogue(), MADE, **options)
    reader = Balanced()
    reader.feed(html)
    assert reader.open == []
    return html, " ".join(reader.text)


def test_only_a_done_run_is_called_a_certificate(bench):
    bench.done("111")
    assert "Certificate of provisioning" in made(bench)[1]


@pytest.mark.parametrize("end", ["failed", "cancelled", "skipped", "begin"])
def test_any_other_run_is_called_a_report_and_names_what_was_not_proved(bench, end):
    getattr(bench, end)("111")
    text = made(bench)[1]

    assert "Certificate" not in text
    assert "Report of a run" in text
    assert "not proved" in text


def test_a_failed_run_shows_the_catalogues_words_not_only_a_code(bench):
    bench.failed("111")
    assert catalogue()["autopilot.other-tenant"].title in made(bench)[1]


def test_a_word_of_a_person_is_shown_as_such(bench):
    bench.done("111")
    assert "a person’s word" in made(bench)[1]


def test_a_batch_begins_with_its_figures_and_holds_every_unit_on_a_page_of_its_own(bench):
    for serial in ("111", "222", "333"):
        bench.done(serial)
    html, text = made(bench, title="Batch <12>")

    assert "Batch <12>" in text
    assert html.count('class="next"') == 3
    assert "Done at the first try" in text


def test_practice_is_marked_on_every_page(bench):
    bench.done("111")
    bench.done("222")
    assert made(bench, practice=True)[0].count("PRACTICE") == 3
    assert "PRACTICE" not in made(bench)[0]


def test_nothing_in_a_record_becomes_mark_up(bench):
    bench.done("111", operator="<script>alert(1)</script>")
    html = made(bench)[0]

    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_page_asks_nothing_of_the_network(bench):
    bench.done("111")
    html = made(bench)[0]

    assert not re.search(r"https?://|//[a-z]", re.sub(r'src="data:[^"]*"', "", html))


def test_every_text_of_the_page_has_its_french(bench):
    bench.done_at_the_second_try("111")
    bench.failed("222")
    asked = []

    def translate(message):
        asked.append(message)
        return message

    page(bench.told(), catalogue(), MADE, translate, practice=True)
    own = {m for m in asked if m not in ("Nobody", "Small path", "Look at the headset.", "Copy the hash", "Wait for the tenant",
                                         "Look at the page")}
    french = "".join(resources.text(name) for name in resources.names("locale/fr", ".po"))
    missing = {m for m in own if 'msgid "' + m.replace('"', '\\"') + '"' not in french}
    assert missing == set()


def test_durations_and_shares_say_when_there_is_nothing_to_say():
    assert (duration(None), duration(3725.4), share(None), share(0.666)) == ("–", "1:02:05", "–", "67 %")
