"""The words of a choice: one place has them, and every language puts its own expressions between them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pscc.base.resources import TEMPLATES
from pscc.ir import refusals
from pscc.ir.refusals import Slot, Words, flat, text_of

ALL = {name: words for name, words in vars(refusals).items() if isinstance(words, Words)}
HOME = Path(refusals.__file__)


def test_texts_that_meet_are_one_and_slots_stay() -> None:
    inner = Words((" b", Slot.USER))
    assert flat(Words(("a", inner, "c", "d"))) == ("a b", Slot.USER, "cd")
    assert text_of(Words(("a", inner)), {Slot.USER: "jane"}) == "a bjane"


@pytest.mark.parametrize("name", ALL)
def test_no_other_file_has_the_words(name: str) -> None:
    texts = [text for text in flat(ALL[name]) if isinstance(text, str) and text.count(" ") > 3]
    files = [*HOME.parent.parent.rglob("*.py"), *TEMPLATES.rglob("*.j2")]
    assert [
        file for file in files if file != HOME and any(text in file.read_text(encoding="utf-8") for text in texts)
    ] == []
