"""The log of a run: what the API server answered at each step of each story, in each way. `docs/stories.md` is made of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from stories.ways import WAYS
from support.api_server import Answer
from support.paths import ROOT

PAGE, RECORD = ROOT / "docs" / "stories.md", ROOT / "docs" / "stories.json"
NONE = "–"
INVALID = 422
WORDS = {INVALID: "invalid", 500: "no answer"}
HEAD = """# Stories

Outputs of pscc on a real API server, with Gatekeeper's manager or Kyverno's admission controller as its webhook, and Kubernetes' own controllers. `make stories` runs the stories and writes this page: each row is a step, and each cell what the API server answered. Where a policy was in force, each answer was compared with the interpreter's, and at its end each story compares what the API server has stored with what the interpreter makes of what was sent.

{releases}

- *admitted*: stored, or done. *changed*: stored with defaults that the policy sets. *warned*: with a warning.
- *refused*: the policy refused it. *invalid*: the API server refused what defaults had made of it. *no answer*: the webhook gave none, and the API server refused.
- *not judged*: pods among the stored that the engine let in without a look, as the story says.
- {none}: the story has no such step in this way.
"""  # noqa: E501


@dataclass(slots=True)
class Story:
    """What happened in a story: its words, and by step and way the outcome."""

    words: str
    steps: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Log:
    """What happened so far, by story."""

    stories: dict[str, Story] = field(default_factory=dict)

    def add(self, story: str, words: str, step: str, way: str, outcome: str) -> None:
        """Note the outcome of a step."""
        self.stories.setdefault(story, Story(words)).steps.setdefault(step, {})[way] = outcome

    def write(self, releases: str) -> None:
        """Write the record and the page: what was run is new, story by story and way by way; the rest stays as it was."""
        ran = {(name, way) for name, story in self.stories.items() for cells in story.steps.values() for way in cells}
        there = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
        recorded = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
        whole = Log()
        for name, story in self.stories.items():
            for step, cells in story.steps.items():
                for way, outcome in cells.items():
                    whole.add(name, story.words, step, way, outcome)
        for name in there & recorded.keys():
            story = recorded[name]
            for step, cells in story["steps"].items():
                for way, outcome in cells.items():
                    if (name, way) not in ran:
                        whole.add(name, story["words"], step, way, outcome)
        record = {name: asdict(story) for name, story in sorted(whole.stories.items())}
        RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        PAGE.write_text(whole.page(releases), encoding="utf-8")

    def page(self, releases: str) -> str:
        """The log as a page in Markdown."""
        parts = [HEAD.format(releases=releases, none=NONE)]
        for _, story in sorted(self.stories.items()):
            ways = [way for way in WAYS if any(way in cells for cells in story.steps.values())]
            title, _, rest = story.words.partition("\n")
            parts.append(f"\n## {title.rstrip('.')}\n")
            parts += [" ".join(paragraph.split()) + "\n" for paragraph in rest.split("\n\n") if paragraph.strip()]
            parts.append("\n" + row("step", *(f"`{way}`" for way in ways)) + "|---" * (len(ways) + 1) + "|\n")
            parts += [row(step, *(cells.get(way, NONE) for way in ways)) for step, cells in story.steps.items()]
        return "".join(parts)


def row(*cells: str) -> str:
    """A row of a table."""
    return "".join(f"| {cell} " for cell in cells) + "|\n"


def outcome(answer: Answer, *, changed: bool = False) -> str:
    """What an answer means, in the words of the page."""
    if not answer.ok:
        return "refused" if denied(answer) else WORDS.get(answer.code, f"error {answer.code}")
    words = [*(["changed"] if changed else []), *(["warned"] if answer.warnings else [])]
    return ", ".join(words or ["admitted"])


def refused(answer: Answer) -> bool:
    """Whether a policy has refused the request, or the API server what a policy made of the pod (TGT019)."""
    return denied(answer) or answer.code == INVALID


def denied(answer: Answer) -> bool:
    """Whether a policy has refused the request: the API server's words for that are the same for webhooks and for its own.

    Source: ``validatingDispatcher`` and ``ToStatusErr`` in ``k8s.io/apiserver/pkg/admission/plugin``.
    """
    return not answer.ok and ("denied the request" in answer.message or "denied request" in answer.message)
