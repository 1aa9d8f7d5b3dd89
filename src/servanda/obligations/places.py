"""Regions and what lies in them: a place in the North Sea is a place in the North Atlantic area.

Only seas, straits and parts of the world stand here; whose land a state's land is, and in which
part of the world a state lies, is data of the actor registry.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

__all__ = ["LARGER", "REGIONS", "around", "contains", "within"]

#: The larger regions directly around a region.
LARGER: dict[str, tuple[str, ...]] = {
    # seas of the North Atlantic
    "north_sea": ("north_atlantic_area",),
    "norwegian_sea": ("north_atlantic_area",),
    "barents_sea": ("arctic",),
    "greenland_sea": ("north_atlantic_area", "arctic"),
    "baltic_sea": ("north_atlantic_area",),
    "english_channel": ("north_atlantic_area",),
    "irish_sea": ("north_atlantic_area",),
    "celtic_sea": ("north_atlantic_area",),
    "bay_of_biscay": ("north_atlantic_area",),
    "labrador_sea": ("north_atlantic_area",),
    "north_atlantic": ("north_atlantic_area",),
    "north_atlantic_area": ("atlantic",),
    "south_atlantic": ("atlantic",),
    # the Mediterranean
    "adriatic_sea": ("mediterranean_sea",),
    "aegean_sea": ("mediterranean_sea",),
    "ionian_sea": ("mediterranean_sea",),
    "tyrrhenian_sea": ("mediterranean_sea",),
    "levantine_sea": ("mediterranean_sea",),
    "eastern_mediterranean": ("mediterranean_sea",),
    "western_mediterranean": ("mediterranean_sea",),
    "gulf_of_finland": ("baltic_sea",),
    "gulf_of_bothnia": ("baltic_sea",),
    "gulf_of_riga": ("baltic_sea",),
    "gulf_of_sidra": ("mediterranean_sea",),
    "strait_of_gibraltar": ("mediterranean_sea",),
    "marmara_sea": ("mediterranean_sea",),
    "sea_of_azov": ("black_sea",),
    "kerch_strait": ("black_sea",),
    # the Pacific
    "east_china_sea": ("pacific",),
    "philippine_sea": ("pacific",),
    "sea_of_japan": ("pacific",),
    "yellow_sea": ("pacific",),
    "coral_sea": ("south_pacific",),
    "tasman_sea": ("south_pacific",),
    "bering_sea": ("north_pacific",),
    "north_pacific": ("pacific",),
    "south_pacific": ("pacific",),
    "west_pacific": ("pacific",),
    "western_pacific": ("pacific",),
    # the Indian Ocean
    "persian_gulf": ("indian_ocean",),
    "gulf_of_aden": ("indian_ocean",),
    "gulf_of_oman": ("indian_ocean",),
    "arabian_sea": ("indian_ocean",),
    "bay_of_bengal": ("indian_ocean",),
    "strait_of_hormuz": ("persian_gulf",),
    # parts of continents
    "western_europe": ("europe",),
    "central_europe": ("europe",),
    "eastern_europe": ("europe",),
    "northern_europe": ("europe",),
    "southern_europe": ("europe",),
    "south_eastern_europe": ("europe",),
    "balkans": ("south_eastern_europe",),
    "scandinavia": ("northern_europe",),
    "nordic": ("northern_europe",),
    "baltics": ("northern_europe",),
    "baltic_states": ("northern_europe",),
    "iberia": ("western_europe",),
    "north_america": ("americas",),
    "central_america": ("americas",),
    "south_america": ("americas",),
    "caribbean": ("americas",),
    "north_africa": ("africa",),
    "west_africa": ("africa",),
    "east_africa": ("africa",),
    "central_africa": ("africa",),
    "southern_africa": ("africa",),
    "horn_of_africa": ("east_africa",),
    "sahel": ("africa",),
    "middle_east": ("asia",),
    "near_east": ("asia",),
    "levant": ("middle_east",),
    "gulf": ("middle_east",),
    "gulf_of_thailand": ("southeast_asia",),
    "sulu_sea": ("southeast_asia",),
    "arabian_peninsula": ("middle_east",),
    "central_asia": ("asia",),
    "south_asia": ("asia",),
    "southeast_asia": ("asia",),
    "south_east_asia": ("asia",),
    "east_asia": ("asia",),
    "far_east": ("asia",),
    "korean_peninsula": ("east_asia",),
    "caucasus": ("eurasia",),
    "oceania": ("south_pacific",),
}


#: Every region with a meaning here.
REGIONS = frozenset(
    {*LARGER, *(r for larger in LARGER.values() for r in larger), "antarctic", "oceania"}
)


def _directly_around(name: str) -> tuple[str, ...]:
    """Return the regions directly around one; ``europe_where_...`` is a part of Europe."""
    if name in LARGER:
        return LARGER[name]
    words = name.split("_")
    for count in range(len(words) - 1, 0, -1):
        head = "_".join(words[:count])
        if head in REGIONS:
            return (head,)
    return ()


@lru_cache(maxsize=4096)
def _around(name: str) -> frozenset[str]:
    found: set[str] = set()
    queue = [name]
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue.extend(_directly_around(name))
    return frozenset(found)


def around(names: Iterable[str]) -> frozenset[str]:
    """Return the regions named and every larger region around them.

    Examples:
        >>> sorted(around(["aegean_sea"]))
        ['aegean_sea', 'mediterranean_sea']
    """
    return frozenset(r for name in names for r in _around(name))


def contains(larger: str, smaller: str) -> bool:
    """Say whether one region lies in another.

    Examples:
        >>> contains("europe", "balkans"), contains("balkans", "europe")
        (True, False)
    """
    return larger in _around(smaller)


def within(wanted: str, regions: frozenset[str]) -> bool | None:
    """Say whether a place in these regions lies in the wanted one.

    None where the place is known too coarsely, or where one of the two regions has a meaning here
    and the other has none. Two regions that an author made up are taken to be apart.

    Examples:
        >>> within("pacific", around(["tasman_sea"])), within("tasman_sea", around(["pacific"]))
        (True, None)
        >>> within("europe", around(["africa"])), within("europe", frozenset())
        (False, None)
    """
    if wanted in regions:
        return True
    lineage = _around(wanted)
    finest = {r for r in regions if not any(r != o and r in _around(o) for o in regions)}
    placed, known = bool(lineage & REGIONS), {r for r in finest if _around(r) & REGIONS}
    if not regions or lineage & finest or (known != finest if placed else bool(known)):
        return None  # too coarse, or a region that has no meaning here on one side only
    return False
