"""Small games written as text for the tests of the solvers."""

from servanda.games import read_efg


def chance(name, *branches, number=1):
    inner = " ".join(f'"{label}" {odds}' for label, odds, _ in branches)
    return f'c "{name}" {number} "" {{ {inner} }} 0\n' + "".join(below for *_, below in branches)


class Ends:
    """Number the ends of a tree."""

    def __init__(self):
        self.count = 0

    def __call__(self, *payoffs):
        self.count += 1
        return f't "" {self.count} "" {{ {" ".join(map(str, payoffs))} }}\n'


def move(player, infoset, *branches, name=""):
    inner = " ".join(f'"{label}"' for label, _ in branches)
    return f'p "" {player} {infoset} "{name}" {{ {inner} }} 0\n' + "".join(b for _, b in branches)


def tree(players, text):
    names = " ".join(f'"{p}"' for p in players)
    return read_efg(f'EFG 2 R "" {{ {names} }}\n{text}')


def horse():
    """Selten's horse (Selten 1975, figure 1)."""
    end = Ends()
    return tree(
        ("1", "2", "3"),
        move(
            1,
            1,
            ("D", move(3, 1, ("L", end(3, 2, 2)), ("R", end(0, 0, 0)))),
            (
                "C",
                move(
                    2,
                    1,
                    ("d", move(3, 1, ("L", end(4, 4, 0)), ("R", end(0, 0, 1)))),
                    ("c", end(1, 1, 1)),
                ),
            ),
        ),
    )


def signalling(payoff, prior):
    """Two types, two messages, two responses; payoff[type][message][response][player].

    Information sets in the order of the tree: first type, answer to "high", answer to "low",
    second type; actions 0-1 and 6-7 are messages, 2-3 and 4-5 responses.
    """
    end = Ends()

    def answer(t, m):
        replies = [(label, end(*payoff[t][m][k])) for k, label in enumerate(("yes", "no"))]
        return move(2, m + 1, *replies)

    def speak(t):
        return move(1, t + 1, *[(label, answer(t, m)) for m, label in enumerate(("high", "low"))])

    return tree(
        ("sender", "receiver"),
        chance("type", ("first", prior, speak(0)), ("second", 1.0 - prior, speak(1))),
    )


UNILATERAL = {
    "challenger": {"DC": 1.0, "SQ": 0.6, "DD+": 0.4, "CD": 0.2, "DD-": 0.0},
    "defender": {"SQ": 1.0, "CD": 0.7, "DD+": 0.5, "DC": 0.3, "DD-": 0.0},
}


def unilateral(hard_challenger, hard_defender, payoffs=UNILATERAL):
    """Unilateral deterrence (Zagare and Kilgour 2000) with both sides' type private."""
    end = Ends()
    cs, ds = payoffs["challenger"], payoffs["defender"]

    def crisis(c, d):
        war = end_of("DD+" if c == "hard" else "DD-", "DD+" if d == "hard" else "DD-")
        sets = {"hard": 0, "soft": 1}
        resist = move(1, 3 + sets[c], ("back down", end_of("CD", "CD")), ("press", war))
        attacked = move(2, 1 + sets[d], ("concede", end_of("DC", "DC")), ("resist", resist))
        return move(1, 1 + sets[c], ("wait", end_of("SQ", "SQ")), ("attack", attacked))

    def end_of(c, d):
        return end(cs[c], ds[d])

    def challenger(c):
        return chance(
            "defender",
            ("hard", hard_defender, crisis(c, "hard")),
            ("soft", round(1.0 - hard_defender, 12), crisis(c, "soft")),
            number={"hard": 2, "soft": 3}[c],
        )

    return tree(
        ("challenger", "defender"),
        chance(
            "challenger",
            ("hard", hard_challenger, challenger("hard")),
            ("soft", round(1.0 - hard_challenger, 12), challenger("soft")),
        ),
    )


def sunk_cost(cost, war, prize=1.0):
    """A costly signal of resolve: a hard sender fights when challenged, a soft one gives in."""
    end = Ends()

    def answer(kind, message, paid):
        challenged = end(war - paid, -1.0) if kind == "hard" else end(-paid, 1.0)
        number = {"signal": 1, "silent": 2}[message]
        return move(2, number, ("challenge", challenged), ("yield", end(prize - paid, 0.0)))

    def sender(kind):
        number = {"hard": 1, "soft": 2}[kind]
        return move(
            1,
            number,
            ("signal", answer(kind, "signal", cost)),
            ("silent", answer(kind, "silent", 0.0)),
        )

    return tree(
        ("sender", "receiver"),
        chance("resolve", ("hard", 0.5, sender("hard")), ("soft", 0.5, sender("soft"))),
    )


def half_hearted(k, alone=(0.4, -1.0), aided=(-0.5, 0.8)):
    """Guarantee moral hazard: a third party comes to the aid of the target with probability k.

    ``alone`` and ``aided`` are the payoffs of challenger and target from fighting.
    """
    end = Ends()
    aid = chance("aid", ("comes", k, end(*aided)), ("stays away", round(1 - k, 12), end(*alone)))
    target = move(2, 1, ("concede", end(1.0, 0.0)), ("resist", aid))
    return tree(("challenger", "target"), move(1, 1, ("wait", end(0.0, 1.0)), ("attack", target)))
