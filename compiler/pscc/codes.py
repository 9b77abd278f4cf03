"""What each diagnostic code means at length, and what each control is: the texts of ``pscc explain``."""

from __future__ import annotations

_CODES: dict[str, tuple[str, str, str]] = {
    "LNG001": ("Syntax error", "The text is not of the policy language here.", "denny privileged"),
    "LNG002": ("A string without an end", "A string ends on the line on which it begins.", 'policy p "title {'),
    "LNG003": ("A keyword as a value", "Keywords are reserved; quote one that is meant as a value.", "allow csi add"),
    "LNG004": ("Two modes", "A policy is enforced, warns or audits: one of them.", "warn audit"),
    "LNG005": ("A name without a kind", "Say who it is: users, groups or service accounts.", "restricted for alice"),
    "LNG006": ("A grant with `except`", "A grant names where it holds.", "p for everyone except namespaces a"),
    "LNG010": ("No such control", "The word after the verb has to be a control.", "deny hostNetwrk"),
    "LNG011": ("A verb that the control does not take", "Each control takes some of the verbs.", "default hostPID"),
    "LNG012": ("Denying a boolean", "A boolean has three states.", "deny allowPrivilegeEscalation"),
    "LNG013": ("The wrong form", "The control takes this verb, but not in this form.", "allow hostPorts"),
    "LNG014": ("Two statements for one slot", "Checks on a control fill one slot, a default another.", ""),
    "LNG015": ("A reason for a default", "A default refuses nothing, so it has no message.", ""),
    "LNG016": ("Not a name", "Policies are named as Kubernetes objects are.", "policy My_Policy { }"),
    "LNG017": ("Two policies of one name", "Names of policies are unique.", ""),
    "LNG018": (
        "An empty policy",
        "A policy restricts only what it mentions; this one allows every pod.",
        "policy p { }",
    ),
    "LNG019": ("A default that cannot be set", "A default is a literal value.", "default runAsUser 1-5"),
    "LNG020": ("A wrong value", "The control takes values of another kind.", "allow hostPorts http"),
    "LNG021": ("No policy", "The file has no policy in it.", ""),
    "YML001": ("Not valid YAML", "The YAML parser stops here.", "spec:\n\tprivileged: false"),
    "YML002": ("An unreadable document", "A node has a tag, or a number, that cannot be read.", ""),
    "YML003": ("Too many nodes", "The nodes nest deeper, or aliases repeat more of them, than in any policy.", ""),
    "YML004": (
        "A field given twice",
        "YAML readers take the last one, silently.",
        "privileged: false\nprivileged: true",
    ),
    "YML005": ("A key that is no word", "The keys of Kubernetes objects are strings.", "? [a]\n: b"),
    "YML006": ("A merge key", "A policy that is reviewed is written out: `<<` is refused.", "<<: *base"),
    "YML007": ("Not UTF-8", "Sources are UTF-8 text.", ""),
    "POD001": ("Unknown field of a pod", "The API server drops fields that it does not know.", "commacd: [sleep]"),
    "POD002": ("A workload without a pod", "The workload has no pod template.", ""),
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
}


def codes() -> dict[str, tuple[str, str, str]]:
    """Each code with its title, explanation and example."""
    import importlib

    found = dict(_CODES)
    for module in ("pscc.syntax.psp_codes", "pscc.language_codes", "pscc.set_codes"):
        found |= importlib.import_module(module).CODES
    return found


def explain(code_or_control: str) -> str | None:
    """What ``pscc explain`` prints for a code or a control's id; None if it is neither."""
    entry = codes().get(code_or_control)
    if entry is not None:
        title, text, example = entry
        return f"{code_or_control}: {title}\n\n{text}\n" + (f"\nExample:\n    {example}\n" if example else "")
    from pscc.controls import CONTROLS

    for control in CONTROLS:
        if control.id == code_or_control:
            lines = [f"{control.id}: {control.title}", "", control.intent, ""]
            for shape in control.shapes:
                words = [
                    shape.verb,
                    control.id,
                    {"nothing": "", "values": "VALUE, …", "all of": "all of VALUE, …"}[shape.takes],
                ]
                words.append(f"on {shape.on}" if shape.on else "")
                lines += [" ".join(w for w in words if w), f"    {shape.says}"]
            if control.default:
                tail = {"nothing": "", "value": " VALUE", "add": " add VALUE, …"}[control.default.takes]
                lines += [f"default {control.id}{tail}", f"    {control.default.says}"]
            if control.psp_fields:
                lines += ["", "PodSecurityPolicy: " + ", ".join(control.psp_fields)]
            return "\n".join([*lines, "", "Example:", f"    {control.example}", ""])
    return None
