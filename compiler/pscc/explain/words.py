"""The language's own words, and what ``pscc explain WORD`` says of each: what it does, and an example."""

from __future__ import annotations

_POLICY = (
    "A policy restricts only what it mentions. Policies outside a `choose` all have to admit a pod.",
    'policy team "What the team runs" {\n    deny privileged, hostPID\n}',
)
_SCOPE = (
    "`in namespaces` says where a policy holds: names, prefixes as `team-*`, labels as `tier=edge`. A namespace has to be among "
    "the names and have all the labels. `except namespaces` takes namespaces out, by any one of its names or labels. Without "
    "either, a policy holds everywhere.",
    "in     namespaces team-*\nexcept namespaces team-sandbox",
)
_MODE = (
    "On a line of its own it is the policy's mode, before a statement it is the statement's: `enforce` refuses pods, `warn` "
    "admits them and tells who asks, `audit` reports. What does not enforce changes no pod. A statement with a mode of its own "
    "holds "
    "beside the one on the same control that has none, in the same policy or in its parent.",
    "audit\ndeny hostPID\nwarn require readOnlyRootFilesystem true",
)
_EXEMPT_REQUESTS = (
    "These requests are not judged by the policy: by the user who asks, the user's groups, or the pod's service account. A reason "
    "is required; an end is not.",
    'exempt serviceaccounts kube-system/fluentd because "reads the node\'s logs" until 2099-12-31',
)
_EXEMPT_CONTAINERS = (
    "These containers are not looked at, by their image or their name; `from` says by which controls. Whoever writes a pod chooses "
    "its containers' names: prefer images.",
    'exempt images registry.example/mesh/* from capabilities.add because "the mesh\'s own sidecar"',
)
_ADD = (
    "Behind `default`: the list gets these values where it lacks them. Behind `allow`: the list of the policy that is extended, "
    "and these values as well.",
    "default capabilities.drop add ALL",
)
_ALL_OF = (
    "`all of` requires that a list has every one of these values. Without it, `require` takes a list in which each element is one "
    "of them.",
    "require capabilities.drop all of ALL",
)
_PLACES = (
    "Which of two places counts for a control that a pod has for itself and for its containers. Without it, it is the value in "
    "force for each container: its own, else the pod's. `and` and `or` join the two places.",
    "require runAsNonRoot true on pod or containers",
)
_JOINED = (
    "Between the conditions of `unless`: with `and` the pod is left out where all of them are true, with `or` where one is. Lists "
    "have a `,` between their values. In `on pod and containers` both places count, in `on pod or containers` each where it is "
    "set.",
    "require runAsNonRoot true unless os.name windows and hostUsers false",
)
_CHOICE = (
    "A pod is admitted when one policy admits it that its user or service account may use there, as PodSecurityPolicy had it. "
    "Where nobody may use a policy, every pod is refused.",
    "choose {\n    wide   for serviceaccounts monitoring/*, groups system:nodes\n    narrow for everyone\n}",
)
WORDS: dict[str, tuple[str, str]] = {
    "policy": _POLICY,
    "abstract": (
        "An abstract policy is only there to be extended: it holds nowhere, and no output has it.",
        "abstract policy base {\n    deny privileged\n}\npolicy team extends base {\n    in namespaces team-*\n}",
    ),
    "deny": (
        "The control is not used: unset, empty, or, of a switch, not true. With values, none of these values, however a pod spells "
        "them.",
        "deny privileged\ndeny capabilities.add SYS_ADMIN",
    ),
    "allow": (
        "Where the control is set, it is one of these values; of a list, each element is. What is unset passes.",
        "allow hostPorts 80, 10000-11000",
    ),
    "require": (
        "The control is set, and to one of these values if any are given. `all of` requires that a list has all of them.",
        "require runAsNonRoot true\nrequire capabilities.drop all of ALL",
    ),
    "default": (
        "Sets the control where a pod leaves it unset, before anything is checked. `add` adds to a list what it lacks. Existing "
        "pods and updates are not changed.",
        "default seccompProfile runtime/default\ndefault capabilities.drop add ALL",
    ),
    "on": _PLACES,
    "pod": _PLACES,
    "add": _ADD,
    "all": _ALL_OF,
    "of": _ALL_OF,
    "and": _JOINED,
    "or": _JOINED,
    "unless": (
        "Pods of which this is true are left out of the statement. Conditions are joined by `and` or by `or`, not by both. "
        "`FIELD not VALUE` is true where the field has another value. Unset, `os.name` and `hostUsers` have no value, so the "
        "pod is judged; `hostNetwork` is false.",
        "require runAsNonRoot true unless os.name windows",
    ),
    "not": (
        "In a condition of `unless`: true where the field has another value. Unset, `os.name` and `hostUsers` have no value, so "
        "the pod is judged. `hostNetwork` is false then, so `unless hostNetwork not true` leaves the pod out.",
        "require runAsNonRoot true unless os.name not linux",
    ),
    "because": (
        "The author's reason. It is part of the message that a refused pod's author reads; an exemption has to have one.",
        'allow hostPorts 80 because "other ports collide: ask #platform"',
    ),
    "until": (
        "The last day of an exemption. From 30 days before it is warned of, and from the day after the exemption is left out, "
        "with a "
        "warning. The day decides when you compile: an output that is applied keeps the exemption until you apply another.",
        'exempt users jane because "repairs the nodes" until 2099-12-31',
    ),
    "in": _SCOPE,
    "except": _SCOPE,
    "namespaces": _SCOPE,
    "warn": _MODE,
    "audit": _MODE,
    "enforce": _MODE,
    "exempt": _EXEMPT_REQUESTS,
    "users": _EXEMPT_REQUESTS,
    "groups": _EXEMPT_REQUESTS,
    "serviceaccounts": _EXEMPT_REQUESTS,
    "containers": _EXEMPT_CONTAINERS,
    "images": _EXEMPT_CONTAINERS,
    "from": _EXEMPT_CONTAINERS,
    "extends": (
        "The policy has the statements of another one, over any number of steps. A statement on a control replaces the parent's on "
        "it; one with a mode of its own, `audit require …`, adds to what the parent enforces. Scope, mode and exemptions are a "
        "policy's own. The parent may be one of this file, of a used file, or of the library: "
        "`pss/privileged`, `pss/baseline`, `pss/restricted`, each of them as of a release with `@1.30`.",
        "policy team extends pss/restricted@1.30 {\n    without hostPorts\n}",
    ),
    "without": (
        "Takes out all that the parent says about these controls, in every mode.",
        "policy team extends pss/baseline@1.30 {\n    without hostPath\n    allow hostPath /var/log (read-only)\n}",
    ),
    "use": (
        "The policies of another file can be extended and chosen here. They are not compiled themselves, unless the file is a "
        "source, too. The path is relative to the file, and inside the source's folder.",
        'use "base.psp"',
    ),
    "choose": _CHOICE,
    "for": _CHOICE,
    "everyone": _CHOICE,
}
"""By the word: what it does, and an example."""
