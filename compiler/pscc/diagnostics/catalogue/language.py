"""The diagnostics about how policies belong together: libraries, scopes, exemptions, and what lint warns of."""

from __future__ import annotations

CODES: dict[str, tuple[str, str, str]] = {
    "LNG031": (
        "No such policy",
        "`extends` and `choose` take the policies of this file, of the files in `use`, and the library `pss/…`.",
        "",
    ),
    "LNG032": (
        "A file that cannot be used",
        "`use` takes a .psp file in the folder of the source or below it. `--root` names a folder above.",
        'use "../a.psp"',
    ),
    "LNG033": (
        "Files that use each other",
        "A file cannot use itself, also not through other files.",
        "",
    ),
    "LNG034": (
        "Nothing to take out",
        "`without` takes out a statement of the extended policy. That policy has no such statement.",
        "without hostPorts",
    ),
    "LNG035": (
        "A policy that extends itself",
        "A policy cannot extend itself, also not through other policies.",
        "policy a extends a { }",
    ),
    "LNG036": (
        "Not a namespace",
        "Name a namespace, a prefix that ends with `*`, or a label as KEY=VALUE.",
        "in namespaces team-*, ingress",
    ),
    "LNG037": (
        "An exemption without a reason",
        'An exemption needs `because "…"`: later readers have to know why it is there.',
        "exempt users ci",
    ),
    "LNG038": (
        "A request exempt from a part",
        "An exemption of users, groups or service accounts is from the whole policy. Only exemptions of containers and "
        "images take `from`.",
        'exempt users ci from volumes because "…"',
    ),
    "LNG039": (
        "Not a service account",
        "Write a service account with its namespace, as NAMESPACE/NAME.",
        "exempt serviceaccounts fluentd",
    ),
    "LNG040": (
        "Not a date",
        "Write a date as year-month-day.",
        "until 2027-01-31",
    ),
    "LNG041": (
        "An exemption that has ended",
        "The date of the exemption is past, so pscc leaves it out: it exempts nobody any more. Remove it, or give it a "
        "new date.",
        "",
    ),
    "LNG042": (
        "An exemption that ends soon",
        "In 30 days or less, a compile will leave this exemption out.",
        "",
    ),
    "LNG043": (
        "Not a condition of `unless`",
        "`unless` can leave out pods by os.name, hostUsers and hostNetwork. A condition is `FIELD VALUE` or `FIELD not "
        "VALUE`. Each field can be in one condition only.",
        "require runAsNonRoot true unless os.name windows and hostNetwork true",
    ),
    "LNG044": (
        "A default with a mode or a condition",
        "A default takes neither a mode nor `unless`. It follows the `unless` that every rule of its policy on its "
        "control has.",
        "audit default nonRoot",
    ),
    "LNG045": (
        "An exemption from nothing",
        "The policy has no statement about this control, so there is nothing to be exempt from.",
        "",
    ),
    "LNG046": (
        "A container exempt from a rule about the pod",
        "Only rules about single containers can leave a container out. This rule is about the whole pod.",
        'exempt containers a from hostNetwork because "…"',
    ),
    "LNG047": (
        "A mode inside a choice",
        "A choice admits a pod if one of its policies accepts it, so the whole choice has one mode. Put a statement with "
        "another mode into a policy outside the choice. That policy judges every pod.",
        "audit deny hostPID",
    ),
    "LNG060": (
        "A value that another covers",
        "The statement means the same without this value.",
        "allow hostPorts 1-100, 50",
    ),
    "LNG061": (
        "A default that its own policy refuses",
        "The policy sets a value in pods that leave the field unset, and then refuses these pods for it.",
        "require runAsUser 1-5\n    default runAsUser 9",
    ),
    "LNG062": (
        "A statement without effect",
        "Every pod that this statement refuses is refused by the other statements of the policy, too. One that audits or warns "
        "finds "
        "only pods that the policy refuses anyway: what is only to be reported must not be enforced as well, by the parent say.",
        "require runAsNonRoot true\n    allow runAsNonRoot true on pod or containers",
    ),
    "LNG063": (
        "A policy that admits nothing",
        "No pod can pass all statements of this policy.",
        "",
    ),
    "LNG064": (
        "An exemption that nobody needs",
        "The policy does not judge anybody whom this exemption names.",
        "",
    ),
    "LNG065": (
        "A child that its parent undoes",
        "A pod must pass every policy outside a `choose` that holds in its namespace. The parent holds everywhere, too, "
        "so it refuses what the child allows.",
        "",
    ),
    "LNG066": (
        "Weaker than required",
        "The policy admits a pod that the policy of `--at-least` refuses.",
        "pscc check --at-least pss/baseline policy.psp",
    ),
    "LNG067": (
        "A policy that holds nowhere",
        "The exceptions or `--exclude-namespace` take out every namespace that the policy names, or no namespace can have "
        "all of its labels. The policy never judges a pod.",
        "in namespaces team-a, team-b\n    except namespaces team-*",
    ),
    "LNG068": (
        "Conflicting defaults of two policies",
        "Two policies hold in one namespace. Both set the same field to different values, or one sets a field that the "
        "default of the other depends on. Engines apply policies in no fixed order, so the result would be random. A "
        "child and its parent do not conflict by themselves: both have the defaults of the parent.",
        "policy a {\n    default runAsUser 1000\n}\npolicy b {\n    default runAsUser 2000\n}",
    ),
    "LNG069": (
        "A wildcard in quotes",
        "A value in quotes is literal, and no image, container or service account has a `*` in its name. Without quotes, "
        "a `*` at the end stands for the rest of the name.",
        'exempt images registry.example/mesh/* because "…"',
    ),
    "LNG070": (
        "A literal star",
        "A value in quotes is literal: its `*` matches only a star. Without quotes it is a wildcard.",
        'deny sysctls "kernel.*"',
    ),
    "LNG071": (
        "Defaults of a policy that does not enforce",
        "A policy or choice in mode `warn` or `audit` changes no pod. It judges each pod as if its own defaults were set, "
        "but not the defaults of other policies. After it enforces, workloads that need a default depend on it. `pscc "
        "eval` counts them before.",
        "audit",
    ),
    "LNG082": (
        "A name that Kubernetes does not know",
        "Write capabilities in capitals, without `CAP_`. Container runtimes do not know this word, so the statement has "
        "no effect on real pods.",
        "deny capabilities.add SYS_ADMIN",
    ),
    "LNG083": (
        "Unset is allowed",
        "`allow` and `deny` check a field only if it is set. If a pod leaves it unset, Kubernetes, the container runtime "
        "or the image decides, and that may be the value that you want to refuse. `require` refuses pods that leave the "
        "field unset.",
        "require allowPrivilegeEscalation false",
    ),
    "LNG084": (
        "An exemption of more than it names",
        "Every user is in `system:authenticated`, and every service account is in `system:serviceaccounts`. An image "
        "pattern whose `*` does not follow `/`, `:` or `@` also matches other registries and repositories.",
        'exempt images registry.example/mesh/* because "ours"',
    ),
    "LNG085": (
        "A parent beside a choice",
        "A policy that is in no `choose` judges every pod, in addition to the choice. If it is only there to be extended, "
        "write `abstract policy`, or move it to a file of its own.",
        'use "base.psp"',
    ),
    "LNG086": (
        "An exemption by the name of a container",
        "The author of a pod chooses the names of its containers. So any container can take this name, with any image. "
        "Name the image instead, with its registry.",
        'exempt images registry.example/mesh/proxy:* because "ours"',
    ),
    "LNG087": (
        "A child that reads stricter and admits more",
        "A child's statement replaces its parent's about the same control. A `deny` or `require` looks as if it came on top. In a "
        "policy of its own it does: a pod has to pass every policy that holds for it. `without` beside the statement says that the "
        "parent's shall go. A statement with a mode of its own, `audit require …`, replaces none: it comes on top.",
        "without capabilities.add",
    ),
    "LNG088": (
        "A comment that hides nothing",
        "`# pscc: ignore CODE - reason` hides the warnings with that code on its own line. If the comment stands alone, "
        "it hides them on the next line. It needs a reason. It cannot hide errors.",
        "allow hostPath /var/log  # pscc: ignore LNG084 - the log agent reads what others write",
    ),
    "LNG089": (
        "Names beside labels",
        "The comma between two names means either, and labels have to be there all: one line with both kinds can be read in two "
        "ways. Two lines say that a namespace has to be among the names and have the labels: `in namespaces team-*` and "
        "`in namespaces tier=edge`. For namespaces that are or have either, write a policy for each.",
        "in namespaces team-*\nin namespaces tier=edge",
    ),
    "LNG090": (
        "Too many policies that extend each other",
        "A chain of policies that extend each other can have fifty steps. Nobody can read a longer one, and it is "
        "probably a mistake.",
        "",
    ),
    "LNG091": (
        "An exemption of the controllers of workloads",
        "The replicaset-controller in kube-system creates the pods of every Deployment, whoever wrote the Deployment. If "
        "you exempt that account, all of kube-system, or kube-controller-manager, you exempt the pods of every workload. "
        "Name the service accounts of the pods, or leave namespaces out.",
        'exempt serviceaccounts logging/agent because "reads the node\'s logs"',
    ),
    "LNG092": (
        "A deny list with the word ALL",
        "In a container, `ALL` adds every capability. In a deny list it is only a word: a container that lists "
        "capabilities by name is admitted. `*` refuses every capability.",
        "deny capabilities.add *",
    ),
    "LNG093": (
        "No list to widen",
        "`allow CONTROL add VALUE, …` adds values to the `allow` of the policy that is extended. That policy needs an "
        "`allow` of the same control. Only the values and the reason can change.",
        "allow volumes add hostPath",
    ),
    "LNG094": (
        "An abstract policy that would be in force",
        "An `abstract policy` is only there to be extended, and no output has it. Nobody can be granted it. It cannot "
        "have a scope, a mode or an exemption, because a child inherits only statements.",
        "abstract policy base {\n    deny hostPID\n}\npolicy team extends base {\n    in namespaces team-*\n}",
    ),
    "LNG095": (
        "A file in `use` that has no effect",
        "`use` makes the policies of a file known, so that you can extend or choose them. It does not put them in force. "
        "No line names a policy of this file, so the `use` has no effect.",
        'use "base.psp"\n\npolicy team extends base {\n}',
    ),
    "LNG096": (
        "A choice in a file of `use`",
        "`use` takes the policies of a file, but not its `choose`. The choice is not in force here.",
        "",
    ),
    "LNG097": (
        "A Pod Security Standard of another release",
        "`pss/restricted` means the standard of the newest release. It can require fields that an older cluster does not "
        "have, and it changes with new versions of pscc. `pss/restricted@1.30` does not change.",
        "policy team extends pss/restricted@1.30 {\n}",
    ),
    "LNG098": (
        "A statement about the pod alone",
        "`on pod` looks at the field of the pod itself. A container that sets the field has its own value in force, and the "
        "statement does not look at it. `on pod and containers` looks at both.",
        "require seccompProfile runtime/default on pod and containers",
    ),
}
