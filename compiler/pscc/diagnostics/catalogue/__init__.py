"""The long explanation of each diagnostic code."""

from __future__ import annotations

_CODES: dict[str, tuple[str, str, str]] = {
    "LNG010": (
        "No such control",
        "The word after the verb is a control: what is spoken of, spelled as the pod's field is. `pscc explain` lists them.",
        "deny hostNetwork",
    ),
    "LNG011": (
        "A verb that the control does not take",
        "Each control takes some of the verbs: a switch such as hostPID can be denied, and is allowed where no statement "
        "mentions it. `pscc explain CONTROL` shows all its statements.",
        "deny hostPID",
    ),
    "LNG012": (
        "Denying a boolean",
        "The field is true, false or unset, and each of the three means something: say which value it must have.",
        "require allowPrivilegeEscalation false",
    ),
    "LNG013": (
        "The wrong form",
        "The control takes this verb, but with other values, or with none. `pscc explain CONTROL` shows the forms.",
        "allow hostPorts 10000-11000",
    ),
    "LNG014": (
        "Two statements for one slot",
        "In one policy a control has one rule (deny, allow or require) and one default. Two would contradict each other, "
        "or one of them would mean nothing: put all values into one statement.",
        "allow hostPorts 10000-11000, 13000-14000",
    ),
    "LNG015": (
        "A reason for a default",
        "`because` is shown to the author of a pod that is refused. A default refuses nothing.",
        "default nonRoot",
    ),
    "LNG016": (
        "Not a name",
        "A policy is named as Kubernetes objects are: lower-case letters, digits, `-` and `.`, at most 253 characters.",
        "policy my-team {",
    ),
    "LNG017": ("Two policies of one name", "Outputs are named after the policy, so names are unique.", ""),
    "LNG018": (
        "An empty policy",
        "A policy restricts only what it mentions; one without statements allows every pod.",
        "policy team {\n    deny privileged\n}",
    ),
    "LNG019": (
        "A default that cannot be set",
        "A default is written into pods, so it is one literal value: neither a range nor a wildcard.",
        "default runAsUser 1000",
    ),
    "LNG020": (
        "A wrong value",
        "The control takes values of another kind, or this one cannot be. `pscc explain CONTROL` shows an example.",
        "allow hostPorts 10000-11000",
    ),
    "LNG021": ("No policy", "The file has no policy in it.", "policy team {\n    deny privileged\n}"),
    "YML001": (
        "Not valid YAML",
        "The YAML parser stops here. The mistake is often on the line above: a missing quote or bracket, or an indentation "
        "that does not fit.",
        "",
    ),
    "YML002": (
        "An unreadable document",
        "A node has a tag such as `!!python/object`, which is never read, or something in it that no reader accepts.",
        "",
    ),
    "YML003": (
        "Too many nodes",
        "The nodes nest deeper, or aliases repeat more of them, than in any policy or pod. It is refused so that it "
        "cannot exhaust the machine.",
        "",
    ),
    "YML004": (
        "A field given twice",
        "YAML readers take the last one, silently, and the policy then means something else than a reader of the first "
        "one thinks. In an object that decides nothing it is no error.",
        "privileged: false\nprivileged: true",
    ),
    "YML005": ("A key that is no word", "The keys of Kubernetes objects are strings.", "? [a]\n: b"),
    "YML006": (
        "A merge key",
        "`<<` pulls in fields from elsewhere. A policy that is reviewed is written out.",
        "<<: *base",
    ),
    "YML007": ("Not text", "Sources are UTF-8 or UTF-16 text, with or without a byte order mark.", ""),
    "YML008": (
        "A name that YAML does not read as one",
        "YAML 1.1 reads a bare `y`, `n`, `yes`, `no`, `on` or `off` as a boolean, and digits as a number. The API server refuses "
        "them where it expects a string.",
        'namespace: "n"',
    ),
    "YML009": (
        "A template",
        "A file of a Helm chart, or another template, says what the values of an installation make of it. pscc reads what comes "
        "out: `helm template NAME CHART > rendered.yaml`.",
        "name: {{ .Release.Name }}-psp",
    ),
    "POD001": (
        "Unknown field of a pod",
        "The API server drops fields that it does not know, so the pod is judged without it.",
        "commacd: [sleep]",
    ),
    "POD002": ("A workload without a pod", "There is nothing to judge in it.", "kind: Deployment\nspec: {}"),
    "POD003": (
        "Nothing to judge",
        "The object has no pod in it, or the files have none at all. Lists and streams of several documents are looked through.",
        "",
    ),
    "POD004": (
        "A pod of an unknown kind",
        "The kind is none of Kubernetes' own workloads, as an Argo Rollout, or it is misspelled. What looks like a pod in it, a "
        "`spec` with `containers`, is judged as if somebody who is authenticated asked for it.",
        "kind: Rollout",
    ),
    "POD005": (
        "A finding about a pod",
        "A policy objects to the pod, or none judges it. `pscc eval` says which, and why.",
        "",
    ),
    "POD006": (
        "A pod that the API server refuses",
        "The API server validates a pod after its defaults are set. It refuses allowPrivilegeEscalation false beside privileged "
        "true or the capability CAP_SYS_ADMIN, hostUsers false beside hostNetwork, hostPID or hostIPC, and fields of Linux on a "
        "pod for Windows. PodSecurityPolicy made such pods, too. "
        "Source: ValidateSecurityContext, validateHostUsers and validateWindows in Kubernetes "
        "pkg/apis/core/validation/validation.go.",
        "default allowPrivilegeEscalation false",
    ),
    "POD007": (
        "Labels of a namespace that are not known",
        "A policy holds in namespaces with certain labels. `pscc eval` has the labels of the Namespaces among the manifests, and "
        "those of --namespace-label. Where it has none, it does not judge by that policy; the cluster may.",
        "in namespaces tier=edge",
    ),
    "POD008": (
        "A workload that lives off defaults",
        "The policies admit the workload once their defaults are set in its pods. On a target that does not set them, it has to "
        "set these fields itself. `pscc report` lists them.",
        "default readOnlyRootFilesystem true",
    ),
    "POD009": (
        "A workload that a target refuses",
        "The policies admit the workload, and the output of a target refuses it: the target cannot set a default that the "
        "workload lives off, or is stricter in another way that the compile reports. `pscc report` says what it objects to.",
        "",
    ),
    "TST001": (
        "A file of cases that cannot be read",
        "`pscc test` reads files of cases. A key that it does not know would be an expectation that nothing checks. "
        "`pscc test --help` shows a whole file.",
        "- denied: a privileged container",
    ),
    "TST002": (
        "A file that a case needs and that is not there",
        "Cases name manifests with `file`, and the file of cases its policies with `source`. Both are paths from that file. "
        "A policy must lie in the folder that you give to `pscc test`, or in that of the file of cases.",
        "source: team.psp",
    ),
    "TGT001": (
        "A default that the target cannot set",
        "The target cannot set it exactly. Where it isolates, pods are refused until they set it themselves: stricter. "
        "Where it grants, pods go without it: nobody is made to ask for more privilege than they need.",
        "default capabilities.add add NET_ADMIN",
    ),
    "TGT002": (
        "A default that the target sets more widely",
        "The target cannot test the condition, and sets the field wherever it is unset. That never admits more.",
        "default nonRoot",
    ),
    "TGT007": (
        "A release that does not run the output",
        "The release named with `--kubernetes`, `--gatekeeper` or `--kyverno` cannot run this target's output at all. "
        "docs/versions.md has a table of what each needs.",
        "",
    ),
    "TGT008": (
        "What a release costs",
        "The release named lacks something that newer ones have, and the output does without it, or it has to be "
        "switched on there. docs/versions.md has a table.",
        "",
    ),
    "TGT015": (
        "An engine that fails open",
        "If the engine's webhook does not answer in time, the API server lets the pod in. No output can change that: it is "
        "a setting of the engine's installation.",
        "",
    ),
    "TGT016": (
        "Namespaces and groups that an engine leaves out",
        "As it is usually installed, the engine does not judge what is in these namespaces, nor what these groups ask for. The "
        "mirrors of static pods are made by system:nodes. PodSecurityPolicy judged them. No "
        "output can change that: it is a setting of the engine's installation.",
        "",
    ),
    "TGT017": (
        "A default of a choice that a policy outside refuses",
        "The target does not set the defaults of this choice. Where it would, the pod is changed and then refused; without it, "
        "another policy of the choice may admit the pod as it came.",
        "",
    ),
    "TGT018": (
        "An update of a pod that a choice has not changed",
        "Where a choice sets defaults, the output tells by what a pod has which policy was chosen. An update sets nothing, so a "
        "pod from before the policy is refused if an update changes what is checked. PodSecurityPolicy refused it, too.",
        "",
    ),
    "TGT020": (
        "Workloads without another policy's defaults",
        "A workload is judged as the pods that it would make, with the defaults that are set wherever its policy holds. Where "
        "another policy sets some in a part of these namespaces alone, the workload is judged without them. A `choose` judges "
        "workloads without the defaults of every policy beside it. The pods are judged with them.",
        "",
    ),
    "TGT019": (
        "A default after which the API server refuses the pod",
        "The target sets the default in every pod that leaves the field unset. The API server then refuses some of them, by the "
        "rules of POD006, before any policy judges the pod. Its message names no policy. A default has no condition of its "
        "own: it leaves alone only the pods that the rules on its control leave out with `unless`.",
        "",
    ),
    "TGT021": (
        "An exemption that outlives its date in the cluster",
        "No engine looks at the clock for an exemption. What you compile after its date is without it, and what you applied before "
        "keeps it. A pipeline that compiles and applies every night ends it in time.",
        'exempt users jane because "on call" until 2099-12-31',
    ),
    "TGT009": (
        "Workloads are treated as pods",
        "Kyverno writes rules for Deployments and the like from those for pods, with the same action. "
        "`--workloads off` has it write none; the pods are judged all the same.",
        "",
    ),
    "TGT014": (
        "Something that the target cannot express",
        "The target has not declared that it can do this, so nothing is compiled: an output without it could admit what the "
        "source denies.",
        "",
    ),
    "TGT012": (
        "No word about workloads",
        "Who may use which policy of a choice depends on who asks for the pod, which is a controller where a workload makes "
        "it. Where the target cannot tell what that may use, applying the workload says nothing; its pods are judged.",
        "",
    ),
    "TGT013": (
        "A workload that is judged otherwise than its pods",
        "No target knows which controller will ask for the pods of a workload that is applied, so a workload is judged by the "
        "service account of its pods. What a grant of a choice lets a controller alone use is not counted, nor is an exemption of "
        "controllers: the workload is refused or warned of, though its pods are let in. Grant the policy to the pods' service "
        "accounts, or exempt these.",
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
