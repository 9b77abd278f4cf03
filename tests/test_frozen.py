"""The project's own way to make a frozen dataclass: what a value does, and that mypy refuses an assignment to one."""

from __future__ import annotations

import copy
import pickle
from dataclasses import field, fields, replace
from pathlib import Path

import pytest
from mypy import api

from pscc.base.frozen import frozen


@frozen
class Point:
    x: int
    y: int = 0
    note: str = field(default="", compare=False, repr=False)


@frozen
class Place:
    x: int
    y: int = 0


@frozen
class Nothing:
    pass


def test_values_are_equal_by_what_is_compared_and_by_class() -> None:
    assert Point(1, 2, "a") == Point(1, 2, "b") != Point(1, 3, "a")
    assert Point(1, 2) != Place(1, 2) and Point(1, 2) != (1, 2)
    assert hash(Point(1, 2, "a")) == hash(Point(1, 2, "b"))
    assert len({Point(1), Point(1, 0), Point(0, 1)}) == 2
    assert Nothing() == Nothing() and hash(Nothing()) == hash(Nothing()) and Nothing() != Point(1)


def test_values_are_dataclasses() -> None:
    assert [one.name for one in fields(Point)] == ["x", "y", "note"]
    assert replace(Point(1, 2), x=5) == Point(5, 2)
    assert repr(Point(1, 2, "a")) == "Point(x=1, y=2)" and repr(Nothing()) == "Nothing()"
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)
    assert pickle.loads(pickle.dumps(Point(1, 2))) == copy.deepcopy(Point(1, 2)) == Point(1, 2)


def test_a_value_has_its_fields_and_no_more() -> None:
    with pytest.raises(AttributeError):
        Point(1).z = 3  # type: ignore[attr-defined]
    assert not hasattr(Point(1), "__dict__")


def test_mypy_refuses_an_assignment(tmp_path: Path) -> None:
    source = tmp_path / "assigns.py"
    source.write_text("from pscc.ir import Range\n\nlow = Range(1, 2)\nlow.min = 3\nRange(1)\n", encoding="utf-8")
    told, _, status = api.run(["--no-incremental", "--follow-imports=silent", str(source)])
    assert status == 1
    assert 'Property "min" defined in "Range" is read-only' in told
    assert 'Missing positional argument "max"' in told
