"""The long explanation of each diagnostic code."""

from __future__ import annotations

_CODES: dict[str, tuple[str, str, str]] = {
    "LNG010": (
        "No such control",
        "The word after the verb must be a control. Most controls have the name of the pod's field. `pscc explain` lists "
        "them all.",
        "deny hostNetwork",
    ),
    "LNG011": (
        "A verb that the control does not take",
        "Not every control takes every verb. For example, hostPID can only be denied; a policy that does not mention it "
        "allows it. `pscc explain CONTROL` shows all statements of a control.",
        "deny hostPID",
    ),
    "LNG012": (
        "Denying a boolean",
        "The field is true, false or unset. Write the value that it must have, with `require`, or the values that it may "
        "have, with `allow`.",
        "require allowPrivilegeEscalation false",
    ),
    "LNG013": (
        "The wrong form",
        "The control takes this verb, but with other values, or without values. `pscc explain CONTROL` shows the forms.",
        "allow hostPorts 10000-11000",
    ),
    "LNG014": (
        "Two statements about one control",
        "A policy has one rule (deny, allow or require) and one default for each control. Put all values into one "
        "statement.",
        "allow hostPorts 10000-11000, 13000-14000",
    ),
    "LNG015": (
        "A reason for a default",
        "`because` explains a refusal to the author of the pod. A default refuses nothing, so it has no reason.",
        "default nonRoot",
    ),
    "LNG016": (
        "Not a name",
        "The name of a policy follows the rules for names of Kubernetes objects: lower-case letters, digits, `-` and `.`, "
        "at most 253 characters.",
        "policy my-team {",
    ),
    "LNG017": (
        "Two policies with one name",
        "The names of the output's objects come from the policy. Give each policy its own name.",
        "",
    ),
    "LNG018": (
        "An empty policy",
        "A policy restricts only what it mentions. A policy without statements admits every pod.",
        "policy team {\n    deny privileged\n}",
    ),
    "LNG019": (
        "A default that cannot be set",
        "A default is written into pods. Give one value: no range and no wildcard.",
        "default runAsUser 1000",
    ),
    "LNG020": (
        "A wrong value",
        "The control takes other values, or this value cannot exist. `pscc explain CONTROL` shows an example.",
        "allow hostPorts 10000-11000",
    ),
    "LNG021": (
        "No policy",
        "The file has no policy in it.",
        "policy team {\n    deny privileged\n}",
    ),
    "YML001": (
        "Not valid YAML",
        "The YAML parser stops here. The mistake is often on the line above: a missing quote or bracket, or a wrong "
        "indentation.",
        "",
    ),
    "YML002": (
        "An unreadable document",
        "A node has a tag such as `!!python/object`, which pscc never reads, or characters that YAML does not allow.",
        "",
    ),
    "YML003": (
        "Too many nodes",
        "The nodes nest too deeply, or aliases repeat too many of them. No real policy or pod does. pscc refuses such a "
        "file, so that it cannot use up the memory.",
        "",
    ),
    "YML004": (
        "A field given twice",
        "YAML readers silently take the last of the two. A person may have read the first. Remove one. In objects that "
        "have nothing to do with pod security, this is no error.",
        "privileged: false\nprivileged: true",
    ),
    "YML005": (
        "A key that is not a word",
        "The keys of Kubernetes objects are strings.",
        "? [a]\n: b",
    ),
    "YML006": (
        "A merge key",
        "`<<` takes fields from another place in the file. Write the fields out, so that a reviewer sees them.",
        "<<: *base",
    ),
    "YML007": (
        "Not text",
        "Sources are UTF-8 or UTF-16 text, with or without a byte order mark.",
        "",
    ),
    "YML008": (
        "A name that YAML reads as something else",
        "YAML 1.1 reads `y`, `n`, `yes`, `no`, `on` and `off` as booleans, and digits as a number. The API server expects "
        "a string here. Put the name in quotes.",
        'namespace: "n"',
    ),
    "YML009": (
        "A template",
        "This is a template, for example of a Helm chart. pscc reads the rendered file: `helm template NAME CHART > "
        "rendered.yaml`.",
        "name: {{ .Release.Name }}-psp",
    ),
    "POD001": (
        "Unknown field of a pod",
        "The API server drops unknown fields, so pscc judges the pod without this one. Check the spelling.",
        "commacd: [sleep]",
    ),
    "POD002": (
        "A workload without a pod",
        "The workload has no pod template, so pscc cannot judge it.",
        "kind: Deployment\nspec: {}",
    ),
    "POD003": (
        "Nothing to judge",
        "The object, or all of the files, have no pod. pscc looks into Lists and into files with several documents.",
        "",
    ),
    "POD004": (
        "A pod of an unknown kind",
        "The kind is not one of Kubernetes' own workloads. It is another kind, for example an Argo Rollout, or it is "
        "misspelled. pscc looks for a `spec` with `containers` in it, and judges that as a pod of any authenticated user.",
        "kind: Rollout",
    ),
    "POD005": (
        "A finding about a pod",
        "A check of a policy refuses the pod, or no policy judges it. `pscc eval` names the policy and the reason.",
        "",
    ),
    "POD006": (
        "A pod that the API server refuses",
        "The API server validates a pod after the defaults are set. It refuses three combinations: "
        "allowPrivilegeEscalation false together with privileged true or with the capability CAP_SYS_ADMIN; hostUsers "
        "false together with hostNetwork, hostPID or hostIPC; and Linux fields on a Windows pod. The defaults of "
        "PodSecurityPolicy had the same effect. Source: ValidateSecurityContext, validateHostUsers and validateWindows in "
        "Kubernetes pkg/apis/core/validation/validation.go.",
        "default allowPrivilegeEscalation false",
    ),
    "POD007": (
        "Labels of a namespace that are not known",
        "A policy holds in namespaces with certain labels. `pscc eval` knows the labels of the Namespaces among the "
        "manifests, and those of --namespace-label. If it knows no labels, it leaves the policy out; the cluster may "
        "apply it.",
        "in namespaces tier=edge",
    ),
    "POD008": (
        "A workload that needs defaults",
        "The policies admit the workload only after their defaults are set in its pods. A target that does not set these "
        "defaults refuses it, until the workload sets the fields itself. `pscc report` lists the fields, and `pscc fix` "
        "writes them.",
        "default readOnlyRootFilesystem true",
    ),
    "POD009": (
        "A workload that a target refuses",
        "The policies admit the workload, but the output of a target refuses it: the target cannot set a default that the "
        "workload needs, or it is stricter in another way that the compile reports. `pscc report` shows the reason.",
        "",
    ),
    "TST001": (
        "A file of cases that cannot be read",
        "`pscc test` does not know this key or value. It refuses the file, because nothing would check this expectation. "
        "`pscc test --help` shows a whole file.",
        "- denied: a privileged container",
    ),
    "TST002": (
        "A missing file in a test",
        "A case names a manifest with `file`, and the file of cases names its policies with `source`. Both paths start at "
        "the file of cases. A policy must be in the folder that you give to `pscc test`, or in the folder of the file of "
        "cases.",
        "source: team.psp",
    ),
    "TGT001": (
        "A default that the target cannot set",
        "The target cannot set this default exactly. If the default isolates the pod, the output refuses pods until they "
        "set the field themselves, which is stricter. If the default grants something, pods do not get it: pscc makes "
        "nobody ask for more privilege than they need.",
        "default capabilities.add add NET_ADMIN",
    ),
    "TGT002": (
        "A default that the target sets more widely",
        "The target cannot test the condition of the default, so it sets the field wherever it is unset. That never "
        "admits more.",
        "default nonRoot",
    ),
    "TGT007": (
        "A release that cannot run the output",
        "The release that you name with `--kubernetes`, `--gatekeeper` or `--kyverno` cannot run the output of this "
        "target. docs/versions.md has a table of what each target needs.",
        "",
    ),
    "TGT008": (
        "A release that lacks something",
        "The release that you name lacks something that newer ones have. The output does without it, or you have to "
        "switch it on. docs/versions.md has a table.",
        "",
    ),
    "TGT015": (
        "An engine that fails open",
        "If the webhook of the engine does not answer in time, the API server admits the pod. An output cannot change "
        "that: it is a setting of the engine's installation.",
        "",
    ),
    "TGT016": (
        "Namespaces and groups that an engine leaves out",
        "In its usual installation, the engine does not judge pods in these namespaces, and no pods that members of these groups "
        "create. For example, system:nodes create the mirrors of static pods. PodSecurityPolicy judged them. An output cannot "
        "change that: it is a setting of the engine's installation.",
        "",
    ),
    "TGT017": (
        "A default of a choice that a policy outside refuses",
        "The target does not set the defaults of this choice. A target that does set them changes the pod, and then the "
        "policy outside the choice refuses it. Without the defaults, another policy of the choice may admit the pod "
        "unchanged.",
        "",
    ),
    "TGT018": (
        "An update of a pod that a choice has not changed",
        "In a choice with defaults, the output finds the chosen policy by the fields that the pod has. An update sets no "
        "defaults. So an update of a pod that is older than the policy is refused if it changes something that a check "
        "reads. PodSecurityPolicy refused it, too.",
        "",
    ),
    "TGT020": (
        "Workloads without the defaults of another policy",
        "The target judges a workload as the pods that it makes, with the defaults that are set wherever its policy "
        "holds. If another policy sets defaults in only some of these namespaces, the workload is judged without them, "
        "and its pods with them. A `choose` judges workloads without the defaults of every policy beside it.",
        "",
    ),
    "TGT019": (
        "A default after which the API server refuses the pod",
        "The target sets the default in every pod that leaves the field unset. The API server then refuses some of these "
        "pods (POD006), before a policy judges them, so its message names no policy. A default cannot have a condition of "
        "its own: it leaves out only the pods that every rule on its control leaves out with `unless`.",
        "",
    ),
    "TGT021": (
        "An exemption that outlives its date in the cluster",
        "No engine compares the date of an exemption with the clock. After the date, a new compile leaves the exemption "
        "out, but objects that you applied before keep it. Compile and apply every night, and it ends in time.",
        'exempt users jane because "on call" until 2099-12-31',
    ),
    "TGT009": (
        "Workloads are treated as pods",
        "Kyverno makes rules for Deployments and other workloads from the rules for pods, with the same action. "
        "`--workloads off` tells it not to. Their pods are judged in either case.",
        "",
    ),
    "TGT014": (
        "Something that the target cannot express",
        "The target does not declare that it can express this, so pscc writes no output. An output without it could admit "
        "pods that the source refuses.",
        "",
    ),
    "TGT012": (
        "No answer about workloads",
        "In a choice, the user who creates a pod decides which policies may be used. For the pods of a workload, that is "
        "a controller. The target does not know what the controller may use, so it does not judge the workload when you "
        "apply it. It judges the pods.",
        "",
    ),
    "TGT013": (
        "A workload that is judged differently from its pods",
        "When a workload is applied, no target knows which controller will create its pods, so it judges by the service "
        "account of the pods. A grant to a controller alone, and an exemption of a controller, do not count: the workload "
        "is refused or warned of, though its pods are admitted. Grant the policy to the service accounts of the pods, or "
        "exempt these.",
        "wide for groups system:serviceaccounts:kube-system",
    ),
}


def codes() -> dict[str, tuple[str, str, str]]:
    """Each code with its title, explanation and example, in order."""
    from pscc.diagnostics.catalogue.language import CODES as LANGUAGE
    from pscc.diagnostics.catalogue.psp import CODES as PSP
    from pscc.diagnostics.catalogue.sets import CODES as SETS
    from pscc.diagnostics.catalogue.syntax import CODES as SYNTAX

    return dict(sorted((_CODES | SYNTAX | LANGUAGE | SETS | PSP).items()))
