"""Explains the syntax errors of the policy language: title, explanation and example, by code."""

from __future__ import annotations

CODES: dict[str, tuple[str, str, str]] = {
    "LNG001": (
        "Syntax error",
        "The text is not in the policy language here. A file has blocks `policy NAME { … }`. Inside the braces, each line "
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
        "This word is a keyword of the language. To use it as a value, put it in quotes.",
        'allow runtimeClassName "warn"',
    ),
    "LNG004": (
        "Two modes",
        "A policy enforces, warns or audits. It enforces unless it names another mode. Keep one of the two.",
        "policy team {\n    warn\n    deny privileged\n}",
    ),
    "LNG005": (
        "A name without a kind",
        "A grant names who may use a policy: everyone, users, groups, or serviceaccounts as NAMESPACE/NAME.",
        "choose {\n    team for groups developers, serviceaccounts kube-system/*\n}",
    ),
    "LNG006": (
        "A grant with `except`",
        "A grant can name the namespaces in which it holds. It cannot name exceptions.",
        "choose {\n    team for everyone in namespaces team-a, team-b\n}",
    ),
    "LNG050": (
        "Braces that do not match",
        "A policy begins with `policy NAME {` on one line, and ends with `}`. It has no blocks inside: each statement is "
        "a line, with the values after the control.",
        "policy team {\n    allow hostPorts 10000-11000\n}",
    ),
    "LNG051": (
        "A comma that is missing, or one too many",
        "Put commas between values, and between controls that share a verb. If a line ends with a comma, the statement "
        "goes on in the next line.",
        "deny  privileged, hostNetwork\nallow volumes configMap, secret,\n              emptyDir",
    ),
    "LNG052": (
        "Signs of YAML or of programming languages",
        "A statement has no `=`, no `:` and no leading `-`. Write the verb, then the control, then the values.",
        "require readOnlyRootFilesystem true",
    ),
    "LNG053": (
        "Wrong or missing quotes",
        'Titles and reasons always stand in `"`. A value needs quotes only if it has spaces or special signs, or if it '
        "ends with a `*` that you mean literally.",
        'allow hostPorts 10000-11000 because "the others collide: ask #platform"',
    ),
    "LNG054": (
        "An invisible character",
        "Text from web pages and documents often has no-break spaces or zero-width characters. They look like a space, or "
        "like nothing. Remove them, or type the line again.",
        "",
    ),
    "LNG055": (
        "Two statements on a line",
        "Each statement has a line of its own.",
        "deny privileged\ndeny hostPID",
    ),
    "LNG056": (
        "Not a statement, or in the wrong place",
        "Inside a policy, each line begins with deny, allow, require or default, with a scope (`in namespaces`, `except "
        "namespaces`), or with a mode. Outside there are only blocks.",
        "policy team {\n    deny privileged\n}",
    ),
    "LNG057": (
        "The head of a policy",
        "Write `policy`, a name, a title in quotes if you like, and `{`, all on one line.",
        'policy team "What every team gets" {',
    ),
    "LNG058": (
        "Not a grant",
        "A line of a `choose` names a policy and who may use it. Statements belong into the policy.",
        "choose {\n    team for everyone\n}",
    ),
    "LNG059": (
        "YAML instead of the policy language",
        "pscc reads a file that ends in .psp as the policy language. Give YAML and JSON files their own endings.",
        "",
    ),
    "LNG080": (
        "A word of another language",
        "`extends` names the parent. Commas separate the parts of a list: there is no `and` or `or` in lists. `deny` "
        "refuses: there is no `not` in front of a statement. There is no `if` or `when`: `unless` leaves some pods out, "
        "and `in namespaces …` makes a policy for some namespaces. Kinds are plural: `namespaces`, `users`, `groups`, "
        "`serviceaccounts`, `containers`, `images`.",
        "policy team extends pss/baseline {\n    in namespaces team-*\n    deny hostPorts\n}",
    ),
    "LNG081": (
        "In the wrong place or order",
        "The head of a policy has its name, its title and its parent. Mode, namespaces and exemptions have their own "
        "lines inside the braces. A statement ends with `on`, `unless`, `because`, in this order. An exemption ends with "
        "`from`, `because`, `until`, in this order.",
        'policy team "What every team gets" extends pss/baseline {\n    audit\n    exempt users ann because "on call"\n}',
    ),
}
