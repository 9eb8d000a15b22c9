import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.wording import (
    LONGEST_RAW,
    MAX_EXCERPT,
    MAX_TITLE,
    cut,
    excerpt,
    first_words,
    is_cut,
    title_text,
)

SENTENCE = "We asked forty residents what they did when the heating failed, and most had waited. "


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<b>Bold</b> &amp; <i class='x'>sla<u>nt</u>ed</i>", "Bold & slanted"),
        ("Using <details> in forms", "Using <details> in forms"),
        ("A <b> on its own", "A <b> on its own"),
        ("<i><b><i><b><i>Deep</i></b></i></b></i>", "Deep"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("One<br/>two<wbr>three", "One two three"),
        ("<img alt='A &amp; B' src=x> won", "A & B won"),
        ("<script>x()</script>Kept<!-- not this -->", "Kept"),
        ("caf&amp;eacute; &amp;#8217;s", "café ’s"),
        ("a=1&copy=2 AT&T", "a=1&copy=2 AT&T"),
        (" Untitled ", ""),
        ("(no title)", ""),
        ("...", ""),
        ("404", "404"),
    ],
)
def test_a_title_is_one_line_of_plain_text(written: str, meant: str) -> None:
    assert title_text(written) == meant


def test_a_long_title_ends_with_a_word() -> None:
    title = title_text("word " * 100)
    assert title.endswith("word…")
    assert len(title) <= 300


@pytest.mark.rule(40)
def test_a_title_is_read_as_far_as_any_title_goes() -> None:
    spaces = " " * 1_995
    assert title_text(f"{spaces}Title") == "Title"
    assert title_text(f"{spaces}Title of a book") == "Title"


@pytest.mark.rule(40)
@pytest.mark.parametrize(
    "piece",
    ["<b>", "<i><b>", "</b>", "<!--", "<script", "<script>", "<img ", "<img alt='", "&", "<"],
)
def test_a_megabyte_in_place_of_a_title_says_what_its_beginning_says(piece: str) -> None:
    run = piece * (1_000_000 // len(piece))
    assert title_text(run) == title_text(run[:LONGEST_RAW])
    assert len(title_text(run)) <= MAX_TITLE


@pytest.mark.rule(40)
@pytest.mark.parametrize(
    "piece", ["The post ", "Read more ", "[ ", "(", "A. ", " ", "…", "…\n", '"']
)
def test_a_megabyte_of_endings_has_an_excerpt_and_an_end(piece: str) -> None:
    run = piece * (1_000_000 // len(piece))
    assert len(excerpt(run)) <= MAX_EXCERPT
    assert is_cut(run) is is_cut(run[-20_000:])
    assert first_words(run) == first_words(run[:2_000])


@pytest.mark.rule(39)
@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Met the crews today. They start at five.", "Met the crews today."),
        ("Oh. Well, that did not work. Again.", "Oh. Well, that did not work."),
        (
            "Spoke to Cllr. Jones and Dr. Patel today. Good.",
            "Spoke to Cllr. Jones and Dr. Patel today.",
        ),
        ("A heading that is long enough\nAnd its text.", "A heading that is long enough"),
        ("Monday\nThe bins were late.", "Monday The bins were late."),
        ("Short", "Short"),
        ("", ""),
        ("x" * 300, "x" * 99 + "…"),
    ],
)
def test_a_post_without_a_title_is_called_by_its_first_words(text: str, title: str) -> None:
    assert first_words(text) == title


def test_an_excerpt_is_whole_sentences_if_they_fit() -> None:
    assert excerpt(SENTENCE * 6) == (SENTENCE * 3).strip()
    assert excerpt(SENTENCE) == SENTENCE.strip()


def test_an_excerpt_of_one_long_sentence_is_whole_words() -> None:
    long = excerpt("and so on, " * 60)
    assert long.endswith("so on…")
    assert 280 < len(long) <= 300


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It worked. […]", "It worked…"),
        ("It worked, [ ... ]", "It worked…"),
        ("It worked. Continue reading “It worked” →", "It worked."),
        ("It worked. Read more »", "It worked."),
        ("It worked (read more)", "It worked"),
        ("Gweithiodd. Darllenwch mwy", "Gweithiodd."),
        ("It worked. The post It worked appeared first on A blog.", "It worked."),
        ("It worked. [&] The post A appeared first on B", "It worked. [&]"),
        ("We continue reading the answers", "We continue reading the answers"),
    ],
)
def test_an_excerpt_leaves_out_what_the_blogs_software_adds(text: str, left: str) -> None:
    assert excerpt(text) == left


def test_an_excerpt_does_not_say_the_title_again() -> None:
    assert excerpt(f"What we learned\n{SENTENCE}", "What we learned") == SENTENCE.strip()
    assert excerpt("What we learned", "What we learned") == "What we learned"


def test_an_excerpt_does_not_look_for_prose_without_end() -> None:
    assert excerpt("Contents\n" * 500 + SENTENCE).startswith("Contents Contents")


def test_an_excerpt_begins_with_prose_not_with_headings() -> None:
    assert excerpt(f"Contents\nOne\nTwo\n{SENTENCE}") == SENTENCE.strip()
    assert excerpt(f"Hello, all!\n{SENTENCE}") == f"Hello, all! {SENTENCE.strip()}"
    assert excerpt("Bins\nBoats") == "Bins Boats"


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("We found that […]", True),
        ("word " * 2_000 + "[...]", True),
        ("We found that…", True),
        ("We found that... Read more", True),
        ("It worked. Read more about our work on damp", True),
        ("word " * 500 + "Read more about our work on damp", False),
        ("word " * 500 + "and so on…", False),
        ("It worked.", False),
    ],
)
def test_a_text_says_itself_that_more_follows(text: str, more: bool) -> None:
    assert is_cut(text) is more


@given(st.text(max_size=80), st.integers(2, 40))
def test_cut_text_is_never_too_long(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= limit
    if len(text) <= limit:
        assert cut(text, limit) == text


@given(st.text(max_size=700))
def test_titles_and_excerpts_have_one_line_and_a_length(text: str) -> None:
    for words, limit in ((title_text(text), 300), (first_words(text), 100), (excerpt(text), 300)):
        assert len(words) <= limit
    assert "\n" not in title_text(text) + excerpt(text)
