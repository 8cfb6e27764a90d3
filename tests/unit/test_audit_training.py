"""MusPsy's two published task 3 defects: both rates are told exactly, and repair restores each row.

The corpora are made as the published ones were: a line skipped between input and output, and
history paired by place without asking who opened.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.datasets.audit.auditing import audit_corpus
from muspsy_sim.datasets.audit.repairing import CHANGES, repair_rows
from muspsy_sim.records.errors import ExportError, FormatError

Lines = list[tuple[str, str]]


def transcript(n: int, drawn: random.Random) -> Lines:
    """Lines of one session: who, and what. The counselor opens most."""
    opens = drawn.random() < 0.9
    who = ["Consultant", "User"] if opens else ["User", "Consultant"]
    return [
        (who[at % 2], f"Line {at} of {n}: {drawn.choice(['rain', 'fog', 'wind'])} {drawn.random()}")
        for at in range(drawn.randint(8, 14))
    ]


def right_row(lines: Lines, answer: int) -> dict[str, Any]:
    """The row whose output is the counselor's line at `answer`."""
    history, client = [], ""
    for who, said in lines[: answer - 1]:
        if who == "User":
            client = said
        else:
            history.append([client, said])
            client = ""
    return {
        "instruction": "Answer.",
        "input": lines[answer - 1][1],
        "output": lines[answer][1],
        "history": history,
    }


def published_row(lines: Lines, answer: int, *, skip: bool, reverse: bool) -> dict[str, Any]:
    """The row as the published converter makes it."""
    row = right_row(lines, answer)
    if skip:
        # Every second line is taken for an input, and the line after the next for its output.
        row["input"] = lines[answer - 2][1]
    if reverse:
        said = [text for _, text in lines[: answer - 1]]
        row["history"] = [said[at : at + 2] for at in range(0, len(said) - 1, 2)]
    return row


def corpus(folder: Path, rows: int, seed: int) -> tuple[list[dict[str, Any]], int, int]:
    """Lay task 1 and a damaged task 3. Gives the right rows and how many bear each defect."""
    drawn = random.Random(seed)
    task1, task3, right = [], [], []
    skipped = reversed_ = 0
    for n in range(rows):
        lines = transcript(n, drawn)
        said = "\n\n".join(f"{who}: {text}" for who, text in lines)
        task1.append(
            {"instruction": "Sum up.", "input": said, "output": "A memory.", "history": []}
        )
        answers = [at for at in range(4, len(lines)) if lines[at][0] == "Consultant"]
        answer = drawn.choice(answers)
        counselor_opened = lines[0][0] == "Consultant"
        skip = drawn.random() < 0.9
        reverse = counselor_opened and drawn.random() < 0.25
        skipped += skip
        reversed_ += reverse
        right.append(right_row(lines, answer))
        task3.append(published_row(lines, answer, skip=skip, reverse=reverse))
    folder.mkdir()
    (folder / "train_task1.json").write_text(json.dumps(task1))
    (folder / "train_task3.json").write_text(json.dumps(task3))
    return right, skipped, reversed_


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_both_rates_are_exact_and_every_row_is_restored(seed: int, tmp_path: Path) -> None:
    right, skipped, reversed_ = corpus(tmp_path / "in", 120, seed)
    found = audit_corpus(tmp_path / "in")
    assert found.counts["same-speaker-pair"] == skipped
    assert found.counts["reversed-history"] == reversed_
    assert not found.counts["unproved-speakers"]

    done = repair_rows(tmp_path / "in", tmp_path / "out")
    assert json.loads((tmp_path / "out" / "train_task3.json").read_text()) == right
    assert done.rows == 120
    assert done.unproved == 0
    changes = (tmp_path / "out" / CHANGES).read_text().splitlines()
    assert len(changes) == done.repaired
    after = audit_corpus(tmp_path / "out")
    assert not after.counts["same-speaker-pair"]
    assert not after.counts["unreadable"], "what a repair writes beside the rows is no corpus"


def test_a_right_row_is_left_as_it_is(tmp_path: Path) -> None:
    drawn = random.Random(5)
    lines = transcript(0, drawn)
    answer = next(at for at in range(4, len(lines)) if lines[at][0] == "Consultant")
    said = "\n".join(f"{who}: {text}" for who, text in lines)
    folder = tmp_path / "in"
    folder.mkdir()
    row = {**right_row(lines, answer), "kept": 1}
    (folder / "task1.json").write_text(
        json.dumps([{"instruction": "", "input": said, "output": ""}])
    )
    (folder / "task3.json").write_text(json.dumps([row]))
    done = repair_rows(folder, tmp_path / "out")
    assert (done.repaired, done.right, done.unproved) == (0, 1, 0)
    assert json.loads((tmp_path / "out" / "task3.json").read_text()) == [row]


def test_what_nothing_proves_is_left_and_told(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    said = "User: Fog.\nConsultant: Since when?\nUser: Fog.\nConsultant: And now?"
    rows = [
        {"instruction": "", "input": "Not said here.", "output": "Nor this.", "history": []},
        {"instruction": "", "input": "Fog.", "output": "And now?", "history": []},
    ]
    (folder / "task1.json").write_text(
        json.dumps([{"instruction": "", "input": said, "output": ""}])
    )
    (folder / "task3.json").write_text(json.dumps(rows))
    done = repair_rows(folder, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "task3.json").read_text())[0] == rows[0]
    assert done.unproved >= 1
    assert audit_corpus(folder).counts["unproved-speakers"] == 1


def test_nothing_to_prove_with_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "task3.json").write_text(
        json.dumps([{"instruction": "", "input": "a", "output": "b", "history": []}])
    )
    with pytest.raises(FormatError, match="no transcript"):
        repair_rows(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    corpus(tmp_path / "in", 3, 1)
    with pytest.raises(ExportError, match="is there already"):
        repair_rows(tmp_path / "in", tmp_path / "in")
