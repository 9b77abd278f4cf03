"""Controls that do not exist: what their author may have meant."""

from __future__ import annotations

from pscc.controls import CONTROLS
from pscc.diagnostics import Diagnostic, Report
from pscc.diagnostics.spelling import did_you_mean, respelled
from pscc.language import ast
from pscc.language.stop import MODES

_IDS = tuple(control.id for control in CONTROLS)


_ELSEWHERE = (
    (
        (
            "image",
            "images",
            "registry",
            "registries",
            "repository",
            "repositories",
            "repos",
            "tag",
            "tags",
            "digest",
            "imagePullPolicy",
        ),
        "which images may run is not said here: see `K8sAllowedRepos` of gatekeeper-library, or `verifyImages` and "
        "`restrict-image-registries` of Kyverno",
    ),
    (
        ("limits", "requests", "resources", "cpu", "memory", "quota", "replicas"),
        "what pods may use of a node is not said here: see LimitRange and ResourceQuota, which are Kubernetes' own",
    ),
    (
        ("labels", "annotations", "owner"),
        "what metadata pods must have is not said here: see `K8sRequiredLabels` of gatekeeper-library, or `require-labels` of "
        "Kyverno",
    ),
    (
        ("livenessProbe", "readinessProbe", "startupProbe", "probes"),
        "whether pods have probes is not said here: see `K8sRequiredProbes` of gatekeeper-library; `hostProbes` is about their "
        "hosts",
    ),
    (
        ("ingress", "egress", "network", "networkPolicy", "nodePort", "loadBalancer", "service", "services"),
        "who may reach a pod is not said here: see NetworkPolicy, which is Kubernetes' own",
    ),
    (
        ("nodeSelector", "tolerations", "affinity", "priorityClassName", "nodeName"),
        "where pods may run is not said here: see the admission plugins PodNodeSelector and PodTolerationRestriction, which are "
        "Kubernetes' own",
    ),
)
"""What policies of other kinds are about, and what to use for it. PodSecurityPolicy had none of it."""


def _longer(word: str) -> str | None:
    """The only control whose name begins with ``word``, as ``seccomp``; None where there is none, or several."""
    longer = [control for control in _IDS if len(word) > 2 and control.lower().startswith(word.lower())]
    return longer[0] if len(longer) == 1 else None


def unknown_control(name: ast.Name, report: Report, behind: str = "") -> None:
    """Report that there is no control ``name``, and suggest one: with a similar name, or for that field of a pod or a PSP.

    ``behind`` is the word after ``name``. If both together are the name of a control, there is no fix.
    """
    of_psp = [control.id for control in CONTROLS if name.text in control.psp_fields]
    field = name.text.rpartition(".")[2]
    suggestion = field if field in _IDS else None if of_psp else did_you_mean(name.text, _IDS) or _longer(name.text)
    elsewhere = next((use for words, use in _ELSEWHERE if name.text in words), "")
    if name.text in MODES:
        suggestion, help = None, f"a mode stands before the verb, as in `{name.text} deny {behind or 'privileged'}`"
    elif elsewhere and not of_psp:
        suggestion, help = None, elsewhere
    elif suggestion:
        help = f"did you mean `{suggestion}`?"
    elif of_psp:
        help = f"a PodSecurityPolicy's {name.text} is {' and '.join(of_psp)} here: see `pscc explain {of_psp[0]}`"
    else:
        help = "`pscc explain` lists the controls"
    torn = f"{name.text}{behind}" in _IDS
    fixes = () if torn else respelled(name.span, name.text, suggestion, _IDS)
    report.add(Diagnostic("LNG010", f"there is no control `{name.text}`", name.span, help=help, fixes=fixes))
