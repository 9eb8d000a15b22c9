"""A fragment is a run of the text, of the length asked for, with the marks in it."""

from hypothesis import given
from hypothesis import strategies as st

from index.finding import Fragment
from index.highlight import Mark, cut


def test_marks_that_overlap_are_one_after_the_other() -> None:
    marks = [Mark(4, 8, "damp"), Mark(0, 8, "old damp"), Mark(9, 13, "wall")]
    assert cut("old damp wall", marks, 100) == (
        Fragment("old damp", marked=True),
        Fragment(" "),
        Fragment("wall", marked=True),
    )


def test_different_terms_win_over_more_of_the_same() -> None:
    text = "damp damp damp " + "." * 50 + " damp mould"
    marks = [Mark(0, 4, "damp"), Mark(5, 9, "damp"), Mark(10, 14, "damp")]
    marks += [Mark(66, 70, "damp"), Mark(71, 76, "mould")]
    assert [piece.text for piece in cut(text, marks, 15) if piece.marked] == ["damp", "mould"]


def test_weight_wins() -> None:
    text = "damp " + "." * 50 + " mould"
    marks = [Mark(0, 4, "damp", 1), Mark(56, 61, "mould", 2)]
    assert [piece.text for piece in cut(text, marks, 15) if piece.marked] == ["mould"]


def test_of_equals_the_first_is_shown() -> None:
    text = "damp first " + "." * 50 + " damp last"
    for second in ("damp", "last"):
        run = cut(text, [Mark(0, 4, "damp"), Mark(62, 66, second)], 12)
        assert run == (Fragment("damp", marked=True), Fragment(" first"))


def test_a_run_ends_between_words() -> None:
    text = "one two three four five six seven eight nine ten"
    run = cut(text, [Mark(24, 27, "six")], 18)
    assert "".join(piece.text for piece in run) == "five six seven"
    assert "".join(piece.text for piece in cut(text, [], 10)) == "one two"


def test_a_mark_longer_than_the_run_is_cut() -> None:
    assert cut("x" * 50, [Mark(10, 40, "x")], 20) == (Fragment("x" * 20, marked=True),)


@given(st.data())
def test_fragments_join_into_a_run_of_the_text(data: st.DataObject) -> None:
    text = data.draw(st.text("ab \n🎉", max_size=60))
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    marks = [
        Mark(min(ends), max(ends), data.draw(st.sampled_from("ab")))
        for ends in data.draw(st.lists(places, max_size=6))
        if ends[0] != ends[1]
    ]
    width = data.draw(st.integers(1, 70))
    run = cut(text, marks, width)
    joined = "".join(piece.text for piece in run)
    assert joined in text
    assert len(joined) <= width
    assert all(piece.text for piece in run)
    assert bool(joined) or not text
    short = [mark for mark in marks if mark.end - mark.start <= width]
    assert any(piece.marked for piece in run) or not short
