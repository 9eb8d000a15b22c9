"""Pages and styles are sent without what only their authors look at."""

import re
from pathlib import Path

from fastapi.testclient import TestClient

from tests.web.conftest import Planet
from web import render
from web.render import asset, lean


def test_blanks_go_where_nobody_sees_them_and_stay_where_they_are_shown() -> None:
    shown = "<pre><code>a\n    b\n\n  c</code></pre>"
    assert lean(f"<ul>\n  <li>one\n\n    two</li>\n</ul>\n{shown}\n  <p>") == (
        f"<ul>\n<li>one\ntwo</li>\n</ul>\n{shown}\n<p>"
    )


def test_no_line_of_a_page_begins_with_blanks(planet: Planet, client: TestClient) -> None:
    lines = client.get("/").text.split("\n")
    assert [line for line in lines[1:-1] if line[:1].isspace() or not line] == []


def test_a_style_is_sent_without_comments_and_says_the_same(client: TestClient) -> None:
    written = (Path(render.__file__).parent / "static" / "style.css").read_text()
    sent = client.get(asset("style.css")).text
    assert "/*" not in sent
    assert len(sent) < 0.9 * len(written)
    assert not any(set(text) & set("{};,:") for text in re.findall(r'"[^"]*"', sent))
    uncommented = re.sub(r"/\*.*?\*/", "", written, flags=re.DOTALL)
    assert "".join(sent.split()) == "".join(uncommented.split())
    for kept in ("@media (max-width:60rem){", ".post h2 a:hover,.post h3 a:hover{"):
        assert kept in sent
