"""A small casebook for tests, cut from the one that ships."""

from __future__ import annotations

from functools import cache

from servanda.study.calibration.episodes import Casebook, shipped_casebook

CLUSTERS = ("italy_1935", "rwanda", "sierra_leone", "mozambique", "libya", "guatemala_belize")


@cache
def small_casebook() -> Casebook:
    book = shipped_casebook()
    return book.without(tuple(name for name in book.clusters if name not in CLUSTERS))
