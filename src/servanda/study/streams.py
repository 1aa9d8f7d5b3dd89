"""Random streams of a study, keyed by seed, chunk and name (see ``numerics.streams``)."""

from __future__ import annotations

from servanda.numerics.streams import Floats, generator, uniforms

__all__ = ["Floats", "generator", "uniforms"]
