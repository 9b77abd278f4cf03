"""Slips in the code that prints: another function, or another value, in place of one of the compiler's own."""

from __future__ import annotations

from dataclasses import replace

from conformance.breaks.choice_slips import CHOICE_SLIPS
from conformance.breaks.slipping import (
    GATEKEEPER,
    REGO,
    VAP,
    Slip,
    always,
    changed,
    first,
    no_conditions,
    no_excepted_labels,
    no_exceptions,
    no_labels,
    no_names,
    no_prefixes,
    no_words,
    nobody,
    then,
)
from pscc import ir
from pscc.ir.access import NONE
from pscc.lowering.capabilities import Sets
from pscc.output.templating import Code
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.logic import equal
from pscc.printers.cel.tree import EMPTY, FALSE, TRUE, Listing, Text, infix, variable
from pscc.printers.rego.fragments import Fragment
from support.emitted.settings import CEL

_KYVERNO = ("kyverno-cel",)
_POLICIES = ("vap", "kyverno-cel")
_CELS = ("vap", CEL)
_ON_CREATE = cel('request.operation == "CREATE"')

SLIPS = (
    # where a policy holds, and who is exempt
    Slip("targets.shared.cel_where.where", "no conditions", then(no_conditions), _POLICIES),
    Slip(
        "targets.shared.cel_where.where",
        "nobody is exempt",
        lambda real: lambda scope, *_, **__: real(scope),
        _POLICIES,
    ),
    Slip(
        "targets.shared.cel_where.where",
        "a template is a pod",
        lambda real: lambda s, e=(), *_, **__: real(s, e),
        _POLICIES,
    ),
    Slip("targets.shared.cel_where._selector", "none", always(Code("")), _POLICIES),
    Slip("targets.shared.cel_where._selector", "no excepted labels", first(no_excepted_labels), _POLICIES),
    Slip("targets.shared.cel_where._all", "the first exemption alone", first(lambda all_: all_[:1]), _POLICIES),
    Slip(
        "targets.shared.cel_who.named_in",
        "no prefixes",
        lambda real: lambda v, names: real(v, no_prefixes(names)),
        _POLICIES,
    ),
    Slip(
        "targets.shared.cel_who.named_in",
        "no whole words",
        lambda real: lambda v, names: real(v, no_words(names)),
        _POLICIES,
    ),
    Slip(
        "targets.shared.cel_who.named_in",
        "a prefix may be anywhere",
        changed(r"\.startsWith\(", ".contains("),
        _POLICIES,
    ),
    Slip("targets.shared.cel_who.is_one_of", "no users", first(nobody("users")), _POLICIES),
    Slip("targets.shared.cel_who.is_one_of", "no groups", first(nobody("groups")), _POLICIES),
    Slip("targets.shared.cel_who.is_one_of", "no accounts", first(nobody("service_accounts")), _POLICIES),
    Slip("targets.shared.cel_who.is_one_of", "always", always(TRUE), _POLICIES),
    Slip("targets.shared.cel_who._accounts", "users are no accounts", always(NONE), _POLICIES),
    Slip(
        "targets.shared.cel_who._is",
        "no groups of an account",
        lambda real: lambda a, _, account: real(a, NONE, account),
        _POLICIES,
    ),
    Slip(
        "targets.shared.cel_who._user",
        "the slash stays",
        lambda _: lambda account: f"system:serviceaccount:{account}",
        _POLICIES,
    ),
    Slip("targets.shared.cel_who.in_namespaces", "everywhere", always(TRUE), _POLICIES),
    Slip("targets.shared.cel_who.in_namespaces", "no exceptions", first(no_exceptions), _POLICIES),
    Slip("targets.shared.cel_who.in_namespaces", "exceptions alone", first(no_names), _POLICIES),
    Slip("targets.shared.cel_who.has_labels", "no labels", always(TRUE), VAP),
    Slip("targets.gatekeeper.match.match_lines", "everywhere", always(Code("")), GATEKEEPER),
    Slip("targets.gatekeeper.match.match_lines", "no labels", first(no_labels), GATEKEEPER),
    Slip("targets.gatekeeper.match.match_lines", "no excepted labels", first(no_excepted_labels), GATEKEEPER),
    Slip("targets.gatekeeper.match.match_lines", "no exceptions", first(no_exceptions), GATEKEEPER),
    Slip("targets.gatekeeper.match._names", "prefixes without a star", changed(r"\*(\W?)$", r"\1"), GATEKEEPER),
    Slip("targets.shared.subjects.names_row", "no prefixes", first(no_prefixes), REGO),
    Slip("targets.shared.subjects.names_row", "no whole words", first(no_words), REGO),
    Slip("targets.shared.subjects.subjects_row", "no users", first(nobody("users")), REGO),
    Slip("targets.shared.subjects.subjects_row", "no groups", first(nobody("groups")), REGO),
    Slip("targets.shared.subjects.subjects_row", "no accounts", first(nobody("service_accounts")), REGO),
    Slip("targets.shared.subjects.exemption_rows", "the first alone", then(lambda rows: rows[:1]), REGO),
    Slip(
        "targets.shared.shape_names.kind_of",
        "an exempting template is no other",
        lambda real: lambda check, _: real(check, False),
        ("gatekeeper", CEL),
    ),
    Slip(
        "targets.gatekeeper.per_control.rego_of",
        "nobody is exempt",
        lambda real: lambda check, _=False: real(check),
        GATEKEEPER,
    ),
    Slip(
        "targets.gatekeeper.cel.source_of",
        "nobody is exempt",
        lambda real: lambda check, _: real(check, False),
        (CEL,),
    ),
    Slip(
        "printers.cel.exempt._among",
        "in one of them alone",
        lambda real: lambda kind, asking: real(kind, asking) if kind != "groups" else FALSE,
        (CEL,),
    ),
    Slip("printers.cel.exempt._among", "no prefixes", changed(r" \|\| one\.\w+\.prefixes.*?\)\)", ")"), (CEL,)),
    # the values of checks
    Slip("printers.cel.matching.prefixes_of", "one variable for all", always("prefixes"), (CEL,)),
    Slip("printers.cel.matching.starts_with_any", "nothing does", always(FALSE), _CELS),
    Slip("printers.cel.matching.starts_with_any", "all do", always(TRUE), _CELS),
    Slip("printers.cel.matching.in_ranges", "its end is not in it", changed(r"<=", "<"), _CELS),
    Slip("printers.cel.matching.in_ranges", "its beginning is not in it", changed(r">=", ">"), _CELS),
    Slip("printers.cel.matching.below", "at no slash", changed(r'/"\)', '")'), VAP),
    Slip(
        "printers.cel.matching.same_level",
        "the very text",
        lambda _: lambda value, level: equal(value, Text(level)),
        VAP,
    ),
    Slip(
        "printers.cel.matching.same_level_as",
        "the very text",
        lambda _: lambda value, wanted: equal(value, variable(wanted)),
        (CEL,),
    ),
    Slip("printers.cel.logic.negated", "it is not", lambda _: lambda condition: condition, _CELS),
    Slip(
        "printers.cel.logic.any_of",
        "all of",
        lambda _: lambda *conditions: infix("&&", *conditions) if conditions else FALSE,
        _CELS,
    ),
    Slip("printers.cel.reads.guards", "none", always(TRUE), _CELS),
    Slip("printers.cel.text._strength", "no brackets", always(9), _CELS),
    Slip("printers.cel.conditions._quantified", "some is all", changed(r"\.exists\(", ".all("), _CELS),
    Slip("printers.cel.conditions._quantified", "all is some", changed(r"\.all\(", ".exists("), _CELS),
    Slip(
        "printers.cel.logic.chosen",
        "never the first",
        lambda _: lambda guard, condition, otherwise: otherwise,
        _CELS,
    ),
    Slip("printers.cel.text.json_string", "no escapes", lambda _: lambda text: f'"{text}"', _CELS),
    Slip(
        "printers.cel.parameters._given",
        "what is given is not read",
        lambda _: lambda name, otherwise: otherwise,
        (CEL,),
    ),
    Slip("printers.cel.parameters._because", "no reason", always(EMPTY), (CEL,)),
    Slip("printers.cel.parameters.DELETED", "no deletions", lambda _: _ON_CREATE, (CEL,)),
    Slip(
        "targets.gatekeeper.per_control.plain",
        "ranges begin one later",
        lambda real: (
            lambda value: real(
                tuple(replace(v, min=v.min + 1) if isinstance(v, ir.Range) else v for v in value)
                if isinstance(value, tuple)
                else value
            )
        ),
        ("gatekeeper", CEL),
    ),
    Slip(
        "targets.gatekeeper.per_control.plain",
        "paths may be written to",
        lambda real: (
            lambda value: real(
                tuple(replace(v, read_only=False) if isinstance(v, ir.HostPathPrefix) else v for v in value)
                if isinstance(value, tuple)
                else value
            )
        ),
        ("gatekeeper", CEL),
    ),
    Slip(
        "targets.gatekeeper.per_control.plain",
        "the first value alone",
        lambda real: lambda value: real(value[:1] if isinstance(value, tuple) else value),
        ("gatekeeper", CEL),
    ),
    Slip(
        "printers.rego.rules.parameter_rules",
        "no parameter is read",
        changed(r'\["parameters", "(\w+)"\]', r'["parameter", "\1"]'),
        GATEKEEPER,
    ),
    Slip("printers.rego.text.literal", "single quotes", lambda real: lambda value: real(value).replace('"', "'"), REGO),
    Slip("printers.rego.library.library_for", "no library", always(""), GATEKEEPER),
    # findings and words
    Slip(
        "printers.cel.findings.containers_of",
        "no init containers",
        changed(r"^\(has\(\w+\.spec\.init.*?\[\]\) \+ ", ""),
        _CELS,
    ),
    Slip(
        "printers.cel.findings.containers_of",
        "no debug containers",
        changed(r" \+ \(has\(\w+\.spec\.eph.*$", ""),
        _CELS,
    ),
    Slip("printers.cel.findings.because_of", "no reason", always(""), VAP),
    Slip("printers.cel.messages.line", "as it is", lambda _: lambda value, string=False: value, _CELS),
    Slip(
        "printers.cel.findings.names_of",
        "one name for all",
        lambda _: lambda name, findings: [name for _ in findings],
        _CELS,
    ),
    Slip("printers.cel.naming.inherited", "nothing is inherited", always(None), _CELS),
    Slip(
        "printers.cel.pending._unset",
        "no default is pending",
        lambda _: lambda path, otherwise, pending: otherwise,
        VAP,
    ),
    Slip("printers.cel.pending._with_added", "nothing is added", changed(r"\+ \(?\[.*$", "+ [])"), VAP),
    Slip("ir.tidy.failing", "whatever its condition", first(lambda r: replace(r, when=ir.TRUE)), _CELS),
    # updates
    Slip("printers.cel.checks.changed", "always", always(TRUE), VAP),
    Slip(
        "printers.cel.checks.changed",
        "annotations are not looked at",
        first(lambda all_: [replace(reads, annotations=()) for reads in all_]),
        VAP,
    ),
    Slip("printers.cel.checks._same", "nothing is compared", always([TRUE]), _CELS),
    Slip("printers.cel.checks._same", "the first alone is compared", then(lambda texts: texts[:1]), _CELS),
    Slip("printers.cel.checks._SIDES", "an object and itself", lambda sides: (sides[0], sides[0]), _CELS),
    Slip("printers.cel.checks.ON_UPDATE", "on creation", lambda _: _ON_CREATE, VAP),
    Slip("printers.cel.parameters.UPDATED", "on creation", lambda _: _ON_CREATE, (CEL,)),
    Slip("printers.rego.rules.unchanged", "nothing is compared", always((Fragment("\ttrue"),)), REGO),
    Slip(
        "ir.passes.rechecked_on",
        "containers are not looked at",
        then(lambda reads: replace(reads, container=(), containers=False)),
        (*_CELS, "gatekeeper"),
    ),
    # defaults
    Slip("printers.cel.patches._against", "nothing stands against it", always(()), VAP),
    Slip(
        "printers.cel.patches._for_each",
        "containers alone",
        lambda real: lambda kind, *rest: real("containers", *rest) if kind == "containers" else Listing(),
        _POLICIES,
    ),
    Slip("printers.cel.patches._nested", "at the top", lambda _: lambda fields, value: value, _POLICIES),
    Slip("printers.cel.patches.patches", "nothing", always(()), _POLICIES),
    Slip("ir.defaulting.in_sequence", "the other way round", then(lambda defaults: defaults[::-1]), VAP),
    Slip("targets.gatekeeper.mutators._of", "the first list alone", then(lambda mutators: mutators[:1]), GATEKEEPER),
    Slip("targets.gatekeeper.mutators.mutators", "none", always([]), GATEKEEPER),
    Slip("targets.gatekeeper.mutators.setting", "all can be set", always(Sets()), GATEKEEPER),
    Slip(
        "lowering.default_checks.without",
        "nothing is asked for",
        lambda _: lambda policy, defaults: replace(policy, defaults=()),
        ("opa",),
    ),
    Slip(
        "lowering.default_checks.choice_without",
        "nothing is asked for",
        lambda _: lambda choice: replace(choice, policies=tuple(replace(p, defaults=()) for p in choice.policies)),
        REGO,
    ),
    Slip("ir.once_defaulted.applies", "always", always(ir.TRUE), VAP),
    Slip(
        "ir.once_defaulted.holds_once_defaulted",
        "without defaults",
        lambda real: lambda check, _: real(check, ()),
        VAP,
    ),
    # workloads
    Slip("targets.shared.cel_workloads.TEMPLATES_AT", "no cron jobs", lambda rows: rows[:1], _POLICIES),
    Slip("targets.shared.cel_workloads.on_workloads", "as pods", lambda _: lambda mode, _workloads: mode, VAP),
    Slip("printers.cel.workloads.templated", "the object itself", lambda _: lambda node: node, VAP),
    Slip(
        "printers.cel.workloads.holding_templates",
        "of a job",
        lambda real: lambda _: real("spec.template"),
        VAP,
    ),
    Slip(
        "targets.gatekeeper.package.ON_WORKLOADS",
        "no cron jobs",
        lambda place: replace(place, judged=place.judged[:2]),
        GATEKEEPER,
    ),
    Slip("targets.gatekeeper.workloads.assumed", "no defaults", lambda _: lambda policy: policy, GATEKEEPER),
    Slip("targets.gatekeeper.workloads.on_workloads", "as pods", lambda _: lambda mode, _workloads: mode, GATEKEEPER),
    Slip("printers.cel.parameters.of_held_pods", "the object itself", lambda _: lambda node: node, (CEL,)),
    Slip("printers.cel.parameters.CONTROLLED", "what controllers write", lambda _: FALSE, (CEL,)),
    # modes
    Slip(
        "targets.gatekeeper.actions._ACTIONS",
        "warnings are denials",
        lambda table: {**table, "warn": "deny"},
        GATEKEEPER,
    ),
    Slip(
        "targets.gatekeeper.actions._ACTIONS",
        "audits are warnings",
        lambda table: {**table, "audit": "warn"},
        GATEKEEPER,
    ),
    Slip("targets.vap.package._ACTIONS", "denials are warnings", lambda table: {**table, "enforce": "Warn"}, VAP),
    Slip("targets.vap.package._ACTIONS", "audits are warnings", lambda table: {**table, "audit": "Warn"}, VAP),
    Slip(
        "targets.kyverno_cel.package._ACTIONS",
        "denials are audits",
        lambda table: {**table, "enforce": "Audit"},
        _KYVERNO,
    ),
    Slip("targets.opa.package._DECISIONS", "warnings are denials", lambda table: {**table, "warn": "deny"}, ("opa",)),
    Slip(
        "targets.opa.package._main",
        "the first policy alone",
        first(lambda packages: dict(list(packages.items())[:1])),
        ("opa",),
    ),
    *CHOICE_SLIPS,
    # the rollout
    Slip(
        "lowering.rollout._less", "nothing is excluded", lambda _: lambda scope, _rollout: scope, ("vap", "gatekeeper")
    ),
    Slip(
        "lowering.rollout.rolled_out",
        "the mode stays",
        lambda real: lambda program, rollout: real(program, replace(rollout, mode=None)),
        ("vap", "gatekeeper"),
    ),
    # Kyverno's classic policies
    Slip(
        "targets.kyverno.match.match_of",
        "no exclusions",
        then(lambda match: replace(match, exclude=Code(""))),
        ("kyverno",),
    ),
    Slip(
        "targets.kyverno.match.match_of",
        "everywhere",
        then(lambda match: replace(match, match=Code(""))),
        ("kyverno",),
    ),
    Slip("targets.kyverno.match.exempt_conditions", "nobody", always([]), ("kyverno",)),
    Slip("targets.kyverno.mutate.rules", "the first alone", then(lambda rules: rules[:1]), ("kyverno",)),
)
