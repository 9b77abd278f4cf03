"""Reads the policy language: text to syntax tree, with errors that say what was expected. The only user of Lark."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, cast

from pscc.diagnostics import Diagnostic, Replacement, SourceError, did_you_mean
from pscc.resources import GRAMMAR, cache_folder
from pscc.source import SourceFile, Span
from pscc.syntax import ast
from pscc.syntax.printer import KEYWORDS

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

_WORDS = {
    "VERB": "a statement (`deny`, `allow`, `require`, `default`)",
    "MODE": "a mode (`enforce`, `warn`, `audit`)",
    "WORD": "a word",
    "STRING": 'a "quoted" string',
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "POLICY": "`policy`",
    "_NL": "the end of the line",
    "_COMMA": "`,`",
    "_BECAUSE": "`because`",
    "$END": "the end of the file",
}


@cache
def _parser() -> Lark:
    import lark

    grammar = (GRAMMAR / "psp.lark").read_text(encoding="utf-8")
    options = {"parser": "lalr", "lexer": "contextual", "propagate_positions": True, "maybe_placeholders": False}
    digest = sha256(f"{lark.__version__}\n{grammar}".encode()).hexdigest()[:24]
    folder = cache_folder()
    if folder is None:
        return lark.Lark(grammar, **options)
    return lark.Lark(grammar, cache=str(folder / f"grammar-{digest}"), **options)


def _unquote(text: str) -> str:
    units: str = json.loads(text.replace("\t", "\\t"), strict=False)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class _Builder:
    """Turns Lark's tree into the syntax tree of one file."""

    def __init__(self, source: SourceFile) -> None:
        self.file = source.name
        self.errors: list[Diagnostic] = []

    def span(self, node: Tree[Token] | Token) -> Span:
        at = cast("Token", node if hasattr(node, "end_line") else node.meta)
        return Span(self.file, at.line or 1, at.column or 1, at.end_line or 1, at.end_column or 1)

    def name(self, tree: Tree[Token]) -> ast.Name:
        return ast.Name(str(tree.children[0]), self.span(tree))

    def value(self, tree: Tree[Token]) -> ast.Value:
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
            self.errors.append(Diagnostic("LNG003", f"`{text}` is a keyword, not a value", span, help=help))
        return ast.Value(text, span, quoted, key, qualifier)

    def statement(self, tree: Tree[Token]) -> ast.Statement:
        words = [str(child) for child in tree.children if not hasattr(child, "data")]
        found: dict[str, str] = {"manner": "", "on": "", "because": ""}
        names: list[ast.Name] = []
        values: list[ast.Value] = []
        unless: ast.Unless | None = None
        for child in cast("list[Tree[Token]]", tree.children[len(words) :]):
            if child.data == "name":
                names.append(self.name(child))
            elif child.data == "value":
                values.append(self.value(child))
            elif child.data == "unless":
                field, value = cast("list[Tree[Token]]", child.children)
                unless = ast.Unless(self.name(field), self.value(value), self.span(child))
            else:
                found[child.data] = " ".join(str(child.children[0]).split()).removeprefix("on ")
                if child.data == "because":
                    found["because"] = _unquote(str(child.children[0]))
        return ast.Statement(
            cast(ast.Verb, words[-1]),
            tuple(names),
            self.span(tree),
            cast(ast.Manner, found["manner"]),
            tuple(values),
            cast(ast.On, found["on"]),
            found["because"],
            mode=cast(ast.Mode, words[0]) if len(words) > 1 else None,
            unless=unless,
        )

    def scope(self, tree: Tree[Token]) -> ast.Scope:
        values = tuple(self.value(cast("Tree[Token]", v)) for v in tree.children[1:])
        return ast.Scope(str(tree.children[0]).startswith("except"), values, self.span(tree))

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
                help = "say what it is: `users`, `groups` or `serviceaccounts` before the name"
                self.errors.append(Diagnostic("LNG005", "who is this?", span, help=help))
            else:
                last = subjects.pop()
                values = (*last.values, self.value(cast("Tree[Token]", kind)))
                subjects.append(ast.Subject(last.kind, values, last.span.to(span)))
        return tuple(subjects)

    def exemption(self, tree: Tree[Token]) -> ast.Exemption:
        """One `ast.Exempted` a kind; a value without a kind is of the one before it."""
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
        return ast.Exemption(tuple(exempted), self.span(tree), controls, because, until)

    def grant(self, tree: Tree[Token]) -> ast.Grant:
        name, *rest = cast("list[Tree[Token]]", tree.children)
        subjects = self.subjects([child for child in rest if child.data == "subject"])
        scopes = [self.scope(child) for child in rest if child.data == "scope"]
        for scope in scopes:
            if scope.inverse:
                help = "name the namespaces in which it may be used"
                self.errors.append(Diagnostic("LNG006", "a grant has no `except`", scope.span, help=help))
        return ast.Grant(self.name(name), subjects, self.span(tree), tuple(v for s in scopes for v in s.values))

    def choice(self, tree: Tree[Token]) -> ast.Choice:
        children = cast("list[Tree[Token]]", tree.children)
        modes = [cast(ast.Mode, str(child.children[0])) for child in children if child.data == "mode"]
        grants = tuple(self.grant(child) for child in children if child.data == "grant")
        return ast.Choice(grants, self.span(tree), modes[0] if modes else None)

    def policy(self, tree: Tree[Token]) -> ast.Policy:
        name, title, extends, mode = None, "", None, None
        statements: list[ast.Statement] = []
        scopes: list[ast.Scope] = []
        exemptions: list[ast.Exemption] = []
        without: list[ast.Name] = []
        for node in tree.children:
            if not hasattr(node, "data"):
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
                case "scope":
                    scopes.append(self.scope(child))
                case "exemption":
                    exemptions.append(self.exemption(child))
                case "without":
                    without += [self.name(cast("Tree[Token]", name)) for name in child.children]
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
            exemptions=tuple(exemptions),
            without=tuple(without),
        )


def _error(source: SourceFile, error: object) -> Diagnostic:
    """What a Lark error means to the author."""
    line, column = getattr(error, "line", 1), getattr(error, "column", 1)
    token = getattr(error, "token", None)
    lines = source.text.split("\n")
    if (token is not None and token.type == "$END") or line is None or line < 1:
        line, column = len(lines), len(lines[-1]) + 1
    rest = lines[line - 1][column - 1 :] if line <= len(lines) else ""
    word = rest.split()[0] if rest.split() else ""
    span = Span(source.name, line, column, line, column + max(1, len(word)))
    accepts = getattr(error, "expected", None) or getattr(error, "allowed", None) or ()
    expected = [text for key, text in _WORDS.items() if key in accepts]
    label = "expected " + " or ".join(expected) if expected else ""
    if token is not None and token.type == "$END":
        return Diagnostic("LNG001", "the file ends too early", span, label=label, help="is a `}` missing?")
    if rest.startswith('"'):
        if rest.count('"') < 2:
            return Diagnostic("LNG002", "this string does not end", span, help='close it with `"` on the same line')
        return Diagnostic("LNG001", "a string has no place here, or has an unknown escape", span, label=label)
    if rest.startswith(","):
        return Diagnostic("LNG001", "a `,` that separates nothing", span, label=label, help="take it out")
    if "VERB" in accepts and word:
        meant = did_you_mean(word, ("deny", "allow", "require", "default", "enforce", "warn", "audit"))
        help = f"did you mean `{meant}`?" if meant else "a statement begins with deny, allow, require or default"
        fixes = (Replacement(span, meant),) if meant else ()
        return Diagnostic("LNG001", f"`{word}` does not begin a statement", span, label=label, help=help, fixes=fixes)
    if not word:
        return Diagnostic("LNG001", "something is missing at the end of this line", span, label=label)
    return Diagnostic("LNG001", f"`{word}` is not expected here", span, label=label)


def parse(source: SourceFile) -> ast.Document:
    """The syntax tree of ``source``. Raises `SourceError` if it is not of the language."""
    from lark import UnexpectedInput

    try:
        tree = _parser().parse(source.text)
    except UnexpectedInput as error:
        raise SourceError([_error(source, error)]) from None
    builder = _Builder(source)
    trees = cast("list[Tree[Token]]", tree.children)
    policies = tuple(builder.policy(child) for child in trees if child.data == "policy")
    choices = tuple(builder.choice(child) for child in trees if child.data == "choice")
    uses = tuple(
        ast.Use(_unquote(str(child.children[0])), builder.span(child)) for child in trees if child.data == "use"
    )
    if builder.errors:
        raise SourceError(builder.errors)
    return ast.Document(source.name, policies, choices, uses)
