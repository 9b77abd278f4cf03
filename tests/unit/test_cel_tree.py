"""The tree of CEL that the printers work on: how it is read, put together, printed, and broken into lines."""

from __future__ import annotations

import pytest
import yaml

from pscc.base.source import SourceFile
from pscc.driver import analyse, compile_program
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import all_of, any_of, negated
from pscc.printers.cel.text import quoted_for_kyverno, text_of
from pscc.printers.cel.tree import FALSE, TRUE, Call, Conditional, Expression, Infix, Name, Not, substitute, walk
from pscc.printers.cel.workloads import at_template, templated
from support.cel import expressions
from support.paths import ROOT

A, B, C = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (Infix("&&", (Infix("||", (A, B)), C)), "(a || b) && c"),
        (Infix("||", (Infix("&&", (A, B)), C)), "a && b || c"),
        (Infix("==", (Infix("==", (A, B)), C)), "(a == b) == c"),
        (Infix("==", (Infix("+", (A, B)), C)), "a + b == c"),
        (Infix("+", (A, Infix("in", (B, C)))), "a + (b in c)"),
        (Not(Infix("==", (A, B))), "!(a == b)"),
        (Not(Call("exists", (B, C), A)), "!a.exists(b, c)"),
        (Call("size", (), Infix("+", (A, B))), "(a + b).size()"),
        (Infix("&&", (A, Conditional(A, B, C))), "a && (a ? b : c)"),
        (Conditional(A, Conditional(A, B, C), Conditional(A, B, C)), "a ? (a ? b : c) : a ? b : c"),
    ],
)
def test_brackets_are_where_operators_need_them(tree: Expression, text: str) -> None:
    assert text_of(tree) == text


def test_what_is_put_into_a_fragment_is_one_operand() -> None:
    assert text_of(cel("$x && c", x=cel("a || b"))) == "(a || b) && c"
    assert text_of(cel("$x.size()", x=cel("a + b"))) == "(a + b).size()"
    assert text_of(cel("$x && c", x=cel("a && b"))) == "a && b && c"
    with pytest.raises(KeyError):
        cel("$x && $y", x=A)


@pytest.mark.parametrize("source", ["", "a b", "a &&", "(a", "a ? b", "[a", "{a}", "a.", "a # b", "1 2", ")"])
def test_what_is_no_cel_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"has .* where|goes on|is no CEL"):
        cel(source)


def test_constants_are_left_out() -> None:
    assert all_of(A, TRUE, B) == cel("a && b")
    assert (all_of(), all_of(A, FALSE), any_of(), any_of(A, TRUE)) == (TRUE, FALSE, FALSE, TRUE)


@pytest.mark.parametrize(
    ("condition", "opposite"),
    [
        ("true", "false"),
        ("!a", "a"),
        ("!(a || b)", "a || b"),
        ("a == b", "a != b"),
        ("a || b", "!(a || b)"),
        ("has(a.b) && a.b != null", "!has(a.b) || a.b == null"),
        ("has(a.b) && dyn(a.b) != null", "!has(a.b) || dyn(a.b) == null"),
        ("has(a.b) && a.c != null", "!(has(a.b) && a.c != null)"),
    ],
)
def test_a_negation_reads_well(condition: str, opposite: str) -> None:
    assert text_of(negated(cel(condition))) == opposite


def test_a_walk_sees_all_and_a_substitution_changes_it() -> None:
    tree = cel('a.b(c, [d[e], {"f": !g}]) ? h + 1 : (i)')
    names = [node.name for node in walk(tree) if isinstance(node, Name)]
    assert names == list("acdeghi")
    doubled = substitute(tree, lambda node: Name(node.name * 2) if isinstance(node, Name) else None)
    assert text_of(doubled) == 'aa.b(cc, [dd[ee], {"f": !gg}]) ? hh + 1 : (ii)'


def test_a_template_stands_for_the_pod_in_reads_and_not_in_strings() -> None:
    tree = cel(
        "object.spec.a == $text && has(oldObject.metadata) && object.kind != $text", text=literal("object.spec.x")
    )
    assert text_of(at_template(tree, "spec.template")) == (
        'object.spec.template.spec.a == "object.spec.x" && has(oldObject.spec.template.metadata) && '
        'object.kind != "object.spec.x"'
    )
    assert text_of(templated(tree)).startswith('variables.template.spec.a == "object.spec.x" && ')


WORDS = "object.spec.x", "{{ x }}", "$(x)"


@pytest.mark.parametrize(
    ("target", "written"),
    [
        ("vap", ('"object.spec.x"', '"{{ x }}"', '"$(x)"')),
        ("kyverno-cel", ('"object\\u002espec.x"', '"{\\u007b x }}"', '"\\u0024(x)"')),
        ("kyverno", ('"object\\u002espec.x"', '"{\\u007b x }}"', '"\\u0024(x)"')),
    ],
)
def test_strings_are_escaped_for_kyverno_alone(target: str, written: tuple[str, ...]) -> None:
    """Kyverno rewrites the text of its rules; the API server reads a string as it is written."""
    names = ", ".join(f'"{word}"' for word in WORDS)
    program = analyse(SourceFile("p.psp", f"policy p {{ allow runtimeClassName {names} }}"))[1]
    files = compile_program(program, (target,)).outputs[target].files
    text = "\n".join(file.text for file in files if file.path.startswith("policies/"))
    assert f"in [{', '.join(written)}]" in text


@pytest.mark.parametrize("folder", ["policies/restricted", "sets/two"])
def test_what_is_printed_reads_as_the_same_tree(folder: str) -> None:
    """Lines and brackets lose nothing: what is read of an output is printed as it was."""
    count = 0
    for path in sorted((ROOT / "golden" / folder).glob("*/policies/*.yaml")):
        for expression in expressions(list(yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))):
            if "JSONPatch{" not in expression:
                assert laid_out(cel(expression), quoted_for_kyverno) == expression, path
                count += 1
    assert count > 30
