"""Labels: codes that scanners read back, nothing over the edge, and print data that cannot break out of its field."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.model.errors import DataError, UsageError
from station.report import code128
from station.report.label import SIZES, Bars, Matrix, Text, code_of, lay_out, qr, read_code, size_of
from station.report.svg import svg
from station.report.zpl import _safe, zpl

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=30)


def decoded(widths):
    """The text behind Code 128 widths: an independent reading of the symbol, set by set."""
    table = {code128._WIDTHS[v]: v for v in range(106)}
    groups = ["".join(map(str, widths[n:n + 6])) for n in range(0, len(widths) - 7, 6)]
    *data, check = [table[g] for g in groups]
    assert (data[0] + sum(n * v for n, v in enumerate(data))) % 103 == check
    text, in_c = "", data[0] == 105
    for value in data[1:]:
        if in_c and value == 100:
            in_c = False
        elif not in_c and value == 99:
            in_c = True
        else:
            text += f"{value:02d}" if in_c else chr(value + 32)
    return text


@given(PRINTABLE)
def test_every_printable_text_is_read_back_from_its_bars(text):
    assert decoded(code128.widths(text)) == text


def test_the_patterns_are_those_of_the_standard_in_shape():
    assert len(set(code128._WIDTHS)) == 106
    assert {sum(map(int, w)) for w in code128._WIDTHS} == {11}
    assert {sum(map(int, w[::2])) % 2 for w in code128._WIDTHS} == {0}


@pytest.mark.parametrize(("text", "values"), [
    ("PJJ123C", [104, 48, 42, 42, 17, 18, 19, 35, 55]),
    ("012345678901", [105, 1, 23, 45, 67, 89, 1, 79]),
])
def test_known_symbols_have_their_known_values_and_check(text, values):
    assert code128.values(text) == values


@given(st.integers(2, 30).map(lambda n: "7" * n))
def test_digits_take_half_the_room(text):
    assert len(code128.values(text)) <= 2 + (len(text) + 1) // 2 + (1 if len(text) % 2 else 0)


@pytest.mark.parametrize("text", ["", "é", "a\n", "\x7f"])
def test_what_code_128_cannot_carry_is_refused(text):
    with pytest.raises(DataError, match=r"report\.not-printable"):
        code128.values(text)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("end", ["done", "failed", "skipped"])
def test_nothing_stands_over_the_edge_or_upon_something_else(bench, size, end):
    getattr(bench, end)("012345678901")
    label = lay_out(bench.told()[0], size)
    boxes = [box(item) for item in label.items]

    assert {Text, Bars, Matrix} == {type(i) for i in label.items}
    for n, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert top >= 0
        assert right <= size.width + 0.01
        assert bottom <= size.height + 0.01
        for other in boxes[:n]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] + 0.01 or other[3] <= top + 0.01


def box(item):
    if isinstance(item, Text):
        return item.x, item.y, item.x + item.width, item.y + item.size
    if isinstance(item, Bars):
        return item.x, item.y, item.x + item.module * code128.modules(item.text), item.y + item.height
    return item.x, item.y, item.x + item.size, item.y + item.size


def test_a_label_of_a_run_that_is_not_done_cannot_be_taken_for_done(bench):
    bench.done("111")
    bench.failed("222")
    failed, done = (lay_out(s, SIZES["62x29"]).items[0] for s in bench.told())

    assert (done.text, done.inverse) == ("DONE", False)
    assert (failed.text, failed.inverse) == ("FAILED", True)


def test_the_code_on_the_label_leads_back_to_serial_run_and_row(bench):
    run = bench.done("012345678901")
    (story,) = bench.told()
    found = read_code(code_of(story) + "\r\n")

    assert (found.serial, found.run, found.seq) == ("012345678901", run, story.anchor.seq)
    assert found.station.casefold() == "bench-1"


@pytest.mark.parametrize("text", ["012345678901", "HB1:1:2", "HB2:1:2:s:3", "https://example.com/", "HB1:1:2:s:x"])
def test_a_foreign_code_is_told_apart(text):
    with pytest.raises(DataError, match=r"report\.not-our-code"):
        read_code(text)


def test_a_serial_too_long_for_bars_still_stands_in_text_and_qr(bench):
    bench.done("S" * 60)
    items = lay_out(bench.told()[0], SIZES["50x25"]).items

    assert not [i for i in items if isinstance(i, Bars)]
    assert "S" * 60 in next(i.text for i in items if isinstance(i, Matrix))


def test_the_svg_is_well_formed_and_as_large_as_the_label(bench):
    bench.done("111", operator="<&\"'>")
    root = ET.fromstring(svg(lay_out(bench.told()[0], SIZES["100x50"])))

    assert root.get("viewBox") == "0 0 100 50"


def test_a_qr_symbol_has_its_three_finder_patterns():
    rows = qr("HB1:012345678901:ABC:BENCH:7")
    finder = [[True] * 7, [True, *[False] * 5, True], *[[True, False, True, True, True, False, True]] * 3,
              [True, *[False] * 5, True], [True] * 7]
    assert [r[:7] for r in rows[:7]] == [r[-7:] for r in rows[:7]] == [r[:7] for r in rows[-7:]] == finder


def test_zpl_holds_one_format_a_label_in_dots_of_the_print_head(bench):
    bench.done("012345678901")
    label = lay_out(bench.told()[0], SIZES["62x29"])
    job = zpl([label, label], dpi=300)

    assert job.count("^XA") == job.count("^XZ") == 2
    assert "^PW744^LL348" in job
    assert "^BCN,,N,N,N,A^FH^FD012345678901^FS" in job
    assert re.search(r"\^BQN,2,\d+\^FH\^FDMA,HB1:012345678901:", job)


@given(st.text(max_size=40))
def test_no_text_breaks_out_of_its_zpl_field(text):
    safe = _safe(text)

    assert not set("^~") & set(safe)
    assert re.sub(r"(?:_[0-9A-F]{2})+", lambda m: bytes.fromhex(m[0].replace("_", "")).decode(), safe) == text


def test_an_unknown_label_stock_is_refused():
    with pytest.raises(UsageError, match=r"report\.unknown-label"):
        size_of("a4")
