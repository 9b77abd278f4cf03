"""Answers that are remembered by the identity of a record."""

from __future__ import annotations

import gc

from pscc.base.frozen import frozen
from pscc.base.remembering import remembered


@frozen
class Asked:
    name: str


def test_each_record_is_asked_about_once_and_forgotten_with_it() -> None:
    asked: list[str] = []

    @remembered
    def length(record: Asked) -> int:
        asked.append(record.name)
        return len(record.name)

    first, same = Asked("one"), Asked("one")
    assert (length(first), length(first), length(same)) == (3, 3, 3)
    assert asked == ["one", "one"]
    for number in range(1000):
        assert length(Asked("x" * number)) == number
    gc.collect()
    answers = next(cell.cell_contents for cell in length.__closure__ or () if isinstance(cell.cell_contents, dict))
    assert len(answers) == 2
