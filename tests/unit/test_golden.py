"""The golden helper itself: what is missing, stale or different fails, and a rewrite fails too."""

from pathlib import Path

import pytest

from support.golden import check_golden


@pytest.fixture(autouse=True)
def compare_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PSCC_GOLDEN", raising=False)


def case(folder: Path) -> Path:
    (folder / "out").mkdir()
    (folder / "policy.psp").write_text("policy p { }\n")
    (folder / "out" / "a.yaml").write_text("a\n")
    return folder


def test_what_is_as_produced_passes(tmp_path: Path) -> None:
    check_golden(case(tmp_path), {"out/a.yaml": "a\n"}, inputs=["policy.psp"])


@pytest.mark.parametrize(
    ("produced", "told"),
    [
        ({"out/a.yaml": "b\n"}, "differs: out/a.yaml"),
        ({"out/a.yaml": "a"}, "differs: out/a.yaml"),
        ({"out/a.yaml": "a\n", "b.yaml": ""}, "missing: b.yaml"),
        ({}, "stale: out/a.yaml"),
    ],
)
def test_what_is_not_fails(tmp_path: Path, produced: dict[str, str], told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        check_golden(case(tmp_path), produced, inputs=["policy.psp"])
    assert (tmp_path / "out" / "a.yaml").read_text() == "a\n"


def test_a_rewrite_fails_once_and_leaves_inputs_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSCC_GOLDEN", "write")
    produced = {"text/b.yaml": "b\r\n"}
    with pytest.raises(AssertionError, match=r"(?s)rewritten.*stale: out/a.yaml.*missing: text/b.yaml"):
        check_golden(case(tmp_path), produced, inputs=["policy.psp"])
    check_golden(tmp_path, produced, inputs=["policy.psp"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["policy.psp", "text"]
    with pytest.raises(AssertionError, match="own input"):
        check_golden(tmp_path, {"policy.psp": ""}, inputs=["policy.psp"])
