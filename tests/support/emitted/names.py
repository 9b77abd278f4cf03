"""A lint of outputs: whatever is declared is read, and whatever is read is declared. Each finding is a sentence.

A value that is declared and never read is a part of the policy that does nothing; one that is read and not declared
fails on each pod, or is empty on each. No engine reports the first, and few report the second before a pod comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pscc.output.contents import Output
from support.emitted import cel, rego
from support.emitted.documents import (
    Document,
    Json,
    Program,
    cel_programs,
    constrained_kind,
    documents,
    is_constraint,
    parameters_schema,
    rego_sources,
)

_ROOTS = frozenset(("object", "oldObject", "request", "namespaceObject", "authorizer", "variables"))
"""The names that an engine has for an expression."""
_FOR_READERS = frozenset(("reason", "until"))
"""Parameters that are there for people: why a request is exempt."""
_DECISIONS = frozenset(("deny", "warn", "violation", "warning"))
"""The rules that somebody asks: OPA, Conftest, Gatekeeper."""


def of_output(output: Output) -> list[str]:
    """What is wrong with the names in ``output``: CEL, parameters, objects that name others, Rego."""
    applied = documents(output)
    texts = [file.text for file in output.files if file.path.endswith(".rego") and not file.path.endswith("_test.rego")]
    return [*of_documents(applied), *(of_packages(texts) if texts else [])]


def of_documents(applied: list[Document]) -> list[str]:
    """What is wrong with the names in documents that are applied together."""
    faults = [f"{d.path}: {text}" for d in applied for program in cel_programs(d.body) for text in of_cel(program)]
    templates = [d for d in applied if d.kind == "ConstraintTemplate"]
    for template in templates:
        faults += [f"{template.path}: {text}" for text in of_template(template.body)]
    return [*faults, *_between(applied, templates)]


# --- CEL ------------------------------------------------------------------------


def of_cel(program: Program) -> Iterator[str]:
    """What is wrong with the variables of ``program``."""
    known = set(program.given)
    read: set[str] = set()
    for name, text in program.variables:
        node = cel.parsed(text)
        used = set(cel.variables_read(node))
        yield from (
            f"{program.place}: the variable {name} reads {undeclared}, which is not declared"
            for undeclared in used - known
        )
        yield from _of_names(program.place, f"the variable {name}", node)
        if name in known:
            yield f"{program.place}: the variable {name} is declared twice"
        known.add(name)
        read |= used
    for text in program.readers:
        node = cel.parsed(text)
        used = set(cel.variables_read(node))
        yield from (f"{program.place}: {undeclared} is read and not declared" for undeclared in used - known)
        yield from _of_names(program.place, "a validation", node)
        read |= used
    for text in program.blind:
        node = cel.parsed(text)
        yield from (
            f"{program.place}: a condition reads the variable {variable}" for variable in set(cel.variables_read(node))
        )
        yield from _of_names(program.place, "a condition", node)
    for name, _ in program.variables:
        if name not in read:
            yield f"{program.place}: the variable {name} is declared and never read"


def _of_names(place: str, where: str, node: cel.Node) -> Iterator[str]:
    yield from (
        f"{place}: {where} reads {unknown}, which there is not" for unknown in set(cel.free_names(node)) - _ROOTS
    )
    yield from (
        f"{place}: {where} walks without reading what it walks: {idle_macro}" for idle_macro in cel.idle_macros(node)
    )


# --- parameters -------------------------------------------------------------------


def of_template(template: Json) -> Iterator[str]:
    """What is wrong with the parameters of ``template``, and with its Rego."""
    declared: Json = parameters_schema(template).get("properties", {})
    sources = rego_sources(template)
    if sources:
        modules = [rego.module(text) for text in sources]
        read = {parameter for module in modules for parameter in module.parameters}
        words = {word for module in modules for word in module.words}
        yield from of_packages(sources)
    else:
        trees = [
            cel.parsed(text)
            for program in cel_programs(template)
            for text in (*(text for _, text in program.variables), *program.readers)
        ]
        read = {parameter for tree in trees for parameter in cel.parameters_read(tree)}
        words = {node.text for tree in trees for node in tree.walk() if node.kind == "select"}
    yield from (
        f"the parameter {parameter} is declared and never read" for parameter in declared if parameter not in read
    )
    yield from (f"the parameter {parameter} is read and not declared" for parameter in sorted(read - set(declared)))
    for name, schema in declared.items():
        yield from (f"of {name}, {field} is declared and never read" for field in _fields(schema) if field not in words)


def _fields(schema: Json) -> Iterator[str]:
    """The names of the fields below a property."""
    for name, below in schema.get("properties", {}).items():
        yield name
        yield from _fields(below)
    if "items" in schema:
        yield from _fields(schema["items"])


def _undeclared(value: object, schema: Json, path: str) -> Iterator[str]:
    """What of a Constraint's parameters the schema does not have."""
    if isinstance(value, dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        for key, below in value.items():
            declared = schema.get("properties", {})
            if key in declared:
                yield from _undeclared(below, declared[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}"
    elif isinstance(value, list):
        for below in value:
            yield from _undeclared(below, schema.get("items", {}), f"{path}[]")


def _free_form(value: object, schema: Json) -> Iterator[str]:
    """The names of fields in those parts of a Constraint's parameters that the schema leaves open."""
    if isinstance(value, dict):
        if schema.get("x-kubernetes-preserve-unknown-fields"):
            yield from _keys(value)
        else:
            for key, below in value.items():
                yield from _free_form(below, schema.get("properties", {}).get(key, {}))
    elif isinstance(value, list):
        for below in value:
            yield from _free_form(below, schema.get("items", {}))


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield str(key)
            yield from _keys(below)


# --- documents that name others ---------------------------------------------------


def _between(applied: list[Document], templates: list[Document]) -> Iterator[str]:
    by_kind = {constrained_kind(template.body): template for template in templates}
    constrained = set()
    for document in (d for d in applied if is_constraint(d.body)):
        constrained.add(document.kind)
        template = by_kind.get(document.kind)
        if template is None:
            yield f"{document.path}: there is no template of {document.kind}"
            continue
        schema, given = parameters_schema(template.body), document.body["spec"].get("parameters", {})
        for undeclared in _undeclared(given, schema, "parameters"):
            yield f"{document.path}: {document.name} has {undeclared}, which its template does not declare"
        words = _words(template.body)
        for field in sorted(set(_free_form(given, schema)) - words - _FOR_READERS):
            yield f"{document.path}: {document.name} has the field {field}, which its template does not read"
    for kind in sorted(set(by_kind) - constrained):
        yield f"{by_kind[kind].path}: there is no Constraint of {kind}"
    yield from _bindings(applied)


def _words(template: Json) -> set[str]:
    """Every name that the code of ``template`` reads a field by."""
    sources = rego_sources(template)
    if sources:
        # the library reads some by a variable that holds their names
        return {word for text in sources for word in rego.module(text).words | _strings(text)}
    trees = [cel.parsed(text) for program in cel_programs(template) for _, text in program.variables]
    return {node.text for tree in trees for node in tree.walk() if node.kind == "select"}


def _strings(text: str) -> set[str]:
    return {str(node["value"]) for node in rego.nodes(rego.tree(text)) if node.get("type") == "string"}


def _bindings(applied: list[Document]) -> Iterator[str]:
    policies = {(d.kind, d.name) for d in applied if d.kind.endswith("AdmissionPolicy")}
    bound = set()
    for document in applied:
        if document.kind.endswith("AdmissionPolicyBinding"):
            named = (document.kind.removesuffix("Binding"), str(document.body["spec"]["policyName"]))
            bound.add(named)
            if named not in policies:
                yield f"{document.path}: it binds {named[1]}, which there is not"
    yield from (f"{kind} {name}: nothing binds it" for kind, name in sorted(policies - bound))


# --- Rego -------------------------------------------------------------------------


def of_packages(texts: Iterable[str]) -> list[str]:
    """What is wrong with the rules of Rego modules that are loaded together; ``lib.pscc`` may have more than is used."""
    modules = [rego.module(text) for text in texts]
    known = {f"data.{module.package}.{name}" for module in modules for name in module.rules}
    packages = {module.package for module in modules}
    read: set[str] = set()
    faults: list[str] = []
    for module in modules:
        for rule, reference in module.reads:
            steps = reference.split(".")
            if steps[0] != "data":
                continue
            named = next((name for name in known if reference == name or reference.startswith(f"{name}.")), None)
            if named is not None:
                if named != f"data.{module.package}.{rule}":
                    read.add(named)
            elif ".".join(steps[1:]) not in packages:
                faults.append(f"{module.package}: {rule} reads {reference}, which there is not")
    whole_library = len(modules) > 1 and any(module.package == "main" for module in modules)
    for module in modules:
        if module.package == "lib.pscc" and whole_library:
            continue
        for name in dict.fromkeys(module.rules):
            if f"data.{module.package}.{name}" not in read and name not in _DECISIONS:
                faults.append(f"{module.package}: the rule {name} is declared and never read")
    return faults
