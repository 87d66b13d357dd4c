"""French as the shipped catalogue has it: no line breaks between « and its text, or before a colon; typographic apostrophes."""

import pytest
import strings


@pytest.mark.parametrize(("typed", "shipped"), [
    ("Ouvrez « Page » : lisez", "Ouvrez «\u00a0Page\u00a0»\u00a0: lisez"), ("À vous !", "À vous\u00a0!"), ("{n} %", "{n}\u00a0%"),
    ("https://localhost", "https://localhost"), ("10:05", "10:05"),
    ("Parcourir …", "Parcourir…"), ("1 … 9, 0", "1 … 9, 0"), ("s'arrête", "s’arrête"), ("'x'", "'x'"),
])
def test_french_is_set_as_in_print(typed: str, shipped: str) -> None:
    assert strings.set_in_type(typed) == shipped
