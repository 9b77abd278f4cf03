"""The project's own way to make a frozen dataclass: what a value does, and that an assignment to one is refused."""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import pickle
from dataclasses import FrozenInstanceError, field, fields, replace
from pathlib import Path

import pytest
from mypy import api

import pscc
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


@frozen
class Lists:
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if "" in self.names:
            raise ValueError("a name is empty")


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


@pytest.mark.parametrize("name", ["x", "y", "note", "z"])
def test_a_value_refuses_assignment_and_deletion(name: str) -> None:
    point = Point(1, 2, "a")
    with pytest.raises(FrozenInstanceError, match="Point"):
        setattr(point, name, 3)
    with pytest.raises(FrozenInstanceError, match="Point"):
        delattr(point, name)
    assert (point.x, point.y, point.note) == (1, 2, "a")


def test_every_record_of_the_compiler_refuses_assignment() -> None:
    root = Path(pscc.__path__[0])
    records = [
        getattr(importlib.import_module(".".join(path.relative_to(root.parent).with_suffix("").parts)), node.name)
        for path in sorted(root.rglob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and any(ast.unparse(one) == "frozen" for one in node.decorator_list)
    ]
    assert len(records) > 150
    for record in records:
        name = next((one.name for one in fields(record)), "anything")
        with pytest.raises(FrozenInstanceError):
            setattr(object.__new__(record), name, 1)


def test_a_value_is_made_by_position_by_name_and_from_defaults() -> None:
    assert Point(1, note="a").note == "a" and Point(y=2, x=1) == Point(1, 2)
    with pytest.raises(TypeError, match=r"Point.__init__\(\) missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        Point(1, z=2)  # type: ignore[call-arg]
    assert Lists().names == [] and Lists().names is not Lists().names
    with pytest.raises(ValueError, match="empty"):
        Lists([""])


def test_mypy_refuses_an_assignment(tmp_path: Path) -> None:
    source = tmp_path / "assigns.py"
    source.write_text("from pscc.ir import Range\n\nlow = Range(1, 2)\nlow.min = 3\nRange(1)\n", encoding="utf-8")
    told, _, status = api.run(["--no-incremental", "--follow-imports=silent", str(source)])
    assert status == 1
    assert 'Property "min" defined in "Range" is read-only' in told
    assert 'Missing positional argument "max"' in told


@frozen
class Labelled(Point):
    label: str = ""

    def __repr__(self) -> str:
        return f"{self.label} at {self.x}, {self.y}"


def test_a_record_has_the_fields_of_the_record_that_it_is_made_from() -> None:
    assert [one.name for one in fields(Labelled)] == ["x", "y", "note", "label"]
    assert [one.default for one in fields(Labelled)][1:] == [0, "", ""]
    value = replace(Labelled(1, 2, "a", "here"), y=5)
    assert repr(value) == "here at 1, 5" and repr(replace(Point(1, 2), y=5)) == "Point(x=1, y=5)"
    assert value == Labelled(1, 5, "b", "here") != Labelled(1, 5, "b", "there") and value != Point(1, 5)
    assert pickle.loads(pickle.dumps(value)) == value


def test_help_and_signatures_show_the_fields() -> None:
    @frozen
    class Fresh:
        first: int
        second: str = "x"

    assert str(inspect.signature(Fresh)) == "(first, second='x')"
