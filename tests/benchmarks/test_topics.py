"""The measurement of topics counts what it says it counts."""

import gzip
import json
import sys
from pathlib import Path

import pytest

from benchmarks.topics import Labelled, Tally, main

BINS = "Missed bins and garden waste"


def labelled(topics: set[str], unsure: set[str]) -> Labelled:
    return Labelled(BINS, "", (), False, frozenset(topics), frozenset(unsure))


def test_a_topic_is_right_wrong_or_missed_and_what_is_unsure_is_neither() -> None:
    tally = Tally()
    tally.add(labelled({"waste"}, set()))
    tally.add(labelled({"parking"}, set()))
    tally.add(labelled(set(), {"waste", "parking"}))
    assert (tally.right, tally.wrong, tally.missed) == ({"waste": 1}, {"waste": 1}, {"parking": 1})
    assert tally.figures() == ("0.50", "0.50", "0.50")
    assert tally.figures("waste") == ("0.50", "1.00", "0.67")
    assert tally.figures("send") == ("-", "-", "-")


def test_what_is_held_out_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    post = {"url": "https://a.example/1", "title": BINS, "text": None, "tags": None}
    with gzip.open(tmp_path / "a.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(post) + "\n")
    rows = [
        {"url": post["url"], "held_out": False, "topics": {"waste": "bins"}, "unsure": {}},
        {"post": "framley/garden-waste-forty-pounds", "held_out": True, "topics": {}},
        {"url": "https://gone.example/", "held_out": True, "topics": {}},
    ]
    labels = tmp_path / "topics.jsonl"
    labels.write_text("\n".join(map(json.dumps, rows)) + "\n\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["topics", "--posts", str(tmp_path), "--labels", str(labels)])

    assert main() == 0

    told = capsys.readouterr().out
    assert "2 of 3 labelled posts were found." in told
    assert "tuning" in told
    assert "held out" in told
    assert " ms for a post of " in told
