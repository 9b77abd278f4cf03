"""Reads the policy language: text to syntax tree, with errors that say what was expected. The only user of Lark."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Replacement, Report
from pscc.language import ast
from pscc.language.comments import Comments
from pscc.language.comparisons import comparison
from pscc.language.elsewhere import EVERYBODY
from pscc.language.grammar import lark_parser
from pscc.language.mistakes import explain_stop
from pscc.language.outline import Piece
from pscc.language.printer import KEYWORDS
from pscc.language.quoting import QUOTES, character_name, looks_the_same
from pscc.language.quoting import quoted as in_quotes
from pscc.language.recovery import Recovery
from pscc.language.signs import brackets, foreign_control, sign_behind
from pscc.language.stop import MODES

if TYPE_CHECKING:
    from lark import Token, Tree


def _unquote(text: str) -> str:
    units: str = json.loads(text.replace("\t", "\\t"), strict=False)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class _Builder:
    """Turns Lark's tree into the syntax tree of one file."""

    def __init__(self, source: SourceFile) -> None:
        self.file = source.name
        self.comments = Comments(source.text)
        self.errors: list[Diagnostic] = []

    def span(self, node: Tree[Token] | Token) -> Span:
        at = cast("Token", node if hasattr(node, "end_line") else node.meta)
        return Span(self.file, at.line or 1, at.column or 1, at.end_line or 1, at.end_column or 1)

    def document(self, trees: list[Tree[Token]]) -> ast.Document:
        policies: list[ast.Policy] = []
        choices: list[ast.Choice] = []
        uses: list[ast.Use] = []
        heading = self.comments.heading((trees[0].meta.line, trees[0].meta.column)) if trees else ""
        for tree in trees:
            if tree.data == "policy":
                policies.append(self.policy(tree))
            elif tree.data == "use":
                uses.append(self.use(tree))
            else:
                choices.append(self.choice(tree))
        return ast.Document(self.file, tuple(policies), tuple(choices), heading, self.comments.rest(), tuple(uses))

    def above(self, node: Tree[Token]) -> str:
        return self.comments.above((node.meta.line, node.meta.column))

    def within(self, node: Tree[Token]) -> str:
        """The comments above a node, and in it if it has several lines."""
        return self.comments.above((node.meta.end_line, node.meta.end_column))

    def closing(self, block: Tree[Token]) -> str:
        """The comments before the ``}`` of a block, and beside it."""
        return "\n".join(filter(None, (self.within(block), self.comments.beside(block.meta.end_line))))

    def name(self, tree: Tree[Token]) -> ast.Name:
        text, span = str(tree.children[0]), self.span(tree)
        self.visible(text, span)
        self.complain(sign_behind(text, span))
        return ast.Name(text, span)

    def control(self, tree: Tree[Token], verb: str) -> ast.Name:
        """The name of a control, in a statement with ``verb``."""
        name = self.name(tree)
        self.complain(foreign_control(name, verb))
        return name

    def complain(self, error: Diagnostic | None) -> None:
        """Keep ``error``, if there is one."""
        if error is not None:
            self.errors.append(error)

    def values(self, trees: list[Tree[Token]]) -> tuple[ast.Value, ...]:
        """The values of a list."""
        values = tuple(self.value(tree) for tree in trees)
        self.complain(brackets(values))
        return values

    def visible(self, text: str, span: Span) -> bool:
        """Whether each character of a bare word can be seen; an error where one cannot."""
        hidden = [character for character in text if not character.isprintable()]
        if hidden:
            clean = "".join(character for character in text if character.isprintable())
            message = f"this word has an invisible character in it: {character_name(hidden[0])}"
            fixes = (Replacement(span, clean, looks_the_same(text)),) if clean else ()
            help = f"write `{clean}`" if clean else "take it out"
            self.errors.append(Diagnostic("LNG054", message, span, help=help, fixes=fixes))
        return not hidden

    def value(self, tree: Tree[Token], statement: str = "") -> ast.Value:
        """A value, of ``statement`` if it is one of the values of a statement."""
        text, quoted, key, qualifier = "", False, "", ""
        for token in cast("list[Token]", tree.children):
            match token.type:
                case "KEY":
                    key = token[:-1]
                case "QUALIFIER":
                    qualifier = token[1:-1].strip()
                case "STRING":
                    text, quoted = _unquote(token), True
                case _:
                    text = str(token)
        span = self.span(tree)
        if not quoted and text in KEYWORDS:
            help = f'quote it if it is a value: `"{text}"`'
            if text == "all" and statement:
                help = f"for every value, leave it out, as in `{statement}`; {help}"
            if text in MODES and statement:
                help += f"; a mode stands before the verb, as in `{text} {statement}`"
            self.errors.append(Diagnostic("LNG003", f"`{text}` is a keyword, not a value", span, help=help))
        elif not quoted and self.visible(text, span) and (text[0] in QUOTES or text[-1] in QUOTES):
            fix, safe = in_quotes(text)
            message = f'`{text}`: strings stand in `"`'
            fixes = (Replacement(span, fix, safe),) if fix and not key and not qualifier else ()
            help = f"write `{fix}`" if fix else 'use `"`'
            self.errors.append(Diagnostic("LNG053", message, span, help=help, fixes=fixes))
        elif not quoted and text.endswith(";"):
            self.complain(sign_behind(text, span))
        return ast.Value(text, span, quoted, key, qualifier)

    def statement(self, tree: Tree[Token]) -> ast.Statement:
        words = [str(child) for child in tree.children if not hasattr(child, "data")]
        texts: dict[str, str] = {"manner": "", "on": "", "because": ""}
        names: list[ast.Name] = []
        values: list[ast.Value] = []
        unless: ast.Unless | None = None
        for child in cast("list[Tree[Token]]", tree.children[len(words) :]):
            if child.data == "name":
                names.append(self.control(child, words[-1]))
            elif child.data == "value":
                values.append(self.value(child, f"{words[-1]} {names[-1].text}"))
            elif child.data == "unless":
                unless = self.unless(child)
            else:
                texts[child.data] = " ".join(str(child.children[0]).split()).removeprefix("on ")
                if child.data == "because":
                    texts["because"] = _unquote(str(child.children[0]))
        self.complain(brackets(tuple(values)))
        self.complain(comparison(tuple(values)))
        return ast.Statement(
            cast(ast.Verb, words[-1]),
            tuple(names),
            self.span(tree),
            cast(ast.Manner, texts["manner"]),
            tuple(values),
            cast(ast.On, texts["on"]),
            texts["because"],
            self.within(tree),
            self.comments.beside(tree.meta.end_line),
            cast(ast.Mode, words[0]) if len(words) > 1 else None,
            unless,
        )

    def unless(self, tree: Tree[Token]) -> ast.Unless:
        conditions = tuple(
            self.pod_condition(cast("Tree[Token]", node)) for node in tree.children if hasattr(node, "data")
        )
        joined = next((str(node) for node in tree.children if not hasattr(node, "data")), "")
        return ast.Unless(conditions, self.span(tree), cast(ast.Joined, joined))

    def pod_condition(self, tree: Tree[Token]) -> ast.PodCondition:
        field, *negation, value = cast("list[Tree[Token]]", tree.children)
        return ast.PodCondition(self.name(field), self.value(value), self.span(tree), bool(negation))

    def scope(self, tree: Tree[Token]) -> ast.Scope:
        values = self.values(cast("list[Tree[Token]]", tree.children[1:]))
        inverse = str(tree.children[0]).startswith("except")
        return ast.Scope(inverse, values, self.span(tree), self.within(tree), self.comments.beside(tree.meta.end_line))

    def subjects(self, trees: list[Tree[Token]]) -> tuple[ast.Subject, ...]:
        """``groups a, b, users c`` as one subject a kind: a value without a kind is of the one before it."""
        subjects: list[ast.Subject] = []
        for tree in trees:
            kind, *rest = tree.children
            span = self.span(tree)
            if not hasattr(kind, "data") and kind.type == "EVERYONE":
                subjects.append(ast.Subject("everyone", (), span))
            elif not hasattr(kind, "data"):
                value = self.value(cast("Tree[Token]", rest[0]))
                subjects.append(ast.Subject(cast(ast.SubjectKind, str(kind)), (value,), span))
            elif not subjects or subjects[-1].kind == "everyone":
                who = str(cast("Tree[Token]", kind).children[0])
                help = "say what it is: `users`, `groups` or `serviceaccounts` before the name"
                help = "write `everyone`" if who.lower() in EVERYBODY else help
                self.errors.append(Diagnostic("LNG005", "who is this?", span, help=help))
            else:
                last = subjects.pop()
                values = (*last.values, self.value(cast("Tree[Token]", kind)))
                subjects.append(ast.Subject(last.kind, values, last.span.to(span)))
        return tuple(subjects)

    def exemption(self, tree: Tree[Token]) -> ast.Exemption:
        """An exemption with one `ast.Exempted` for each kind. A value without a kind has that of the value before it."""
        exempted: list[ast.Exempted] = []
        controls: tuple[ast.Name, ...] = ()
        because, until = "", None
        for child in cast("list[Tree[Token]]", tree.children[1:]):
            span = self.span(child)
            match child.data:
                case "exempted":
                    *kind, value = child.children
                    parsed = self.value(cast("Tree[Token]", value))
                    if kind:
                        exempted.append(ast.Exempted(cast(ast.ExemptKind, str(kind[0])), (parsed,), span))
                    elif exempted:
                        last = exempted.pop()
                        exempted.append(ast.Exempted(last.kind, (*last.values, parsed), last.span.to(span)))
                    else:
                        help = "write `users`, `groups`, `serviceaccounts`, `containers` or `images` before the name"
                        self.errors.append(Diagnostic("LNG005", "what is this the name of?", span, help=help))
                case "from":
                    controls = tuple(self.name(cast("Tree[Token]", name)) for name in child.children)
                case "because":
                    because = _unquote(str(child.children[0]))
                case _:
                    until = self.value(cast("Tree[Token]", child.children[0]))
        for part in exempted:
            self.complain(brackets(part.values))
        comment, beside = self.within(tree), self.comments.beside(tree.meta.end_line)
        return ast.Exemption(tuple(exempted), self.span(tree), controls, because, until, comment, beside)

    def without(self, tree: Tree[Token]) -> ast.Without:
        names = tuple(self.name(cast("Tree[Token]", name)) for name in tree.children)
        return ast.Without(names, self.span(tree), self.within(tree), self.comments.beside(tree.meta.end_line))

    def use(self, tree: Tree[Token]) -> ast.Use:
        path = _unquote(str(tree.children[0]))
        return ast.Use(path, self.span(tree), self.within(tree), self.comments.beside(tree.meta.end_line))

    def grant(self, tree: Tree[Token]) -> ast.Grant:
        name, *rest = cast("list[Tree[Token]]", tree.children)
        comment, beside = self.within(tree), self.comments.beside(tree.meta.end_line)
        subjects = self.subjects([child for child in rest if child.data == "subject"])
        scopes = [self.scope(child) for child in rest if child.data == "scope"]
        for scope in scopes:
            if scope.inverse:
                help = "name the namespaces in which it may be used"
                self.errors.append(Diagnostic("LNG006", "a grant has no `except`", scope.span, help=help))
        places = tuple(v for s in scopes for v in s.values)
        return ast.Grant(self.name(name), subjects, self.span(tree), places, comment, beside)

    def choice(self, tree: Tree[Token]) -> ast.Choice:
        children = cast("list[Tree[Token]]", tree.children)
        modes = [cast(ast.Mode, str(child.children[0])) for child in children if child.data == "mode"]
        comment, beside = self.above(tree), self.comments.beside(tree.meta.line)
        grants = tuple(self.grant(child) for child in children if child.data == "grant")
        mode = modes[0] if modes else None
        name = next((self.name(child) for child in children if child.data == "choice_name"), None)
        return ast.Choice(grants, self.span(tree), mode, comment, beside, self.closing(tree), name)

    def policy(self, tree: Tree[Token]) -> ast.Policy:
        name, title, extends, mode = None, "", None, None
        comment, beside = self.above(tree), self.comments.beside(tree.meta.line)
        mode_comment, mode_beside = "", ""
        statements: list[ast.Statement] = []
        scopes: list[ast.Scope] = []
        exemptions: list[ast.Exemption] = []
        without: list[ast.Without] = []
        abstract = False
        for node in tree.children:
            if not hasattr(node, "data"):
                if node.type == "ABSTRACT":
                    abstract = True
                else:
                    title = _unquote(str(node))
                continue
            child = cast("Tree[Token]", node)
            match child.data:
                case "name":
                    name = self.name(child)
                case "extends":
                    extends = self.name(cast("Tree[Token]", child.children[0]))
                case "mode":
                    if mode is not None:
                        message = "a policy has one mode"
                        self.errors.append(Diagnostic("LNG004", message, self.span(child), help="keep one of them"))
                    mode = cast(ast.Mode, str(child.children[0]))
                    mode_comment, mode_beside = self.within(child), self.comments.beside(child.meta.end_line)
                case "scope":
                    scopes.append(self.scope(child))
                case "exemption":
                    exemptions.append(self.exemption(child))
                case "without":
                    without.append(self.without(child))
                case _:
                    statements.append(self.statement(child))
        assert name is not None
        return ast.Policy(
            name,
            title,
            tuple(statements),
            self.span(tree),
            extends,
            tuple(scopes),
            mode,
            mode_comment,
            mode_beside,
            comment,
            beside,
            self.closing(tree),
            tuple(exemptions),
            tuple(without),
            abstract,
        )


def _built(source: SourceFile, trees: list[Tree[Token]], report: Report) -> ast.Document:
    builder = _Builder(source)
    document = builder.document(trees)
    for error in builder.errors:
        report.add(error)
    return document


def read_language(source: SourceFile, report: Report) -> ast.Document:
    """The syntax tree of ``source``. All syntax errors go to ``report``, and the tree lacks the parts that have one."""
    from lark import UnexpectedInput

    try:
        trees = cast("list[Tree[Token]]", lark_parser().parse(source.text, start="start").children)
    except UnexpectedInput as error:
        recovery = Recovery(source, report)
        trees = recovery.trees()
        if not report.failed:
            report.add(explain_stop(recovery.stop(error, Piece(0, len(source.text)), "start")))
    return _built(source, trees, report)


def parse(source: SourceFile) -> ast.Document:
    """The syntax tree of ``source``. Raises `SourceError` with every error if it is not of the language."""
    report = Report()
    document = read_language(source, report)
    report.raise_errors()
    return document
