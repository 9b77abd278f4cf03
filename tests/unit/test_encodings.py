"""Sources in the encodings that kubectl, PowerShell and editors write."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pscc.cli import main
from pscc.cli.check_ import encoded
from pscc.diagnostics import SourceError
from pscc.driver import decode
from pscc.files import read_file
from support.sources import PSP

MARKS = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("codec", MARKS)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_every_encoding_is_the_same_text(codec: str, marked: bool, ends: str, tmp_path: Path) -> None:
    text = "# é €\n" + PSP
    data = (MARKS[codec] if marked else b"") + text.replace("\n", ends).encode(codec)
    assert decode("p.yaml", data).text == text
    assert encoded(text, data) == data
    (tmp_path / "p.yaml").write_bytes(data)
    assert read_file(str(tmp_path / "p.yaml")).text == text


@pytest.mark.parametrize("codec", MARKS)
def test_a_correction_keeps_the_encoding(codec: str, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(MARKS[codec] + (PSP + "  privilegd: false\n").encode(codec))
    assert CliRunner().invoke(main, ["check", "--fix", str(path)]).exit_code == 0
    assert path.read_bytes() == MARKS[codec] + (PSP + "  privileged: false\n").encode(codec)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"a: 1\n\xc3\xa9: \xff\n", (2, 4)),
        (b"\xff\xfea\x00\n\x00b\x00\x00", (2, 2)),
        (b"\xff\xfea\x00\x00\xd8b\x00", (1, 2)),
        (b"\x00a\x00\n\xd8\x00\x00b", (2, 1)),
    ],
)
def test_other_bytes_are_refused_at_their_place(data: bytes, place: tuple[int, int]) -> None:
    with pytest.raises(SourceError) as caught:
        decode("p.yaml", data)
    (error,) = caught.value.diagnostics
    assert error.code == "YML007"
    assert error.span is not None
    assert (error.span.line, error.span.column) == place
