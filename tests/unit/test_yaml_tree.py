"""YAML as kubectl reads it, with the place of each node; whatever is no such YAML is told with its place."""

from __future__ import annotations

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import SourceError
from pscc.psp.yaml_tree import load_documents


def read(text: str) -> list[object]:
    documents = load_documents(SourceFile("x.yaml", text))
    if flaws := [flaw.error for document in documents for flaw in document.all_flaws()]:
        raise SourceError(flaws)
    return [node.to_json() for node in documents]


def refused(text: str) -> str:
    """``CODE:LINE:COLUMN`` of the first error, a flaw of a node or one of the source."""
    with pytest.raises(SourceError) as caught:
        read(text)
    first = caught.value.diagnostics[0]
    assert first.span is not None
    return f"{first.code}:{first.span.line}:{first.span.column}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True), ("Off", False), ("y", True), ("N", False), ("'no'", "no"), ("!!str no", "no"), ("! 1", "1"),
        ("~", None), ("null", None), ("NULL", None), ("'~'", "~"), ("10", 10), ("-5", -5), ("+5", 5), ("0755", 493),
        ("0o17", 15), ("0x1F", 31), ("-0x1f", -31), ("0b101", 5), ("1_000", 1000), ("08", 8), ("1.0", 1), ("1e3", 1000),
        ("1.5", 1.5), ("1:30", "1:30"), ("2020-01-01", "2020-01-01"), ("a b", "a b"), ("'*'", "*"), (".", "."),
    ],
)  # fmt: skip
def test_scalars(text: str, value: object) -> None:
    found = read(f"a: {text}")
    assert found == [{"a": value}]
    assert type(found[0]["a"]) is type(value)  # type: ignore[index]


def test_places_are_one_based_and_count_characters() -> None:
    (node,) = load_documents(SourceFile("x.yaml", "é: [b,\n  'c']\n"))
    entry = node.entries[0]
    assert str(entry.key_span) == "x.yaml:1:1"
    assert [(s.line, s.column, s.end_line, s.end_column) for s in (i.span for i in entry.node.items)] == [
        (1, 5, 1, 6),
        (2, 3, 2, 6),
    ]


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("", []), ("---\n---\n", []), ("# nothing\n", []), ("a: b\n---\n---\n", [{"a": "b"}]),
        ("a: 1\n---\nb: 2\n...\n", [{"a": 1}, {"b": 2}]), ('{\n\t"a": [1, null]\n}', [{"a": [1, None]}]),
        ("a: &x [1]\nb: *x\n", [{"a": [1], "b": [1]}]), ("\ufeffa: 1", [{"a": 1}]),
        ("a: &x b\n*x : c\n", [{"a": "b", "b": "c"}]), ("&k a: 1\nb: *k\n", [{"a": 1, "b": "a"}]),
        ("a: &x 1\n---\na: &x 2\nb: *x\n", [{"a": 1}, {"a": 2, "b": 2}]),
    ],
)  # fmt: skip
def test_documents(text: str, documents: list[object]) -> None:
    assert read(text) == documents


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a:\n\tb: 1\n", "YML001:2:1"),
        ("a: [1\nb: 2\n", "YML001:2:2"),
        ("a: 'b\n", "YML001:2:1"),
        ("a: 1\n a: 2\n", "YML001:2:3"),
        ("a: \x00", "YML001:1:4"),
        ("a: *b\n", "YML001:1:4"),
        ("a: &b 1\nc: &b 2\n", "YML001:2:4"),
        ("a: &b 1\n---\nc: *b\n", "YML001:3:4"),
        ("a: 1\nb: 2\na: 3\n", "YML004:3:1"),
        ("? [a]\n: b\n", "YML005:1:3"),
        ("a: &x {c: 1}\nb:\n  <<: *x\n", "YML006:3:3"),
        ("a: !!python/object:os.system x\n", "YML002:1:4"),
        ("- " * 1_000_000, "YML003:1:201"),
    ],
)
def test_errors(text: str, error: str) -> None:
    assert refused(text) == error


def test_brackets_too_deep_are_refused_by_whoever_counts_them_first() -> None:
    # PyYAML 6.0.4 looks a thousand brackets ahead and refuses them itself
    assert refused("a: " + "[" * 1_000_000) in ("YML003:1:103", "YML001:1:1003")


def test_a_key_given_twice_shows_both_places() -> None:
    with pytest.raises(SourceError) as caught:
        read("a: 1\nb: 2\na: 3\n")
    (diagnostic,) = caught.value.diagnostics
    assert [str(span) for span, _ in diagnostic.notes] == ["x.yaml:1:1"]


def test_a_long_list_is_not_taken_for_aliases_that_repeat() -> None:
    (found,) = read("[" + ",".join("1" * 60_000) + "]")
    assert isinstance(found, list) and len(found) == 60_000


def test_aliases_are_bounded() -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert refused("\n".join(["a0: &a0 [x]", *levels])).startswith("YML003")
    assert refused("&a [*a]")[:3] == "YML"


def test_nesting_by_aliases_is_bounded() -> None:
    levels = [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 200)]
    assert refused("\n".join(["a0: &a0 [x]", *levels])) == "YML003:100:12"


def test_what_is_left_out_of_a_map_may_have_anchors_and_repeats_nothing() -> None:
    (node,) = load_documents(SourceFile("x.yaml", "a: 1\na: &x [b]\n<<: {c: *x}\nd: *x\n"))
    assert node.to_json() == {"a": 1, "d": ["b"]}
    assert [flaw.error.code for flaw in node.all_flaws()] == ["YML004", "YML006"]
