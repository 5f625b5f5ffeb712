"""The file of marks: what was synced is read back, what was cut off is not relied on."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.deliveries import Outcome, Phase, Receipt
from domain.errors import UserError
from store import marks
from store.marks import Marks
from tests.programme import NOON

LATER = NOON + timedelta(minutes=30)
SENT = Receipt(Outcome.SENT, Phase.DOT, 250, "2.0.0 Ö\n")
TIRED = Receipt(Outcome.LATER, Phase.RCPT, 451, "", timedelta(seconds=90))


@pytest.fixture
def file(tmp_path: Path) -> Marks:
    return Marks(tmp_path, "me")


def test_marks_and_answers_come_back(file: Marks, tmp_path: Path) -> None:
    file.mark([1, 2, 3], LATER)
    file.answered([(1, SENT, NOON), (2, TIRED, NOON)])
    found = marks.read(tmp_path, "me")
    assert found.marks == {3: LATER}
    assert found.answers == {1: (1, SENT, NOON), 2: (2, TIRED, NOON)}


def test_what_is_settled_is_no_answer_any_more_and_marks_stand(file: Marks, tmp_path: Path) -> None:
    file.mark([1, 2], LATER)
    file.answered([(1, TIRED, NOON)])
    file.settled()
    file.mark([1], LATER)  # it came round again
    assert marks.read(tmp_path, "me") == marks.Found({1: LATER, 2: LATER}, {})


@pytest.mark.parametrize("cut", [2, 5, 12])
def test_line_that_was_cut_off_counts_for_nothing_and_spoils_nothing(file: Marks, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "me.marks"
    file.mark([1], LATER)
    file.mark([2], LATER)
    with path.open("r+b") as torn:
        torn.truncate(path.stat().st_size - cut)
    file.mark([3], LATER)
    assert marks.read(tmp_path, "me").marks == {1: LATER, 3: LATER}


def test_line_that_was_damaged_counts_for_nothing(file: Marks, tmp_path: Path) -> None:
    file.mark([1], LATER)
    file.mark([22], LATER)
    path = tmp_path / "me.marks"
    path.write_bytes(path.read_bytes().replace(b" 22\n", b" 23\n") + b"\0" * 100)
    assert marks.read(tmp_path, "me").marks == {1: LATER}


def test_long_file_is_begun_anew_with_what_stands(
    file: Marks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "LONGEST", 2000)
    file.mark([1], LATER)
    file.mark([2], NOON)
    longest = 0
    for one in range(3, 300):
        file.mark([one], LATER)
        file.answered([(one, SENT, NOON)])
        file.settled()
        longest = max(longest, (tmp_path / "me.marks").stat().st_size)
    assert longest <= 2000
    file.answered([(2, TIRED, NOON)])
    assert marks.read(tmp_path, "me") == marks.Found({1: LATER}, {2: (2, TIRED, NOON)})
    assert [path.name for path in tmp_path.iterdir()] == ["me.marks"]


def test_no_file_says_nothing(tmp_path: Path) -> None:
    assert marks.read(tmp_path, "nobody") == marks.Found()


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        Marks(tmp_path / "gone", "me")
