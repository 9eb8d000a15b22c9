"""What can be typed or visited is in the documentation, and what it says is true."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from api.app import create_app
from api.cli import app
from index import __version__
from index.settings import Settings, read_settings

TOP = Path(__file__).parents[1]
README = (TOP / "README.md").read_text()
CHANGELOG = (TOP / "CHANGELOG.md").read_text()
MODERATING = (TOP / "web" / "templates" / "moderating.html").read_text()
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]
DOCUMENTS = [*TOP.glob("*.md"), *(TOP / "docs").glob("*.md")]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert f"`PLANET_{name.upper()}`" in README


@pytest.mark.parametrize("name", re.findall(r"`PLANET_([A-Z_]+)`", README))
def test_every_setting_in_the_readme_exists(name: str) -> None:
    assert name.lower() in Settings.model_fields


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_and_has_an_example(name: str) -> None:
    command = COMMANDS[name]
    assert f"`planet {name}" in README
    assert name in CHANGELOG
    assert command.help
    assert f"planet {name}" in (command.epilog or "")


@pytest.mark.parametrize("path", re.findall(r"\]\(([\w./-]+)\)", README))
def test_what_the_readme_links_to_is_there(path: str) -> None:
    assert (TOP / path).exists()


@pytest.mark.parametrize("target", re.findall(r"^    make (\w+)", README, re.M))
def test_what_the_readme_tells_to_make_can_be_made(target: str) -> None:
    assert re.search(rf"^{target}:", (TOP / "Makefile").read_text(), re.M)


def test_the_changelog_begins_with_this_version() -> None:
    assert re.search(r"^## (\S+)", CHANGELOG, re.M)[1] == __version__  # type: ignore[index]


RULES = {
    int(number): (promise, where)
    for number, promise, where in re.findall(
        r"^\| (\d+) \| (.+) \| ?(.*) ?\|$", (TOP / "docs" / "crawler.md").read_text(), re.M
    )
}
CITED = {
    int(number)
    for path in (TOP / "tests").rglob("test_*.py")
    for number in re.findall(r"mark\.rule\((\d+)\)", path.read_text())
}


def test_the_crawlers_rules_are_all_there() -> None:
    assert sorted(RULES) == list(range(1, 50))


@pytest.mark.parametrize("number", RULES)
def test_a_rule_is_kept_by_code_and_tests_or_says_why_not(number: int) -> None:
    promise, where = RULES[number]
    if promise.startswith("Otherwise: "):
        assert len(promise) > 100
        assert not where
    else:
        assert where
        assert number in CITED


@pytest.mark.parametrize("number", RULES)
def test_the_code_that_keeps_a_rule_is_where_the_table_says(number: int) -> None:
    for name, path in re.findall(r"(?:`(\w+)` in )?`([\w/]+\.py)`", RULES[number][1]):
        assert (TOP / path).exists(), path
        defined = rf"^\s*(?:(?:async )?def|class) {name}\b|^{name}\b.* = "
        assert not name or re.search(defined, (TOP / path).read_text(), re.M), name


def test_every_page_is_served(tmp_path: Path) -> None:
    routes = create_app(read_settings(home=tmp_path)).openapi()["paths"]
    for path in routes:
        assert path in README or path.startswith("/api/")


def test_every_page_of_moderators_is_documented() -> None:
    said = " ".join(path.read_text() for path in DOCUMENTS)
    pages = [path for path, _ in re.findall(r'"(/moderate/(\w+))"', MODERATING)]
    assert len(pages) > 3
    for path in pages:
        assert f"`{path}`" in said, path


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_lock_files_and_documents_name_no_package_index(document: Path) -> None:
    for path in (document, *TOP.glob("requirements*.lock")):
        assert not re.search(r"--(extra-)?index-url|--find-links|https?://pypi", path.read_text())
