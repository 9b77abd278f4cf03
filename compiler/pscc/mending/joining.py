"""One exemption for several workloads of a namespace, in place of several that cancel each other.

Outside choices, an exemption leaves the namespace to two policies: one for all but the account, and a wider one. Of several
accounts, each has its own wider policy, which spares the others, and one policy is for all but these accounts. Of several
workloads of one account, the exemption that is about the most controls is tried for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pscc.base.source import Span
from pscc.ir.access import Request
from pscc.language import ast
from pscc.language.printer import print_document, print_policy
from pscc.mending.exemptions import Sources
from pscc.mending.proof import literal_alone, policy_named, proven_for
from pscc.mending.records import Exempting, Key, Mending, rivals
from pscc.mending.settings import mending_of, with_settings
from pscc.psp.reading import literal

_NOWHERE = Span("", 1, 1, 1, 1)
_BECAUSE = "judged by a policy of its own"


def joined(sources: Sources, asked: Iterable[tuple[Request, Mending]]) -> tuple[Mending, ...]:
    """The mendings of ``asked``, each with its request, those that cancel each other with one exemption for all of them.

    They stay as they are where that does not admit each of them, and where the proof fails.
    """
    pairs = tuple(asked)
    requests = {mending.key: request for request, mending in pairs}
    together = {
        mending.key: mending
        for group in rivals(mending for _, mending in pairs)
        for mending in _together(sources, group, requests)
    }
    return tuple(together.get(mending.key, mending) for _, mending in pairs)


def _together(sources: Sources, group: Sequence[Mending], requests: Mapping[Key, Request]) -> tuple[Mending, ...]:
    of_account: dict[str, Exempting] = {}
    exemptings = [mending.exempting for mending in group if mending.exempting is not None]
    for exempting in sorted(exemptings, key=lambda each: len(each.controls), reverse=True):
        of_account.setdefault(exempting.account, exempting)
    namespace = group[0].namespace
    parent = next((each for each in sources.document.policies if each.name.text == exemptings[0].parent), None)
    if parent is None:
        return ()
    added = _added(sources.document, parent, namespace, tuple(of_account.values()))
    document = _document(sources.document, parent, namespace, added)
    program, programs = sources.read(document), sources.programs(document)
    if program is None or programs is None:
        return ()
    for mending in group:
        mended = replace(mending.manifest, pod=with_settings(mending.manifest.pod, mending.written))
        if mending_of(programs, requests[mending.key], mended).outcome != "passes":
            return ()
    own = policy_named(sources.program, parent.name.text)
    controls = {account: exempting.controls for account, exempting in of_account.items()}
    if not all(literal_alone(own, policy_named(program, wider.name.text)) for wider in added[1:]):
        return ()
    if not proven_for(sources.program, program, namespace, controls):
        return ()
    policy, source = "\n\n".join(map(print_policy, added)), print_document(document)
    return tuple(
        replace(
            mending,
            exempting=replace(
                exempting,
                policy=policy,
                added=added,
                source=source,
                together=tuple(of_account),
                controls=controls[exempting.account],
                taken_out=of_account[exempting.account].taken_out,
            ),
        )
        for mending, exempting in zip(group, exemptings, strict=True)
    )


def _added(
    document: ast.Document, parent: ast.Policy, namespace: str, exemptings: Sequence[Exempting]
) -> tuple[ast.Policy, ...]:
    """The policy for all but the accounts, and the wider one of each."""
    taken = {policy.name.text for policy in document.policies}
    accounts = [exempting.account for exempting in exemptings]
    others, _ = exemptings[0].added
    added = [
        replace(
            others,
            name=_free(f"{parent.name.text}-{namespace}"[:230] + "-others", taken),
            exemptions=(*parent.exemptions, _of(others.exemptions[-1], accounts)),
        )
    ]
    for exempting in exemptings:
        wider, rest = exempting.added[1], [account for account in accounts if account != exempting.account]
        sparing = (replace(_of(others.exemptions[-1], rest), because=_BECAUSE),) if rest else ()
        added.append(replace(wider, name=_free(wider.name.text, taken), exemptions=(*wider.exemptions, *sparing)))
    return tuple(added)


def _of(exemption: ast.Exemption, accounts: Sequence[str]) -> ast.Exemption:
    """``exemption``, of service accounts, for ``accounts``."""
    values = tuple(literal(account, _NOWHERE) for account in accounts)
    return replace(exemption, exempted=(ast.Exempted("serviceaccounts", values, _NOWHERE),))


def _free(base: str, taken: set[str]) -> ast.Name:
    """A name that begins with ``base`` and is none of ``taken``, to which it is added."""
    name = next(name for name in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)
    taken.add(name)
    return ast.Name(name, _NOWHERE)


def _document(
    document: ast.Document, parent: ast.Policy, namespace: str, added: tuple[ast.Policy, ...]
) -> ast.Document:
    """``document`` with ``added``, and with ``parent`` leaving ``namespace`` to them."""
    scope = ast.Scope(True, (literal(namespace, _NOWHERE),), _NOWHERE)
    left = replace(parent, scopes=(*parent.scopes, scope))
    policies = tuple(left if policy is parent else policy for policy in document.policies)
    return replace(document, policies=(*policies, *added))
