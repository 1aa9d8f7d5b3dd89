"""Claims and incidents in the formats of others: DNA, PLOVER, Web Annotation, tables."""

from __future__ import annotations

__all__ = ["annotation", "dna", "plover", "tables"]
