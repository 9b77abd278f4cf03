"""Explains the syntax errors of the policy language: title, explanation and example, by code."""

from __future__ import annotations

CODES: dict[str, tuple[str, str, str]] = {
    "LNG001": (
        "Syntax error",
        "The text is not of the policy language here. A file is made of `policy NAME { … }`; inside the braces each line "
        "is a statement: a verb (deny, allow, require, default), a control, and values with commas between them.",
        "policy team {\n    deny  privileged, hostNetwork\n    allow hostPorts 10000-11000, 13000-14000\n}",
    ),
    "LNG002": (
        "A string without an end",
        'A string begins and ends with `"` on one line. Write `\\n` for a line break in it.',
        'policy team "What every team gets" {',
    ),
    "LNG003": (
        "A keyword as a value",
        "The words of the language itself are reserved. One that is meant as a value stands in quotes.",
        'allow runtimeClassName "warn"',
    ),
    "LNG004": (
        "Two modes",
        "A policy is enforced (which need not be said), warns, or audits: one of the three.",
        "policy team {\n    warn\n    deny privileged\n}",
    ),
    "LNG005": (
        "A name without a kind",
        "A grant says who may use a policy: everyone, users, groups, or service accounts as NAMESPACE/NAME.",
        "choose {\n    team for groups developers, serviceaccounts kube-system/*\n}",
    ),
    "LNG006": (
        "A grant with `except`",
        "A grant names the namespaces in which it holds; it cannot name those in which it does not.",
        "choose {\n    team for everyone in namespaces team-a, team-b\n}",
    ),
    "LNG050": (
        "Braces that do not match",
        "A policy begins with `policy NAME {` on one line, and ends with `}`. There are no blocks inside of it: each "
        "statement is a line, its values after the control.",
        "policy team {\n    allow hostPorts 10000-11000\n}",
    ),
    "LNG051": (
        "A comma that is missing, or one too many",
        "Commas stand between values, and between controls that share a verb. A line may end with one, and then goes on.",
        "deny  privileged, hostNetwork\nallow volumes configMap, secret,\n              emptyDir",
    ),
    "LNG052": (
        "Signs of YAML or of programming languages",
        "A statement has neither `=` nor `:` nor a leading `-`: the control follows the verb, the value the control.",
        "require readOnlyRootFilesystem true",
    ),
    "LNG053": (
        "Other quotes than double ones, or none",
        'Titles and reasons always stand in `"`. A value needs quotes only where it has spaces or signs in it, or is '
        "meant literally although it ends in `*`.",
        'allow hostPorts 10000-11000 because "the others collide: ask #platform"',
    ),
    "LNG054": (
        "An invisible character",
        "Text that is copied from web pages and documents often has no-break spaces or zero-width characters in it. "
        "They look like a space, or like nothing, and are refused where they would be part of a word.",
        "",
    ),
    "LNG055": ("Two statements on a line", "The end of the line ends a statement.", "deny privileged\ndeny hostPID"),
    "LNG056": (
        "Not a statement, or not where one can stand",
        "Inside of a policy each line begins with deny, allow, require, default, with a scope (`in namespaces`, `except "
        "namespaces`) or a mode. Outside there are blocks only.",
        "policy team {\n    deny privileged\n}",
    ),
    "LNG057": (
        "The head of a policy",
        "`policy`, a name as Kubernetes has them, a title in quotes if you like, and `{`, on one line.",
        'policy team "What every team gets" {',
    ),
    "LNG058": (
        "Not a grant",
        "A line of a `choose` names a policy and who may use it. Statements stand in the policy itself.",
        "choose {\n    team for everyone\n}",
    ),
    "LNG059": (
        "YAML where the policy language is expected",
        "A source whose name ends in .psp is read as the policy language. Give YAML and JSON their own endings.",
        "",
    ),
    "LNG080": (
        "A word of another language",
        "A parent is taken with `extends`. Lists have `,` between their parts, and no `and` or `or`. There is no `not`: `deny` "
        "refuses. There is no `if` or `when`: `unless` leaves pods out by two fields, and a policy with `in namespaces …` is for "
        "some namespaces. Kinds are plural: `namespaces`, `users`, `groups`, `serviceaccounts`, `containers`, `images`.",
        "policy team extends pss/baseline {\n    in namespaces team-*\n    deny hostPorts\n}",
    ),
    "LNG081": (
        "In the wrong place or order",
        "The head of a policy has its name, its title and its parent. Mode, namespaces and exemptions have lines of their own "
        "inside the braces. A statement ends with `on`, `unless` and `because`, an exemption with `from`, `because` and `until`, "
        "in this order.",
        'policy team "What every team gets" extends pss/baseline {\n    audit\n    exempt users ann because "on call"\n}',
    ),
}
