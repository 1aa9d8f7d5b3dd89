"""How quickly reports are read: an article of 200 kB, and a thousand articles, CPU seconds."""

import random
import re
import time
from pathlib import Path

from tests.scoring import OWN, reports

from servanda.evidence import grammar
from servanda.evidence.registry import parsed_registry
from servanda.evidence.solve import read_text

TARGETS = {
    "article_200_kb_cpu_s": ("<=", 2.0),
    "thousand_articles_cpu_s": ("<=", 360.0),
}
LENGTH, ARTICLES, SEED = 200_000, 1_000, 20250307
FILLERS = ("new ", "other ", "many ", "few ", "some ", "")


def varied(text: str, rng: random.Random) -> str:
    """Change a text a little in every sentence, so that no sentence has been parsed before."""
    return re.sub(r"\b(?:of|in|to|on|at) ", lambda m: m.group(0) + rng.choice(FILLERS), text)


def main() -> dict[str, float]:
    """Time both; the model is loaded before."""
    rng = random.Random(SEED)
    documents = reports(Path(OWN))
    actors = {a["id"]: a for d in documents for a in d["actors"]}
    proposals = {p["id"]: p for d in documents for p in d["proposals"]}
    registry = parsed_registry(
        {"actors": list(actors.values()), "proposals": list(proposals.values())}
    )
    read_text("Edwin Calloway said that the force would come.", registry)
    long = ""
    while len(long) < LENGTH:
        long += varied(rng.choice(documents)["text"], rng) + "\n\n"
    started = time.process_time()
    read_text(long[:LENGTH], registry, published="2031-05-06")
    article = time.process_time() - started
    grammar.forget()
    articles = [varied(rng.choice(documents)["text"], rng) for _ in range(ARTICLES)]
    started = time.process_time()
    for text in articles:
        read_text(text, registry, published="2031-05-06")
    return {
        "article_200_kb_cpu_s": article,
        "thousand_articles_cpu_s": time.process_time() - started,
    }
