"""Every break of every output of the programs, and which of them are tried: of those that are alike, one stands for all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from zlib import crc32

from conformance.breaks import of_cel, of_documents, of_rego
from conformance.breaks.edits import Path, Splice, at, leaves, replaced
from conformance.breaks.engines import Emitted
from conformance.breaks.programs import SUBJECTS, Subject, outputs
from support.emitted.documents import GATEKEEPER_VARIABLES, Document, documents
from support.emitted.settings import CEL

SHARES = {"gatekeeper": 0.4, CEL: 0.4, "opa": 0.4, "vap": 0.5, "kyverno-cel": 0.25, "kyverno": 0.05}
"""Of the breaks of each output that are not alike, the share that a run tries unless it is to try all.

Gatekeeper's other layout is not among them: it has the same rules in another frame, which the breaks of its template are about.
"""


MEMBERS = 3
"""As many breaks that are alike are tried until one is noticed."""


@dataclass(frozen=True, slots=True)
class Break:
    """A break of what ``output`` makes of ``subject``: ``kind`` is what is done, at ``place``; ``made`` is what is left."""

    output: str
    subject: str
    kind: str
    place: str
    about: str
    alike: str
    make: Callable[[], Emitted]

    @property
    def label(self) -> str:
        """Its name in lists."""
        return f"{self.output}: {self.subject}: {self.place}: {self.kind}: {self.about}"

    @property
    def rule(self) -> str:
        """Of a break of Rego, the rule that is broken."""
        return self.about.partition(":")[0]

    def is_sampled(self, share: float, seed: int) -> bool:
        """Whether a run tries it that tries a ``share``: by its name and ``seed``, so that it hangs on no other break."""
        return crc32(f"{seed} {self.output} {self.alike}".encode()) < SHARES[self.output] * share * 2**32


@cache
def emitted(subject: Subject, output: str) -> Emitted:
    """What is applied of what the compiler makes, unbroken: to be asked for before it is broken."""
    return applied(subject, output)


def applied(subject: Subject, output: str) -> Emitted:
    """What is applied of what the compiler makes now."""
    compiled_output = subject.compiled(output).output
    if output == "opa":
        return {
            f.path: f.text
            for f in compiled_output.files
            if f.path.endswith(".rego") and not f.path.endswith("_test.rego")
        }
    return tuple(document.body for document in documents(compiled_output))


def breaks_of(subject: Subject, output: str) -> Iterator[Break]:
    """Each break of what ``output`` makes of ``subject``."""
    if output == "opa":
        texts = emitted(subject, output)
        assert isinstance(texts, dict)
        for path, text in texts.items():
            for splice in of_rego.splices(text):
                yield _break(subject, output, path, splice, lambda p=path, t=text, s=splice: {**texts, p: s.on(t)})
        return
    applied_documents = documents(subject.compiled(output).output)
    for number, document in enumerate(applied_documents):
        for edit in of_documents.edits(document.body):
            make = partial(_without_document, applied_documents, number, lambda body, e=edit: e.on(body))
            place = f"{document.kind} {document.name}"
            yield Break(output, subject.name, edit.kind, place, edit.about, edit.alike, make)
        for path, splice in _of_code(document):
            make = partial(_without_document, applied_documents, number, partial(_spliced, path=path, splice=splice))
            yield _break(subject, output, f"{document.kind} {document.name} {_part(document, path)}", splice, make)


def _break(subject: Subject, output: str, place: str, splice: Splice, make: Callable[[], Emitted]) -> Break:
    return Break(output, subject.name, splice.kind, place, splice.about, splice.alike, make)


def _without_document(
    applied_documents: list[Document], number: int, change: Callable[[dict[str, object]], object]
) -> Emitted:
    bodies = [document.body for document in applied_documents]
    changed = change(bodies[number])
    return tuple(body for body in (*bodies[:number], changed, *bodies[number + 1 :]) if body is not None)  # type: ignore[misc]


def _spliced(body: dict[str, object], path: Path, splice: Splice) -> object:
    return replaced(body, path, splice.on(at(body, path)))


def _of_code(document: Document) -> Iterator[tuple[Path, Splice]]:
    """Each break of an expression, or of Rego, in ``document``, with its path."""
    for path, value in leaves(document.body):
        if not isinstance(value, str) or not value.strip():
            continue
        if path[-1] in ("expression", "messageExpression"):
            for splice in of_cel.splices(value, _declared(document, path)):
                yield path, splice
        elif path[-1] == "rego" or "libs" in path:
            for splice in of_rego.splices(value):
                yield path, splice


def _declared(document: Document, path: Path) -> tuple[str, ...]:
    """The variables that the expression at ``path`` may read."""
    if "variables" in path:
        place = path.index("variables")
        listed = at(document.body, path[: place + 1])[: path[place + 1]]
    else:
        listed = ()
        for length in range(len(path) - 1, 0, -1):
            above = at(document.body, path[:length])
            if isinstance(above, dict) and "variables" in above:
                listed = above["variables"]
                break
    if "matchConditions" in path or "celPreconditions" in path:
        return ()
    own = GATEKEEPER_VARIABLES[:1] if document.kind == "ConstraintTemplate" else ()
    return (*own, *(variable["name"] for variable in listed))


def _part(document: Document, path: Path) -> str:
    """The name of the variable or condition that the code at ``path`` is, else where it stands."""
    above = at(document.body, path[:-1])
    if isinstance(above, dict) and "name" in above:
        return str(above["name"])
    return "library" if "libs" in path else str(path[-1])


LIBRARY = "lib/pscc.rego"
"""The file that OPA is given whole, whatever a program needs of it."""


@cache
def reached(subject: Subject) -> frozenset[str]:
    """The rules of the library that OPA's output of ``subject`` asks, one for another."""
    texts = emitted(subject, "opa")
    assert isinstance(texts, dict)
    words: dict[str, set[str]] = {}
    for block in texts[LIBRARY].split("\n\n"):
        code = [line for line in block.split("\n") if not line.startswith("#")]
        if code:
            words.setdefault(re.split(r"\W", code[0])[0], set()).update(re.findall(r"\w+", "\n".join(code)))
    asked = {name for path, text in texts.items() if path != LIBRARY for name in re.findall(r"lib\.(\w+)", text)}
    reached_rules: set[str] = set()
    while asked:
        reached_rules |= asked
        asked = {word for name in asked for word in words.get(name, ()) if word in words} - reached_rules
    return frozenset(reached_rules)


@dataclass(frozen=True, slots=True)
class Group:
    """Breaks of one output that are alike, of which some stand for all: each is a subject and a place in `breaks_of`.

    ``label`` is that of the first. Where an engine does not notice it, the next one is tried: a program may not have what
    would tell.
    """

    output: str
    kind: str
    label: str
    members: tuple[tuple[str, int], ...]


def groups(share: float | None = None, only: str = "", seed: int = 0) -> list[Group]:
    """The breaks to try: all of them, or a ``share`` of `SHARES` by ``seed``; of one output where ``only`` names it."""
    by_label: dict[tuple[str, str], list[tuple[Break, str, int]]] = {}
    for subject, output in outputs():
        if output not in SHARES or (only and output != only):
            continue
        for number, break_ in enumerate(breaks_of(subject, output)):
            if share is None or break_.is_sampled(share, seed):
                by_label.setdefault((output, break_.alike), []).append((break_, subject.name, number))
    all_groups = []
    for (output, _), listed in by_label.items():
        first = listed[0][0]
        places = {(break_.subject, break_.place): (name, number) for break_, name, number in reversed(listed)}
        subjects = {name: (name, number) for name, number in reversed(list(places.values()))}
        # of other subjects before of other places in the same one, and of those first that reach what is broken
        members = dict.fromkeys((*reversed(list(subjects.values())), *reversed(list(places.values()))))
        reaching = {name for name, _ in members if first.place != LIBRARY or first.rule in reached(subject_of(name))}
        ordered = sorted(members, key=lambda m: (m[0] not in reaching, m != (listed[0][1], listed[0][2])))
        all_groups.append(Group(output, first.kind, first.label, tuple(ordered[:MEMBERS])))
    return all_groups


def subject_of(name: str) -> Subject:
    """The subject of this name."""
    (subject,) = [subject for subject in SUBJECTS if subject.name == name]
    return subject
