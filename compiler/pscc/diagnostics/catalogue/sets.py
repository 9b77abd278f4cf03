"""Explains the diagnostics of sets of policies: RBAC (``RBC0xx``), sources taken together (``SET0xx``), ``choose``."""

from __future__ import annotations

CODES: dict[str, tuple[str, str, str]] = {
    "RBC001": ("A binding without a role", "`roleRef` names the Role or ClusterRole that is bound.", ""),
    "RBC002": ("A RoleBinding without a namespace", "It grants in its own namespace, which has to be known.", ""),
    "RBC003": ("A rule that cannot be read", "Its fields are lists of strings.", "verbs: use"),
    "RBC004": ("A subject that cannot be read", "A User, a Group or a ServiceAccount, by name.", "kind: user"),
    "RBC005": (
        "Unknown field of a role or a binding",
        "The API server drops fields that it does not know. A rule whose `resourceNames` is misspelled grants everything.",
        "resourceName: [restricted]",
    ),
    "RBC006": (
        "A role or a binding given twice",
        "A cluster has one of a name. Two that differ come from different clusters or times, and are an error: which of "
        "them holds is not known.",
        "",
    ),
    "RBC007": (
        "A version without this kind",
        "Roles and bindings are read in the versions that clusters with PodSecurityPolicy serve. What is of another version is "
        "an error, since it may say who may use what.",
        "apiVersion: rbac.authorization.k8s.io/v1alpha1",
    ),
    "SET001": ("Objects that say nothing about pod security", "They are counted; --list-ignored names each.", ""),
    "SET002": (
        "Several PodSecurityPolicies without RBAC",
        "A pod has to pass one of the policies that its user or its service account may use, not all of them. Who may use "
        "which is in roles and bindings: give them too, or say --assume-everyone-may-use.",
        "",
    ),
    "SET003": ("A PodSecurityPolicy given twice", "A name stands for one policy. Two that differ are an error.", ""),
    "SET004": (
        "A policy that nobody may use",
        "No role that lets use it is bound to anyone, so it decides nothing and is left out.",
        "",
    ),
    "SET005": ("Nobody may use any policy", "PodSecurityPolicy admission would refuse every pod.", ""),
    "SET006": (
        "A binding to a role that is not given",
        "What it grants is not known and counts as nothing, which is stricter.",
        "",
    ),
    "SET007": ("A role for a policy that is not given", "The policy may be gone, or missing from the sources.", ""),
    "SET010": ("A choice among nothing", "A pod needs one policy of the choice that admits it.", "choose { }"),
    "SET011": ("No such policy", "A choice is among the policies of the program.", "restrictd for everyone"),
    "SET012": (
        "A member of a choice with a mode or exemptions of its own",
        "A choice has one mode, and says itself who may use what.",
        "",
    ),
    "SET013": (
        "A policy that is never chosen",
        "An earlier policy may be used by all who may use this one, and accepts all that it accepts.",
        "",
    ),
    "SET014": (
        "A grant by label",
        "A grant holds in namespaces by their names, as a RoleBinding does.",
        "in namespaces a=b",
    ),
    "SET015": (
        "A policy that admits no pod",
        "In a choice it decides nothing, so it is left out; alone it would refuse every pod.",
        "",
    ),
    "SET016": (
        "A default that its own policy refuses, in a choice",
        "A pod that leaves the field unset is given a value and then refused for it, so the policy never admits it. Where a "
        "target does not set the default, pods are refused until they set the field themselves.",
        "allow   runAsUser 5\n    default runAsUser 1",
    ),
    "SET017": (
        "A choice with another's name",
        "The objects of a choice are named after it, as those of a policy are, so no two have the same name.",
        "policy team {\n    deny hostPID\n}\n\nchoose team {\n    team for everyone\n}",
    ),
    "SET018": (
        "A choice that is nearly called by a mode",
        "The word between `choose` and the brace is the choice's name, unless it is `enforce`, `warn` or `audit`.",
        "choose audti {\n    team for everyone\n}",
    ),
    "SET019": (
        "Choices that depend on each other",
        "A policy of one choice sets a default, and a policy of another choice looks at it or sets one, too. Engines ask the "
        "choices in no fixed order, so which policies are chosen would be left to chance. Defaults of policies outside a "
        "choice are set before.",
        "choose one {\n    sets for everyone\n}\n\nchoose other {\n    reads for everyone\n}",
    ),
    "SET020": (
        "How a choice is compiled",
        "Where namespaces part it cleanly, into plain policies with their namespaces; else into one object that finds out "
        "who may use what.",
        "",
    ),
    "SET021": (
        "Grants that are left out",
        "--ignore-group takes out what a group may use. Members of system:masters may use every policy; where they make no "
        "pods themselves, leaving them out lets namespaces part a choice into plain policies. A grant to all groups that begin "
        "so is left out as a whole.",
        "",
    ),
    "SET022": (
        "Nothing to ask the cluster about",
        "--rbac live asks the cluster who may `use` which PodSecurityPolicy. A policy outside a choice binds every pod.",
        "",
    ),
    "SET023": (
        "A grant that another covers",
        "The same policy is given to the same subjects in the same namespaces, or in more.",
        "restricted for groups dev\n    restricted for everyone",
    ),
    "SET024": (
        "Who may run pods at all",
        "A pod needs a PodSecurityPolicy that whoever asks for it, or its service account, may use. The policies of one "
        "application let only its own pods in, so compiled alone they refuse all others. The cluster has more policies and "
        "bindings: give them too.",
        "",
    ),
    "SET025": (
        "Controllers that may use a privileged policy",
        "PSP asks whether the user who makes a pod may use a policy, or the pod's service account. The pods of a Deployment are "
        "made by a controller in kube-system. A policy that is bound to system:serviceaccounts:kube-system everywhere is for "
        "the pods of every workload.",
        "",
    ),
    "SET026": (
        "Namespaces without a policy of the choice",
        "A choice holds in every namespace. Where nobody may use one of its policies, it refuses every pod.",
        "choose {\n    restricted for everyone in namespaces team-*\n}",
    ),
    "SET027": (
        "An ignored group without a grant",
        "--ignore-group takes the name of one group, as a grant or a binding spells it.",
        "",
    ),
    "SET028": (
        "A policy that restricts nobody",
        "A pod is admitted when one policy admits it that its user or service account may use. Where all of them may use a wider "
        "policy as well, the stricter one refuses nothing.",
        "choose {\n    strict for everyone\n    wide   for serviceaccounts monitoring/agent\n}",
    ),
    "TGT004": (
        "Labels that the target does not see",
        "The target knows a namespace by its name only. What goes by labels counts in the stricter way. `vap` and `kyverno-cel` "
        "see the labels.",
        "in namespaces tier=edge",
    ),
    "TGT005": (
        "Defaults for those who are exempt",
        "The target sets defaults without knowing who asks, so pods of those who are exempt from a policy get them too.",
        "",
    ),
    "TGT006": (
        "An object too large for a cluster",
        "A cluster stores objects of about a megabyte. kubectl's client-side apply takes a quarter of that.",
        "",
    ),
    "TGT010": (
        "More questions than the API server answers for one pod",
        "The API server lets a policy's expressions cost 10,000,000, and a question to its authorizer costs 350,000. PSP asked "
        "four of each policy (the user and the pod's service account, in the groups policy and extensions), so --rbac live "
        "holds 7 policies. Beyond that every pod would be refused.",
        "",
    ),
    "TGT011": (
        "A pod too large for Gatekeeper's CEL",
        "Gatekeeper lets the expressions of a template cost 1,000,000 a review, a tenth of what the API server lets a policy. "
        "A set is one template, so a very large pod to which several policies object may be refused though a later one would "
        "accept it; with --layout per-policy, a policy is one. Stricter. Templates in Rego have no such limit.",
        "",
    ),
}
