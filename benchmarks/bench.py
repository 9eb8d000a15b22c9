"""What all measurements share: how large they are, whose posts they use, and a filled store."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from api.demo.blogs import DemoPost
from benchmarks import corpus
from benchmarks.planet import Planet
from benchmarks.recombined import recombined
from benchmarks.scale import Scale
from benchmarks.stocked import stocked
from index.tantivy import Tantivy


@dataclass(slots=True, kw_only=True)
class Bench:
    """One run of the benchmarks. To be used in a `with`: it may have folders to remove."""

    scale: Scale
    posts_folder: Path | None = None  # real posts; without it they are made up
    feeds_folders: Sequence[Path] = ()  # real feeds
    stock: Path | None = None  # where planets that were filled are kept for the next run
    _posts: list[DemoPost] = field(default_factory=list)
    _stocked: Planet | None = None
    _small: Planet | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def posts(self, count: int) -> Sequence[DemoPost]:
        """Return the first `count` posts."""
        if len(self._posts) < count:
            self._posts = corpus.posts(count, self.posts_folder)
        return self._posts[:count]

    def stocked(self) -> Planet:
        """Return an installation with `scale.searched` posts, filled when first asked for."""
        if self._stocked is None:
            self._stocked = self._filled(self.scale.searched)
        return self._stocked

    def stocked_small(self) -> Planet:
        """Return another with a tenth of the posts, filled when first asked for."""
        if self._small is None:
            self._small = self._filled(self.scale.searched // 10)
        return self._small

    def _filled(self, count: int) -> Planet:
        posts = recombined(count, self.posts_folder)
        of = "real" if self.posts_folder else "demo"
        kept = self.stock / f"{count}-{of}-{Tantivy().fingerprint}" if self.stock else None
        return self._stack.enter_context(stocked(posts, kept))
