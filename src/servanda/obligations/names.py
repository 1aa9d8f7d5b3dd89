"""Names inside tokens: which state "russian" or "japan" stands for, and where regions lie.

A small table of states, their adjectives and home regions, and of regions inside regions, so that
tokens nobody has listed (``future_russian_armed_attack``, ``ukraine_invades_russia``) can be read.
The actor registry adds to it; it never takes away.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from servanda.domain.actor import Actor

__all__ = ["HOME", "OVERSEAS", "contained", "lexicon", "split_names", "state_of"]

_TABLE = """
USA united_states,united_states_of_america,america,us,usa american north_america
CAN canada canadian north_america
MEX mexico mexican north_america,latin_america
GTM guatemala guatemalan central_america
HND honduras honduran central_america
SLV el_salvador salvadoran central_america
NIC nicaragua nicaraguan central_america
CRI costa_rica costa_rican central_america
PAN panama panamanian central_america
CUB cuba cuban caribbean
DOM dominican_republic dominican caribbean
HTI haiti haitian caribbean
JAM jamaica jamaican caribbean
TTO trinidad_and_tobago trinidadian caribbean
BHS bahamas bahamian caribbean
GUY guyana guyanese south_america
SUR suriname surinamese south_america
VEN venezuela venezuelan south_america
COL colombia colombian south_america
ECU ecuador ecuadorian south_america
PER peru peruvian south_america
BOL bolivia bolivian south_america
PRY paraguay paraguayan south_america
URY uruguay uruguayan south_america
BRA brazil brazilian south_america
ARG argentina argentine,argentinian south_america
CHL chile chilean south_america
GBR united_kingdom,uk,great_britain,britain,england british europe
IRL ireland irish europe
FRA france french europe
BEL belgium belgian europe
NLD netherlands,holland dutch europe
LUX luxembourg luxembourgish europe
DEU germany german europe
DDR east_germany,german_democratic_republic east_german europe
PRU prussia prussian europe
AUT austria austrian europe
AUH austria_hungary austro_hungarian europe
HUN hungary hungarian europe
CHE switzerland swiss europe
LIE liechtenstein - europe
ITA italy italian europe
ESP spain spanish europe
PRT portugal portuguese europe
GRC greece greek europe
CYP cyprus cypriot europe,mediterranean
MLT malta maltese europe,mediterranean
ALB albania albanian europe
SRB serbia serbian europe,balkans
YUG yugoslavia yugoslav europe,balkans
HRV croatia croatian europe,balkans
SVN slovenia slovenian europe
BIH bosnia,bosnia_and_herzegovina bosnian europe,balkans
MNE montenegro montenegrin europe,balkans
MKD north_macedonia,macedonia macedonian europe,balkans
XKX kosovo kosovar europe,balkans
BGR bulgaria bulgarian europe,balkans
ROU romania romanian europe,balkans
MDA moldova moldovan europe
UKR ukraine ukrainian europe
BLR belarus belarusian europe
POL poland polish europe
CZE czech_republic,czechia czech europe
SVK slovakia slovak europe
CSK czechoslovakia czechoslovak europe
DNK denmark danish europe
NOR norway norwegian europe
SWE sweden swedish europe
FIN finland finnish europe
ISL iceland icelandic europe,north_atlantic_area
EST estonia estonian europe,baltic
LVA latvia latvian europe,baltic
LTU lithuania lithuanian europe,baltic
RUS russia,russian_federation russian europe,asia
SUN soviet_union,ussr soviet europe,asia
TUR turkey,turkiye turkish turkey
OTT ottoman_empire ottoman middle_east
GEO georgia georgian caucasus
ARM armenia armenian caucasus
AZE azerbaijan azerbaijani,azeri caucasus
KAZ kazakhstan kazakh,kazakhstani central_asia
KGZ kyrgyzstan kyrgyz central_asia
TJK tajikistan tajik central_asia
UZB uzbekistan uzbek central_asia
TKM turkmenistan turkmen central_asia
MNG mongolia mongolian east_asia
CHN china,peoples_republic_of_china,prc chinese east_asia
TWN taiwan,republic_of_china,roc taiwanese east_asia,pacific
JPN japan japanese east_asia,pacific
KOR south_korea,republic_of_korea,rok south_korean east_asia,pacific
PRK north_korea,dprk north_korean east_asia
VNM vietnam vietnamese southeast_asia
VDR south_vietnam south_vietnamese southeast_asia
VNR north_vietnam north_vietnamese southeast_asia
LAO laos laotian southeast_asia
KHM cambodia cambodian southeast_asia
THA thailand thai southeast_asia
MMR myanmar,burma burmese southeast_asia
MYS malaysia,malaya malaysian,malayan southeast_asia
SGP singapore singaporean southeast_asia
BRN brunei bruneian southeast_asia
IDN indonesia indonesian southeast_asia
PHL philippines philippine,filipino southeast_asia,pacific
TLS timor_leste,east_timor timorese southeast_asia
AUS australia australian oceania
NZL new_zealand - oceania
PNG papua_new_guinea papuan oceania
FJI fiji fijian oceania
SLB solomon_islands - oceania
TUV tuvalu tuvaluan oceania
NRU nauru nauruan oceania
PLW palau palauan oceania
FSM micronesia micronesian oceania
MHL marshall_islands marshallese oceania
IND india indian south_asia
PAK pakistan pakistani south_asia
BGD bangladesh bangladeshi south_asia
LKA sri_lanka sri_lankan south_asia
NPL nepal nepalese south_asia
BTN bhutan bhutanese south_asia
MDV maldives maldivian south_asia
AFG afghanistan afghan south_asia
IRN iran,persia iranian,persian middle_east
IRQ iraq iraqi middle_east
SYR syria syrian middle_east
LBN lebanon lebanese middle_east
ISR israel israeli middle_east
PSE palestine palestinian middle_east
JOR jordan jordanian middle_east
SAU saudi_arabia saudi middle_east
KWT kuwait kuwaiti middle_east
BHR bahrain bahraini middle_east
QAT qatar qatari middle_east
ARE united_arab_emirates,uae emirati middle_east
OMN oman omani middle_east
YEM yemen yemeni middle_east
EGY egypt egyptian africa
LBY libya libyan africa
TUN tunisia tunisian africa
DZA algeria algerian africa
MAR morocco moroccan africa
SDN sudan sudanese africa
SSD south_sudan south_sudanese africa
ETH ethiopia,abyssinia ethiopian africa
ERI eritrea eritrean africa
SOM somalia somali africa
DJI djibouti djiboutian africa
KEN kenya kenyan africa
UGA uganda ugandan africa
TZA tanzania tanzanian africa
RWA rwanda rwandan africa
BDI burundi burundian africa
COD democratic_republic_of_the_congo,zaire congolese africa
TCD chad chadian africa
NER niger nigerien africa
NGA nigeria nigerian africa
MLI mali malian africa
BFA burkina_faso burkinabe africa
SEN senegal senegalese africa
GHA ghana ghanaian africa
CIV ivory_coast ivorian africa
CMR cameroon cameroonian africa
GAB gabon gabonese africa
AGO angola angolan africa
MOZ mozambique mozambican africa
ZWE zimbabwe,rhodesia zimbabwean africa
ZMB zambia zambian africa
ZAF south_africa south_african africa
NAM namibia namibian africa
"""

_CITIES = {
    "moscow": "RUS",
    "st_petersburg": "RUS",
    "kyiv": "UKR",
    "crimea": "UKR",
    "berlin": "DEU",
    "warsaw": "POL",
    "washington": "USA",
    "beijing": "CHN",
    "taipei": "TWN",
    "tehran": "IRN",
    "ankara": "TUR",
    "tel_aviv": "ISR",
    "beirut": "LBN",
    "gaza": "PSE",
}

_PARENTS = {
    "central_america": "north_america latin_america americas",
    "north_america": "americas",
    "south_america": "americas latin_america",
    "latin_america": "americas",
    "caribbean": "americas latin_america",
    "american_state": "americas",
    "balkans": "europe",
    "baltic": "europe",
    "baltic_sea": "europe north_atlantic_area",
    "baltic_states": "europe",
    "western_europe": "europe",
    "eastern_europe": "europe",
    "central_europe": "europe",
    "northern_europe": "europe",
    "southern_europe": "europe",
    "scandinavia": "europe",
    "north_sea": "europe north_atlantic_area",
    "norwegian_sea": "north_atlantic_area",
    "english_channel": "europe north_atlantic_area",
    "north_atlantic": "north_atlantic_area",
    "mediterranean": "mediterranean_sea",
    "eastern_mediterranean": "mediterranean_sea",
    "aegean_sea": "mediterranean_sea",
    "adriatic_sea": "mediterranean_sea",
    "caucasus": "eurasia",
    "central_asia": "asia",
    "east_asia": "asia far_east",
    "northeast_asia": "asia far_east",
    "southeast_asia": "asia far_east",
    "south_asia": "asia",
    "middle_east": "asia",
    "persian_gulf": "middle_east",
    "turkey": "eurasia",
    "south_china_sea": "pacific western_pacific",
    "east_china_sea": "pacific western_pacific",
    "sea_of_japan": "pacific western_pacific",
    "yellow_sea": "pacific western_pacific",
    "taiwan_strait": "pacific western_pacific",
    "philippine_sea": "pacific western_pacific",
    "west_philippine_sea": "south_china_sea pacific western_pacific",
    "western_pacific": "pacific pacific_area",
    "south_pacific": "pacific pacific_area",
    "southwest_pacific": "pacific pacific_area",
    "north_pacific": "pacific pacific_area",
    "oceania": "pacific pacific_area",
    "pacific_ocean": "pacific pacific_area",
    "pacific_area": "pacific",
    "pacific": "pacific_area",
    "horn_of_africa": "africa",
    "sahel": "africa",
    "north_africa": "africa",
    "maghreb": "africa",
}

OVERSEAS = frozenset({"USA", "GBR", "FRA", "ESP", "PRT", "NLD", "DNK", "NOR", "AUS", "NZL", "CHL"})


def _read_table() -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    words: dict[str, str] = dict(_CITIES)
    home: dict[str, frozenset[str]] = {}
    for line in _TABLE.strip().splitlines():
        code, names, adjectives, regions = line.split()
        home[code] = frozenset(regions.split(","))
        for word in (*names.split(","), *adjectives.split(",")):
            if word != "-":
                words[word] = code
    return words, home


_WORDS, HOME = _read_table()
CITIES = frozenset(_CITIES)


@cache
def contained(region: str) -> frozenset[str]:
    """Return the region and every larger region that it lies in.

    Examples:
        >>> sorted(contained("south_china_sea"))
        ['pacific', 'pacific_area', 'south_china_sea', 'western_pacific']
    """
    seen = {region}
    queue = [region]
    while queue:
        for parent in _PARENTS.get(queue.pop(), "").split():
            if parent not in seen:
                seen.add(parent)
                queue.append(parent)
    return frozenset(seen)


REGIONS = frozenset(_PARENTS) | {p for v in _PARENTS.values() for p in v.split()} | {
    *("europe", "africa", "asia", "black_sea", "indian_ocean", "south_atlantic", "red_sea"),
    *("arctic", "antarctic", "atlantic", "far_east", "sea_of_azov", "caspian_sea"),
}


def lexicon(actors: Mapping[str, Actor]) -> dict[str, str]:
    """Return the words that name a state or organisation, each with its identifier."""
    words = dict(_WORDS)
    for actor in actors.values():
        if actor.kind == "person":
            continue
        for name in (actor.name, *actor.names, *actor.adjectives):
            words.setdefault(_slug(name), actor.id)
    return words


def _slug(name: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def state_of(token: str) -> str | None:
    """Return the code of the state a token names or is an arm of, or None.

    Examples:
        >>> state_of("CHN_coast_guard"), state_of("JPN"), state_of("russian"), state_of("al_qaeda")
        ('CHN', 'JPN', 'RUS', None)
    """
    head = token[:3]
    if len(head) == 3 and head.isascii() and head.isupper() and token[3:4] in ("", "_"):
        return head
    return _WORDS.get(token.lower())


def split_names(token: str, words: Mapping[str, str] | None = None) -> list[str]:
    """Split a token into words, with every name of a state replaced by its code.

    Examples:
        >>> split_names("future_south_korean_attack_by_ukraine")
        ['future', 'KOR', 'attack', 'by', 'UKR']
    """
    known = _WORDS if words is None else words
    parts = token.split("_")
    found: list[str] = []
    at = 0
    while at < len(parts):
        for size in (4, 3, 2, 1):
            name = "_".join(parts[at : at + size]).lower()
            if at + size <= len(parts) and name in known and not (name == "us" and size == 1 and parts[at] != "us"):
                found.append(known[name])
                at += size
                break
        else:
            found.append(parts[at])
            at += 1
    return found
