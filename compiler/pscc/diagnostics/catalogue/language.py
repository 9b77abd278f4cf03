"""The diagnostics about how policies belong together: libraries, scopes, exemptions, and what lint warns of."""

from __future__ import annotations

CODES: dict[str, tuple[str, str, str]] = {
    "LNG031": (
        "No such policy",
        "`extends` and `choose` name policies of this file, of files in `use`, or `pss/…`.",
        "",
    ),
    "LNG032": (
        "A file that cannot be used",
        "`use` takes a .psp file in the source's folder or below.",
        'use "../a.psp"',
    ),
    "LNG033": ("Files that use each other", "A file cannot use itself, by whatever way.", ""),
    "LNG034": ("Nothing to be without", "`without` takes out what the extended policy says.", "without hostPorts"),
    "LNG035": ("A policy that extends itself", "The way up from a policy has to end.", "policy a extends a { }"),
    "LNG036": (
        "Not a namespace",
        "A scope names namespaces, by name, by a prefix with `*` behind, or by a label.",
        "in namespaces team-*, tier=edge",
    ),
    "LNG037": ("An exemption without a reason", "Whoever reads the policy later has to know why.", "exempt users ci"),
    "LNG038": (
        "A request exempt from a part",
        "Who asks is let off a whole policy; `from` narrows exemptions of containers and images.",
        'exempt users ci from volumes because "…"',
    ),
    "LNG039": ("Not a service account", "It is named with its namespace.", "exempt serviceaccounts fluentd"),
    "LNG040": ("Not a date", "Dates are written as year-month-day.", "until 2027-01-31"),
    "LNG041": (
        "An exemption that has ended",
        "Its date is past, so it is left out: nobody is exempt by it any more.",
        "",
    ),
    "LNG042": ("An exemption that ends soon", "In 30 days or less it will be left out of what is compiled.", ""),
    "LNG043": (
        "Not a condition of `unless`",
        "A statement can leave pods out by their operating system, their user namespace and the host's network. A condition is "
        "`FIELD VALUE` or `FIELD not VALUE`, and no field stands in two of them.",
        "require runAsNonRoot true unless os.name windows and hostNetwork true",
    ),
    "LNG044": (
        "A narrowed default",
        "A default has neither a mode nor an `unless`. It follows the `unless` that all rules of its policy on its control have.",
        "audit default nonRoot",
    ),
    "LNG045": ("An exemption from nothing", "The policy says nothing about the control.", ""),
    "LNG046": (
        "A container exempt from a rule about the pod",
        "Only rules that look at one container after the other can leave one out.",
        'exempt containers a from hostNetwork because "…"',
    ),
    "LNG047": (
        "A mode inside a choice",
        "A choice admits a pod by the first policy that accepts it, and has one mode, its own. A statement in another mode "
        "could not decide whether its policy accepts the pod. Put it into a policy outside the choice, which judges every pod.",
        "audit deny hostPID",
    ),
    "LNG060": ("A value that another covers", "The statement says the same without it.", "allow hostPorts 1-100, 50"),
    "LNG061": (
        "A default that its own policy refuses",
        "Pods that say nothing are given a value, and then refused for it.",
        "require runAsUser 1-5\n    default runAsUser 9",
    ),
    "LNG062": (
        "A statement without effect",
        "There is no pod that it refuses and the other statements of its policy admit.",
        "require runAsNonRoot true\n    allow runAsNonRoot true on pod or containers",
    ),
    "LNG063": ("A policy that admits nothing", "No pod satisfies all of its statements together.", ""),
    "LNG064": ("An exemption that nothing needs", "Whoever it names is not judged by the policy anyway.", ""),
    "LNG065": (
        "A child that its parent undoes",
        "Policies outside a `choose` all have to admit a pod; a parent that holds everywhere refuses what its child allows.",
        "",
    ),
    "LNG066": (
        "Weaker than asked for",
        "`--at-least` names a policy; some pod that it refuses is admitted.",
        "pscc check --at-least pss/baseline policy.psp",
    ),
    "LNG067": (
        "A policy that holds nowhere",
        "Each namespace that it names is taken out again, by its exceptions or by `--exclude-namespace`, or no namespace can "
        "have the labels. What is compiled of it never decides anything.",
        "in namespaces team-a, team-b\n    except namespaces team-*",
    ),
    "LNG068": (
        "Defaults of two policies that meet",
        "Two policies that hold in one namespace set one field to different values, or one sets a field that the other's "
        "default depends on. Engines apply policies in no fixed order, so nobody could say what a pod gets. A policy and its "
        "child do this by themselves: both have the parent's defaults.",
        "policy a {\n    default runAsUser 1000\n}\npolicy b {\n    default runAsUser 2000\n}",
    ),
    "LNG069": (
        "A wildcard in quotes",
        "A quoted value is literal, and no image, container or service account has a `*` in its name. Without the quotes, a `*` "
        "at the end stands for the rest of the name.",
        'exempt images registry.example/mesh/* because "…"',
    ),
    "LNG070": (
        "A literal star",
        "A quoted value is literal: the `*` at its end matches a star and nothing else. Without the quotes it is a wildcard.",
        'deny sysctls "kernel.*"',
    ),
    "LNG071": (
        "Defaults of what does not enforce",
        "A policy or choice in `warn` or `audit` changes no pod: its defaults are not set, and it judges each pod as if they had "
        "been. It does not assume what other policies will set once they enforce. Workloads that live off a default are seen once "
        "it enforces; `pscc eval` counts them before.",
        "audit",
    ),
    "LNG082": (
        "A name that Kubernetes does not know",
        "Capabilities are spelled in capitals and without `CAP_`. Any other word is taken as it is, and no container runtime knows "
        "it, so a statement about it is about nothing.",
        "deny capabilities.add SYS_ADMIN",
    ),
    "LNG083": (
        "Unset is allowed",
        "`allow` and `deny` look at a field where it is set. A pod that leaves it unset gets what Kubernetes, the container "
        "runtime or the image has for it, which may be what the statement refuses. `require` asks for the field.",
        "require allowPrivilegeEscalation false",
    ),
    "LNG084": (
        "An exemption of more than it names",
        "Every user is in `system:authenticated`, and every service account in `system:serviceaccounts`. "
        "An image pattern whose `*` does not follow `/`, `:` or `@` covers other "
        "registries and repositories.",
        'exempt images registry.example/mesh/* because "ours"',
    ),
    "LNG085": (
        "A parent beside a choice",
        "A policy that no `choose` names holds for every pod, besides the choice. If it is only there to be extended, it does not "
        "belong into this program.",
        'use "base.psp"',
    ),
    "LNG086": (
        "An exemption by a container's name alone",
        "Whoever writes a pod chooses the names of its containers, so any container can take the name and is exempt with any "
        "image. Name the image instead, with its registry: then only that image is exempt.",
        'exempt images registry.example/mesh/proxy:* because "ours"',
    ),
    "LNG087": (
        "A child that reads stricter and admits more",
        "A child's statement replaces its parent's about the same control. A `deny` or `require`, or a statement that only warns "
        "or audits, looks as if it came on top. In a policy of its own it does: a pod has to pass every policy that holds for it. "
        "`without` beside the statement says that the parent's shall go.",
        "without capabilities.add",
    ),
    "LNG088": (
        "A comment that hides nothing",
        "`# pscc: ignore CODE - reason` hides the warnings of that code on its line, or on the next line where it stands alone. "
        "It needs a reason. Errors cannot be hidden.",
        "allow hostPath /var/log  # pscc: ignore LNG084 - the log agent reads what others write",
    ),
    "LNG089": (
        "Names beside labels",
        "A namespace has to be among the names and have all the labels, though the comma between two names means either. Two "
        "lines say that both are meant: `in namespaces team-*` and `in namespaces tier=edge`. For namespaces that have either, "
        "write a policy for each.",
        "in namespaces team-*\nin namespaces tier=edge",
    ),
    "LNG090": (
        "Too long a chain of policies",
        "A policy may extend another, which extends a third. Over more than fifty steps nobody sees what holds, and a mistake "
        "(a generated file) is likelier than a meaning.",
        "",
    ),
    "LNG091": (
        "An exemption of the controllers of workloads",
        "Who asks for the pods of a Deployment is the replicaset-controller, a service account in kube-system, whoever wrote the "
        "Deployment. An exemption of that account, of all in kube-system, or of kube-controller-manager is one for the pods of "
        "every workload. Name the service accounts of the pods, or leave namespaces out.",
        'exempt serviceaccounts logging/agent because "reads the node\'s logs"',
    ),
    "LNG092": (
        "A deny list with the word that stands for all",
        "`ALL` in a container's list stands for every capability. In a deny list it is a word like any other: a container that "
        "lists capabilities by their names is admitted. `*` refuses every one.",
        "deny capabilities.add *",
    ),
    "LNG093": (
        "No list to widen",
        "`allow C add v, …` is the parent's `allow C …` with more values. It needs such a line in the policy that is extended, and "
        "changes nothing but the values and the reason.",
        "allow volumes add hostPath",
    ),
    "LNG094": (
        "An abstract policy that would be in force",
        "`abstract policy base` is only there to be extended: no output has it. So nobody can be granted it, and a scope, a mode "
        "or an exemption in it would hold nowhere: who extends a policy takes over its statements alone.",
        "abstract policy base {\n    deny hostPID\n}\npolicy team extends base {\n    in namespaces team-*\n}",
    ),
    "LNG095": (
        "A used file that nothing is used of",
        "A `use` makes the policies of a file known, so that others can extend them or choose among them; none of them is in "
        "force for that. If no line names one, the file does nothing here.",
        'use "base.psp"\n\npolicy team extends base {\n}',
    ),
    "LNG096": (
        "A choice of a used file",
        "A `use` brings the policies of a file, and not its `choose`. Whoever takes that to be in force has no policy there.",
        "",
    ),
    "LNG097": (
        "A Pod Security Standard of another release",
        "`pss/restricted` means the standard of the newest release, which may ask for fields that an older cluster does not have, "
        "and changes with the version of pscc. `pss/restricted@1.30` stays what it is.",
        "policy team extends pss/restricted@1.30 {\n}",
    ),
}
