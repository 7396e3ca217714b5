"""The rules of `leads_bench` in polars: every step an expression over whole columns, on all cores."""

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from phonenumbers import PhoneMetadata

from leadimport.places import known_places

COUNTRIES = {"CN": "86", "US": "1", "GB": "44", "DE": "49"}
"""Those that the raw rows have; every other number counts as invalid."""


def clean_with_polars(path: Path, refused: Path, listed: NDArray[np.uint64]) -> int:
    """Return how many rows may be dialled; write the others."""
    raw = pl.col("mobile")
    digits = raw.str.replace_all(r"[ \-().\[\]/]", "")
    rest = digits.str.slice(1)
    # The country code first, as digits: written out, behind 00, before a whole number, or the tenant's own.
    whole = (
        pl.when(digits.str.starts_with("+"))
        .then(rest)
        .when(digits.str.starts_with("00"))
        .then(digits.str.slice(2))
        .when(digits.str.contains(r"^86[0-9]{10,11}$"))
        .then(digits)
        .when(digits.str.starts_with("0"))
        .then(pl.lit("86") + rest)
        .otherwise(pl.lit("86") + digits)
    )
    frame = (
        pl.scan_csv(path, infer_schema=False, row_index_name="line", row_index_offset=2)
        .with_columns(whole.alias("whole"))
        .with_columns(_line_type().alias("line_type"))
        .with_columns(
            pl.when(pl.col("line_type").is_not_null())
            .then(pl.col("whole"))
            .cast(pl.UInt64, strict=False)
            .alias("number")
        )
        .with_columns((pl.col("number") // 10_000).alias("segment"))
        .join(_segments(), on="segment", how="left", maintain_order="left")
        .with_columns(
            pl.col("number").is_in(pl.Series(listed).implode()).alias("listed"),
            pl.col("number").is_first_distinct().alias("first"),
        )
        .with_columns(
            pl.when(raw.is_null() | (raw == ""))
            .then(pl.lit("empty"))
            .when(raw.str.starts_with("="))
            .then(pl.lit("formula"))
            .when(pl.col("number").is_null())
            .then(pl.lit("invalid"))
            .when(pl.col("listed"))
            .then(pl.lit("do-not-call"))
            .when(~pl.col("first"))
            .then(pl.lit("twice-in-file"))
            .alias("reason")
        )
        .collect()
    )
    fallen = frame.filter(pl.col("reason").is_not_null())
    fallen.select("line", "reason", "name", "mobile", "city", "note").write_csv(refused)
    kept = frame.filter(pl.col("reason").is_null()).select("number", "line_type", "area", "carrier")
    return kept.height


def _line_type() -> pl.Expr:
    """Return the kind of line of a whole number by the patterns of `phonenumbers`; null for what is not valid."""
    whole, found = pl.col("whole"), None
    for region, code in COUNTRIES.items():
        metadata = PhoneMetadata.metadata_for_region(region)
        assert metadata is not None
        for kind in ("mobile", "fixed_line", "toll_free", "shared_cost", "premium_rate", "personal_number", "pager"):
            described = getattr(metadata, kind)
            if described is None or not described.national_number_pattern:
                continue
            pattern = described.national_number_pattern.replace(r"\d", "[0-9]")
            matches = whole.str.contains(f"^{code}(?:{pattern})$")
            line_type = pl.lit(f"{region} {kind}")
            found = pl.when(matches).then(line_type) if found is None else found.when(matches).then(line_type)
    assert found is not None
    return found.otherwise(None)


@cache
def _segments() -> pl.LazyFrame:
    places = known_places()
    known = np.flatnonzero(places.segments)
    return pl.LazyFrame(
        {
            "segment": known.astype(np.uint64) + np.uint64(861_000_000),
            "area": places.segments[known] & 0xFFFF,
            "carrier": places.segments[known] >> 16,
        }
    )
