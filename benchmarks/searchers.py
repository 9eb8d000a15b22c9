"""Who answers the judged queries: our engines, plain BM25, and `reader`."""

import json
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import tantivy

from index.finding import Document
from index.query import parse_query
from index.search import Search, choose_engine, open_search

DEPTH = 20  # answers that are judged
BATCH = 500

Answer = Callable[[str], Sequence[str]]

RIVALS = Path(".venv-bench/bin/python")


@contextmanager
def indexed(engine: str, documents: Sequence[Document]) -> Iterator[Search]:
    """Give an index of one of our engines that holds these posts."""
    with TemporaryDirectory(prefix="planet-judged-") as folder:
        url = f"{engine}://{folder}/index"
        home = choose_engine(url)
        build = home.create()
        for start in range(0, len(documents), BATCH):
            build.update(documents[start : start + BATCH], ())
        build.close()
        home.publish(build.generation)
        yield open_search(url)


def ours(search: Search, *, widened: bool = True) -> Answer:
    """Return our search, with or without the council vocabulary."""

    def answer(text: str) -> list[str]:
        query = replace(parse_query(text), widened=widened)
        return [hit.id for hit in search.find(query, limit=DEPTH).hits]

    return answer


def plain_bm25(documents: Iterable[Document]) -> Answer:
    """Return any-word BM25 over title and body, stemmed: Tantivy as it comes."""
    builder = tantivy.SchemaBuilder().add_text_field("id", stored=True, tokenizer_name="raw")
    for name in ("title", "body"):
        builder.add_text_field(name, tokenizer_name="en_stem")
    index = tantivy.Index(builder.build())
    writer = index.writer(num_threads=1)
    for one in documents:
        writer.add_document(tantivy.Document(id=one.id, title=one.title, body=one.text))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def answer(text: str) -> list[str]:
        query, _ = index.parse_query_lenient(text, ["title", "body"])
        hits = searcher.search(query, DEPTH).hits
        return [str(searcher.doc(place).get_first("id")) for _, place in hits]

    return answer


def reader(documents: Iterable[Document], texts: Sequence[str]) -> Answer | None:
    """Return `reader`'s search (FTS5), in its own environment; None where that is not set up."""
    if not RIVALS.exists():
        return None
    posts = [[one.id, one.title, one.text, one.sort_at.isoformat()] for one in documents]
    said = subprocess.run(
        [RIVALS, "-m", "benchmarks.with_reader_search"],
        input=json.dumps({"posts": posts, "queries": list(texts), "depth": DEPTH}),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = dict(zip(texts, json.loads(said.stdout), strict=True))
    return lambda text: list(answers[text])
