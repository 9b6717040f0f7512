"""A data set as the files people have: Parquet and CSV, names for codes, written as it is drawn.

``python -m benchmarks.engine.files DESIGN SEED FOLDER [parquet csv]`` also writes the peers' columns.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from benchmarks.engine.designs import Design, design
from benchmarks.engine.simulate import Ratings, blocks, truth, write_columns
from polars.io.plugins import register_io_source

SCHEMA = {"ratee": pl.String, "rater": pl.String, "item": pl.String, "rating": pl.Int64}


def table(ratings: Ratings) -> pl.DataFrame:
    """Ratings as `leadline.fit` takes them: ``p0``, ``r0``, ``i0``, and categories from 1."""
    named = pl.DataFrame(ratings._asdict())
    return named.select(
        ratee=pl.format("p{}", "ratee"),
        rater=pl.format("r{}", "rater"),
        item=pl.format("i{}", "item"),
        rating=pl.col("rating").cast(pl.Int64) + 1,
    )


def code(name: str) -> int:
    """Code of a person or item from its name."""
    return int(name[1:])


def write(chosen: Design, seed: int, folder: Path, kinds: list[str]) -> None:
    """Write ``ratings.parquet`` and ``ratings.csv`` block by block, in constant memory."""
    made_by = truth(chosen, seed)

    def frames(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        # A file is written whole, so the pushdowns that polars offers here stay unused.
        yield from map(table, blocks(chosen, made_by, seed))

    for kind in kinds:
        getattr(register_io_source(frames, schema=SCHEMA), f"sink_{kind}")(folder / f"ratings.{kind}")


if __name__ == "__main__":
    name, seed, where, *kinds = sys.argv[1:]
    folder = Path(where)
    folder.mkdir(parents=True, exist_ok=True)
    write_columns(design(name), int(seed), folder)
    write(design(name), int(seed), folder, kinds)
