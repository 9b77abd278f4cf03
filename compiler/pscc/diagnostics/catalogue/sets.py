"""Explains the diagnostics of sets of policies: RBAC (``RBC0xx``), sources taken together (``SET0xx``), ``choose``."""

from __future__ import annotations

CODES: dict[str, tuple[str, str, str]] = {
    "RBC001": (
        "A binding without a role",
        "`roleRef` must name the Role or ClusterRole that is bound.",
        "",
    ),
    "RBC002": (
        "A RoleBinding without a namespace",
        "A RoleBinding grants in its own namespace. Set metadata.namespace, or give `-n NAMESPACE`.",
        "",
    ),
    "RBC003": (
        "A rule that cannot be read",
        "The fields of a rule are lists of strings.",
        "verbs: use",
    ),
    "RBC004": (
        "A subject that cannot be read",
        "A subject is a User, a Group or a ServiceAccount, with its name.",
        "kind: user",
    ),
    "RBC005": (
        "Unknown field of a role or a binding",
        "The API server drops unknown fields. For example, a rule with a misspelled `resourceNames` grants every policy.",
        "resourceName: [restricted]",
    ),
    "RBC006": (
        "A role or a binding given twice",
        "A cluster has one object of each name. If two of them differ, they come from different clusters or times. pscc "
        "cannot know which one holds: keep one.",
        "",
    ),
    "RBC007": (
        "A version without this kind",
        "pscc reads roles and bindings in the versions that clusters with PodSecurityPolicy serve. An object of another "
        "version is an error, because it may grant a policy.",
        "apiVersion: rbac.authorization.k8s.io/v1alpha1",
    ),
    "SET001": (
        "Objects that have nothing to do with pod security",
        "pscc counts them. --list-ignored names each of them.",
        "",
    ),
    "SET002": (
        "Several PodSecurityPolicies without RBAC",
        "A pod must pass one of the policies that its user or service account may use, not all of them. Roles and "
        "bindings say who may use which policy. Add them to the source, or give --assume-everyone-may-use.",
        "",
    ),
    "SET003": (
        "A PodSecurityPolicy given twice",
        "A cluster has one policy of each name. If two of them differ, pscc cannot know which one holds: keep one.",
        "",
    ),
    "SET004": (
        "A policy that nobody may use",
        "No binding lets anybody use this policy. It decides nothing, so it is left out.",
        "",
    ),
    "SET005": (
        "Nobody may use any policy",
        "PodSecurityPolicy admission refuses every pod in such a cluster, and so does the output.",
        "",
    ),
    "SET006": (
        "A binding to a role that is missing",
        "The source does not have this role, so pscc does not know what the binding grants. It counts as no grant, which "
        "is stricter.",
        "",
    ),
    "SET007": (
        "A role for a policy that is missing",
        "The source does not have this policy. It may be deleted, or missing from your files.",
        "",
    ),
    "SET010": (
        "An empty choice",
        "A pod must pass one policy of the choice. A choice without policies refuses every pod.",
        "choose { }",
    ),
    "SET011": (
        "No such policy",
        "A choice takes the policies of this source.",
        "restrictd for everyone",
    ),
    "SET012": (
        "A policy of a choice with its own mode or exemptions",
        "A choice has one mode, and its grants say who may use which policy. Remove the mode and the exemptions from the "
        "policy.",
        "",
    ),
    "SET013": (
        "A policy that is never chosen",
        "An earlier policy of the choice accepts every pod that this one accepts, and everybody who may use this one may "
        "use that one.",
        "",
    ),
    "SET014": (
        "A grant by label",
        "A grant names its namespaces, like a RoleBinding. It takes no labels.",
        "in namespaces a=b",
    ),
    "SET015": (
        "A policy that admits no pod",
        "In a choice such a policy decides nothing, so it is left out. Alone it refuses every pod.",
        "",
    ),
    "SET016": (
        "A default that its own policy refuses, in a choice",
        "The policy sets a value in pods that leave the field unset, and then refuses them for it, so it never admits "
        "such a pod. If a target cannot set the default, it refuses the pods until they set the field themselves.",
        "allow   runAsUser 5\n    default runAsUser 1",
    ),
    "SET017": (
        "A choice with the name of a policy",
        "The objects of a choice have its name, and the objects of a policy have the policy's name. Give the choice "
        "another name.",
        "policy team {\n    deny hostPID\n}\n\nchoose team {\n    team for everyone\n}",
    ),
    "SET018": (
        "A choice whose name looks like a mode",
        "The word between `choose` and the brace is the name of the choice, unless it is `enforce`, `warn` or `audit`.",
        "choose audti {\n    team for everyone\n}",
    ),
    "SET019": (
        "Choices that depend on each other",
        "A policy of one choice sets a default, and a policy of the other choice checks or sets the same field. Engines "
        "run the choices in no fixed order, so the result would be random. Put the default into a policy outside the "
        "choices: it is set first.",
        "choose one {\n    sets for everyone\n}\n\nchoose other {\n    reads for everyone\n}",
    ),
    "SET020": (
        "How a choice is compiled",
        "If each namespace has one policy, the choice becomes plain policies with their namespaces. Otherwise it becomes "
        "one object that finds out who may use which policy.",
        "",
    ),
    "SET021": (
        "Grants that are left out",
        "--ignore-group leaves out the grants to a group. For example, system:masters may use every policy. If its "
        "members create no pods themselves, ignore it: then the choice can become plain policies. A grant to a prefix of "
        "groups that covers the group is left out as a whole.",
        "",
    ),
    "SET022": (
        "Nothing to ask the cluster about",
        "--rbac live asks the cluster who may `use` which PodSecurityPolicy. Policies outside a choice judge every pod, "
        "so there is nothing to ask.",
        "",
    ),
    "SET023": (
        "A grant that another covers",
        "Another grant gives the same policy to the same subjects, in the same namespaces or in more.",
        "restricted for groups dev\n    restricted for everyone",
    ),
    "SET024": (
        "Who may run pods at all",
        "A pod needs a PodSecurityPolicy that its user or its service account may use. The policies of one application "
        "let only its own pods in, so compiled alone they refuse all other pods. Your cluster has more policies and "
        "bindings: add them to the source.",
        "",
    ),
    "SET025": (
        "Controllers that may use a privileged policy",
        "PSP asks whether the user who creates a pod, or its service account, may use a policy. Controllers in "
        "kube-system create the pods of every Deployment. If a policy is bound to system:serviceaccounts:kube-system in "
        "the whole cluster, the pods of every workload may use it.",
        "",
    ),
    "SET026": (
        "Namespaces without a policy of the choice",
        "A choice holds in every namespace. In a namespace where nobody may use one of its policies, it refuses every "
        "pod.",
        "choose {\n    restricted for everyone in namespaces team-*\n}",
    ),
    "SET027": (
        "An ignored group without a grant",
        "--ignore-group takes the name of one group, spelled as in the grant or binding. No grant has this group.",
        "",
    ),
    "SET028": (
        "A policy that restricts nobody",
        "A choice admits a pod if one policy that its user or service account may use accepts it. Everybody who may use "
        "this policy may use a wider one, too, so this one refuses nothing.",
        "choose {\n    strict for everyone\n    wide   for serviceaccounts monitoring/agent\n}",
    ),
    "TGT004": (
        "Labels that the target does not see",
        "The target knows only the name of a namespace. Where the policy asks for labels, the output is stricter. `vap` "
        "and `kyverno-cel` see the labels.",
        "in namespaces tier=edge",
    ),
    "TGT005": (
        "Defaults for exempt users",
        "The target sets defaults without knowing who creates the pod. So pods of exempt users get the defaults, too.",
        "",
    ),
    "TGT006": (
        "An object too large for a cluster",
        "A cluster stores objects of about one megabyte. kubectl apply without --server-side takes about a quarter of "
        "that.",
        "",
    ),
    "TGT010": (
        "More questions than the API server answers for one pod",
        "The API server limits the cost of a policy's expressions to 10,000,000, and each question to its authorizer "
        "costs 350,000. PSP asked four questions for each policy: for the user and for the pod's service account, in the "
        "groups policy and extensions. So --rbac live can hold 7 policies. With more, the API server would refuse every "
        "pod.",
        "",
    ),
    "TGT011": (
        "A pod too large for Gatekeeper's CEL",
        "Gatekeeper limits the cost of a template's expressions to 1,000,000 for each review. A choice is one template, "
        "and with --layout per-policy a policy is one, too. So a very large pod can be refused though a later policy of "
        "the choice accepts it. That is stricter. Templates in Rego have no such limit.",
        "",
    ),
}
