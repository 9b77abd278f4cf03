"""Parses the values of statements: one class for each kind of value. Knows no control."""

from __future__ import annotations

import re

from pscc.base.frozen import frozen
from pscc.controls._base import Params
from pscc.diagnostics import Diagnostic, Replacement, Report
from pscc.diagnostics.spelling import did_you_mean, respelled
from pscc.ir import HostPathPrefix, Range
from pscc.language.ast import Value

WRONG_VALUE = "LNG020"
"""The diagnostic code for a value of the wrong kind."""


def _wrong(report: Report, value: Value, message: str, help: str = "", fixes: tuple[Replacement, ...] = ()) -> None:
    help = f"did you mean `{fixes[0].text}`?" if fixes else help
    report.add(Diagnostic(WRONG_VALUE, message, value.span, help=help, fixes=fixes))


def _plain(value: Value, noun: str, report: Report) -> bool:
    """Whether ``value`` has neither a key nor a qualifier; says so if it has."""
    if value.key:
        _wrong(report, value, f"`{value.key}=` has no place here", f"this control takes {noun}")
    elif value.qualifier:
        _wrong(report, value, f"`({value.qualifier})` has no place here", f"this control takes {noun}")
    return not value.key and not value.qualifier


@frozen
class NoValues:
    """No values at all: switches."""

    noun: str = "no value"

    @property
    def offered(self) -> tuple[str, ...]:
        """None: it takes no values."""
        return ()

    def parse(self, values: tuple[Value, ...], report: Report) -> Params:
        """Nothing; each value is an error."""
        for value in values:
            _wrong(report, value, f"`{value.text}`: this control takes no value", "leave the value out")
        return ()


_BOOLEANS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}
"""Booleans of other languages."""


def _written(value: Value) -> str:
    return f'"{value.text}"' if value.quoted else value.text


@frozen
class Boolean:
    """``true`` or ``false``; the parameter ``value``."""

    noun: str = "`true` or `false`"

    @property
    def offered(self) -> tuple[str, ...]:
        """Both."""
        return ("true", "false")

    def parse(self, values: tuple[Value, ...], report: Report) -> Params:
        """The parameter ``value``, a bool."""
        if len(values) > 1:
            _wrong(report, values[1], "more than one value", "this control takes `true` or `false`")
        for value in values[:1]:
            if _plain(value, self.noun, report):
                if value.text in ("true", "false") and not value.quoted:
                    return (("value", value.text == "true"),)
                meant = _BOOLEANS.get(value.text.lower())
                fixes = (Replacement(value.span, meant, safe=True),) if meant else ()
                _wrong(
                    report,
                    value,
                    f"`{_written(value)}` is neither `true` nor `false`",
                    "this control takes `true` or `false`",
                    fixes,
                )
        return ()


@frozen
class Words:
    """Strings. A bare one may end in the wildcard ``*``. They become the parameters ``values`` and ``patterns``.

    - ``known``: the only literal values that make sense, if there is such a list.
    - ``usual``: the values that Kubernetes knows, for a control that takes any value.
    - ``star``: the value ``*`` is kept, because the control gives it a meaning of its own (``volumes``).
    - ``every``: the value that stands for all values in a pod.
    """

    noun: str
    known: tuple[str, ...] = ()
    star: bool = False
    usual: tuple[str, ...] = ()
    every: str = ""

    def unusual(self, value: Value) -> str | None:
        """What may be meant instead of ``value``, which is not `usual`: empty where nothing is near, None where it is usual."""
        if value.text in self.usual:
            return None
        if not value.quoted and value.text.endswith("*"):
            return None if any(name.startswith(value.text[:-1]) for name in self.usual) else ""
        return did_you_mean(value.text.upper().removeprefix("CAP_"), self.usual) or ""

    @property
    def offered(self) -> tuple[str, ...]:
        """The known values, or the usual ones."""
        return self.known or self.usual

    def parse(self, values: tuple[Value, ...], report: Report) -> Params:
        """``values`` and ``patterns``, each a tuple of strings in the order of the source. An empty one is left out."""
        literals: list[str] = []
        patterns: list[str] = []
        for value in values:
            if not _plain(value, self.noun, report):
                continue
            text = value.text
            if text == "" or (not value.quoted and "*" in text[:-1]):
                reason = "an empty value" if not text else f"`{text}`: a `*` is a wildcard at the end of a word only"
                empty = "write one, or `deny` the control without values: then it has to be unset"
                _wrong(report, value, reason, "quote the value if it is meant literally" if text else empty)
            elif not value.quoted and text.endswith("*") and not (self.star and text == "*"):
                patterns.append(text)
            elif self.known and text not in self.known and not (self.star and text == "*"):
                help, fixes = self._known_instead(value)
                _wrong(report, value, f"`{text}` is not {self.noun}", help, fixes)
            else:
                literals.append(text)
        params: list[tuple[str, tuple[str, ...]]] = []
        if literals:
            params.append(("values", tuple(dict.fromkeys(literals))))
        if patterns:
            params.append(("patterns", tuple(dict.fromkeys(patterns))))
        return tuple(params)

    def _known_instead(self, value: Value) -> tuple[str, tuple[Replacement, ...]]:
        """The help for ``value``, which is not `known`, and its correction where one is near."""
        if not value.text[:1].isalnum():
            return "there is no sign for `not`: `deny` these values, or `allow` the others", ()
        suggestion = did_you_mean(value.text, self.known)
        return f"known: {', '.join(self.known)}", respelled(value.span, value.text, suggestion, self.known)


_OTHER_RANGE = re.compile(r"(\d{1,19})(\.\.\.?|:|–|—|--)(\d{1,19})")
"""A range as other languages write it."""
_NUMBERS = re.compile(r"(\d{1,19})(?:-(\d{1,19}))?")


@frozen
class Ranges:
    """Numbers and inclusive ranges within ``low`` to ``high``; the parameter ``ranges``."""

    noun: str
    low: int
    high: int

    @property
    def offered(self) -> tuple[str, ...]:
        """None: any number."""
        return ()

    def parse(self, values: tuple[Value, ...], report: Report) -> Params:
        """``ranges``: a tuple of `Range` in the order written."""
        ranges: list[Range] = []
        for value in values:
            if not _plain(value, self.noun, report):
                continue
            match = None if value.quoted else _NUMBERS.fullmatch(value.text)
            if match is None:
                other = _OTHER_RANGE.fullmatch(value.text)
                fixes = (Replacement(value.span, f"{other[1]}-{other[3]}", other[2] != ":"),) if other else ()
                help = "write a number or a range, as in `10000-11000`"
                _wrong(report, value, f"`{value.text}` is not {self.noun}", help, fixes)
                continue
            low = int(match[1])
            high = int(match[2]) if match[2] else low
            if low > high:
                _wrong(
                    report,
                    value,
                    f"the range `{value.text}` ends before it begins",
                    fixes=(Replacement(value.span, f"{high}-{low}"),),
                )
            elif low < self.low or high > self.high:
                _wrong(report, value, f"`{value.text}` is out of bounds", f"{self.noun} lies in {self.low}-{self.high}")
            else:
                ranges.append(Range(low, high))
        return (("ranges", tuple(ranges)),)


@frozen
class HostPaths:
    """Absolute host path prefixes, each perhaps ``(read-only)``; the parameter ``paths``."""

    noun: str = "a path prefix such as `/var/log` or `/var/log (read-only)`"

    @property
    def offered(self) -> tuple[str, ...]:
        """None: any path."""
        return ()

    def parse(self, values: tuple[Value, ...], report: Report) -> Params:
        """``paths``: a tuple of `HostPathPrefix` in the order written."""
        paths: list[HostPathPrefix] = []
        for value in values:
            if value.key:
                _wrong(report, value, f"`{value.key}=` has no place here", f"this control takes {self.noun}")
            elif value.qualifier not in ("", "read-only"):
                _wrong(report, value, f"`({value.qualifier})` is not known", "only `(read-only)` can follow a path")
            elif value.text == "" or (not value.quoted and "*" in value.text):
                reason = f"`{value.text}`: a prefix covers all that lies below it, a `*` has no place in it"
                _wrong(
                    report, value, reason if value.text else "an empty path", "write the prefix alone, as in `/var/log`"
                )
            elif not value.quoted and not value.text.startswith("/"):
                flag = value.text.lower().strip("[]").replace("-", "") in ("readonly", "ro")
                help = (
                    "write `(read-only)` behind a path, as in `/var/log (read-only)`"
                    if flag
                    else "write it whole: nothing is expanded here"
                )
                _wrong(report, value, f"`{value.text}`: a path on the node begins with `/`", help)
            elif re.search(r" \(read-?only\)$" if value.quoted else r":(ro|rw)$", value.text):
                _wrong(
                    report,
                    value,
                    f"`{value.text}` is taken whole, as a path",
                    "write `/var/log (read-only)`, the path alone in quotes if it has any",
                )
            elif ".." in value.text.split("/"):
                _wrong(report, value, f"`{value.text}` has `..` in it", "write the path as it is meant")
            else:
                paths.append(HostPathPrefix(value.text, value.qualifier == "read-only"))
        return (("paths", tuple(paths)),)


_PROFILES = ("runtime/default", "unconfined")
_TYPES = {"RuntimeDefault": "runtime/default", "Unconfined": "unconfined"}
"""Profiles as fields of pods spell them. Source: ``SeccompProfile`` in Kubernetes' ``core/v1`` types."""


@frozen
class Profiles:
    """Seccomp or AppArmor profiles: ``runtime/default``, ``unconfined``, ``localhost/NAME``; ``values`` and ``patterns``."""

    noun: str = "a profile: `runtime/default`, `unconfined` or `localhost/NAME`"

    @property
    def offered(self) -> tuple[str, ...]:
        """The profiles of the runtime, and all of the node."""
        return (*_PROFILES, "localhost/*")

    def parse(self, values: tuple[Value, ...], report: Report) -> Params:
        """The parameters of `Words.parse`. ``docker/default`` is an old name of ``runtime/default``."""
        good: list[Value] = []
        for value in values:
            text = value.text
            pattern = not value.quoted and text.endswith("*")
            if text in (*_PROFILES, "docker/default") or text.startswith("localhost/") or pattern:
                good.append(value)
            else:
                fixes = respelled(value.span, text, did_you_mean(text, _PROFILES), _PROFILES)
                if text in _TYPES:
                    fixes = (Replacement(value.span, _TYPES[text], safe=True),)
                help = "write `localhost/` and the file of the profile" if text.lower() == "localhost" else ""
                _wrong(report, value, f"`{text}` is not {self.noun}", help or "write one of these", fixes)
        accepted = tuple(
            Value("runtime/default", v.span, v.quoted, v.key, v.qualifier) if v.text == "docker/default" else v
            for v in good
        )
        return Words(self.noun).parse(accepted, report)


_SELINUX = ("user", "role", "type", "level")


@frozen
class SeLinux:
    """``user=…, role=…, type=…, level=…``: one parameter each. An option that is left out must be unset in the pod."""

    noun: str = 'SELinux options such as `level="s0:c1,c2"`'

    @property
    def offered(self) -> tuple[str, ...]:
        """The fields, each with the sign behind which its value stands."""
        return tuple(f"{key}=" for key in _SELINUX)

    def parse(self, values: tuple[Value, ...], report: Report) -> Params:
        """``user``, ``role``, ``type`` and ``level``, each a string, as far as ``values`` give them."""
        options: dict[str, str] = {}
        for value in values:
            if value.key not in _SELINUX:
                spelled = f"`{value.key}=`" if value.key else f"`{value.text}`"
                suggestion = did_you_mean(value.key, _SELINUX) if value.key else None
                hint = (
                    f"did you mean `{suggestion}=`?"
                    if suggestion
                    else f"write {', '.join(f'`{o}=`' for o in _SELINUX)}"
                )
                if not value.key and re.fullmatch(r"c\d+", value.text) and "level" in options:
                    hint = f'a level with a `,` is quoted: `level="{options["level"]},{value.text}"`'
                _wrong(report, value, f"{spelled} is not an SELinux option", hint)
            elif value.key in options:
                _wrong(report, value, f"`{value.key}=` is given twice", "give each option once")
            elif not value.text:
                _wrong(report, value, f"`{value.key}=` is empty", "leave the option out: it then has to be unset")
            else:
                options[value.key] = value.text
        return tuple((option, options[option]) for option in _SELINUX if option in options)
