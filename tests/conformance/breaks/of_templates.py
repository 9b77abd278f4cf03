"""Every line and every block of every template, dropped in turn: what a slip in a template would look like.

Comments, and the annotations and descriptions that no engine reads, are left out: without them every answer is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pscc.base.resources import TEMPLATES
from support.emitted.settings import CEL, PER_POLICY

_TAG = re.compile(r"{%-?\s*(\w+)(.*?)-?%}")
_LINES_WITH_TAGS = re.compile(r"^\s*{%.*%}\s*$")
_FOR_PEOPLE = re.compile(
    r"#|labels:|pscc/|(policies\.kyverno\.io|metadata\.gatekeeper\.sh|(app\.)?kubernetes\.io)/[a-z-]+:|description:"
    r"|commonAnnotations:|(argocd\.argoproj|kustomize\.toolkit\.fluxcd)\.io/|{{ (\w+\.)?(description|reviewed) }}"
)
"""What a printed line begins with that people alone read."""
_OUTPUTS: dict[str, tuple[str, ...]] = {
    "gatekeeper/choice.rego.j2": ("gatekeeper",), "gatekeeper/template.rego.j2": ("gatekeeper",),
    "gatekeeper/policy.rego.j2": (PER_POLICY,), "gatekeeper/own_template.yaml.j2": ("gatekeeper", PER_POLICY),
    "gatekeeper/engine.yaml.j2": ("gatekeeper", CEL), "gatekeeper/": ("gatekeeper",), "cel/": ("vap", "kyverno-cel"),
    "kyverno/": ("kyverno",), "kyverno_cel/": ("kyverno-cel",), "opa/": ("opa",), "rego/choice": ("gatekeeper",),
    "shared/": ("vap",), "vap/": ("vap",),
}  # fmt: skip
"""The outputs that show what a template makes, by the beginning of its name; the first that fits."""
OF_FOLDERS = (
    *(
        "gatekeeper/suite.yaml.j2",
        "gatekeeper/suite_applied.yaml.j2",
        "gatekeeper/suite_template.yaml.j2",
        "shared/kustomization.yaml.j2",
        "vap/references.yaml.j2",
        "kyverno/applied.yaml.j2",
        "kyverno/applied_test.yaml.j2",
        "kyverno/defaults_test.yaml.j2",
        "kyverno/test.yaml.j2",
        "kyverno/user.yaml.j2",
    ),
    *("kyverno/values.yaml.j2", "kyverno_cel/test.yaml.j2"),
    *("opa/policy_test.rego.j2", "opa/choice_test.rego.j2"),
)
"""Templates of what is not applied: suites, which their own tools run, and lists of files."""


@dataclass(frozen=True, slots=True)
class TemplateBreak:
    """A break of ``template``: its whole ``text`` afterwards."""

    template: str
    kind: str
    about: str
    text: str

    @property
    def label(self) -> str:
        """Its name in lists."""
        return f"{self.template}: {self.kind}: {self.about}"

    @property
    def outputs(self) -> tuple[str, ...]:
        """Those that can show it."""
        return next(outputs for start, outputs in _OUTPUTS.items() if self.template.startswith(start))


def every() -> Iterator[TemplateBreak]:
    """Each break of each template."""
    for path in sorted(TEMPLATES.rglob("*.j2")):
        yield from of_text(path.relative_to(TEMPLATES).as_posix(), path.read_text(encoding="utf-8"))


def of_text(name: str, text: str) -> Iterator[TemplateBreak]:
    """Each break of the template ``name``: a line that is printed is gone, a block is never, or always, there."""
    lines = text.splitlines(keepends=True)
    seen: dict[str, int] = {}
    for number, line in enumerate(lines):
        if _is_printed(line) and not _FOR_PEOPLE.match(line.strip()):
            about = line.strip()
            seen[about] = seen.get(about, 0) + 1
            about += f" ({seen[about]})" if seen[about] > 1 else ""
            yield TemplateBreak(name, "a line is dropped", about, "".join((*lines[:number], *lines[number + 1 :])))
    for number, start, end in _blocks(text):
        inside = [line.strip() for line in _inside(text[start:end]).splitlines() if _is_printed(line)]
        if inside and all(map(_FOR_PEOPLE.match, inside)):
            continue
        opening = _TAG.match(text, start)
        assert opening is not None
        condition = opening[2].strip()
        where = f"{opening[1]} {condition} ({number})"
        yield TemplateBreak(name, "a block is dropped", where, text[:start] + text[end:].removeprefix("\n"))
        # what prints its condition alone prints an empty line where that is empty
        if opening[1] == "if" and inside != [f"{{{{ {condition} }}}}"]:
            always = text[:start] + "{% if true %}" + text[opening.end() :]
            yield TemplateBreak(name, "a block is always there", where, always)


def _inside(block: str) -> str:
    """What ``block`` prints: of an ``include``, what the other template has."""
    included = re.fullmatch(r"{% include '(.+)' %}", block)
    return (TEMPLATES / included[1]).read_text(encoding="utf-8") if included else block


def _is_printed(line: str) -> bool:
    return bool(line.strip()) and not _LINES_WITH_TAGS.match(line)


def _blocks(text: str) -> Iterator[tuple[int, int, int]]:
    """Number, start and end of each ``if`` and ``for`` with all that is in it; an ``include`` is a block of its own."""
    opened: list[tuple[int, int]] = []
    number = 0
    for tag in _TAG.finditer(text):
        match tag[1]:
            case "if" | "for":
                number += 1
                opened.append((number, tag.start()))
            case "endif" | "endfor":
                yield (*opened.pop(), tag.end())
            case "include":
                number += 1
                yield number, tag.start(), tag.end()
