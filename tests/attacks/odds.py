"""T02: what is only bounded, measured: odds and chances under the solver's own prior.

Everything is computed exactly, by enumeration; nothing is drawn. Attackers choose their own
answers so that they learn most. docs/privacy.md prints what comes out.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cache
from itertools import product
from math import factorial, prod

from dialogues.bounds import Bounds
from dialogues.disclosure import Ballot, Result, disclose, earlier
from tests.attacks.solver import BANDS, SCALE, Tally, checkin, tallies, weakest, worlds

EVEN = (Fraction(2, 5), Fraction(1, 5), Fraction(2, 5))
"""Every step of five equally likely: favourable, middle, unfavourable."""
KIND = (Fraction(7, 10), Fraction(9, 50), Fraction(3, 25))
"""Most are content: the skewed prior of the design."""


def ways(tally: Tally, prior: tuple[Fraction, ...]) -> Fraction:
    """How likely a tally of people who answer independently is."""
    count = factorial(sum(tally)) // prod(factorial(part) for part in tally)
    return count * prod((p**k for p, k in zip(prior, tally, strict=True)), start=Fraction(1))


def posteriors(
    n: int, t: int, attackers: int, prior: tuple[Fraction, ...] = EVEN
) -> Iterator[tuple[Result, Fraction, Fraction, bool]]:
    """For every view and every choice of own answers: how likely the view is, how likely each
    other person is unfavourable, and whether all are surely favourable."""
    seen = worlds(SCALE, BANDS, n, 0, weakest(t, n))
    others = n - attackers
    for own in tallies(attackers, 3):
        for result, fitting in seen.items():
            total = found = Fraction(0)
            sure = True
            for tally in fitting:
                rest = tuple(a - b for a, b in zip(tally, own, strict=True))
                if min(rest) >= 0:
                    weight = ways(rest, prior)
                    total += weight
                    found += weight * rest[2] / others
                    sure = sure and rest[0] == others
            if total:
                yield result, total, found / total, sure


def greatest(n: int, t: int) -> tuple[Fraction, Fraction]:
    """The most an attack by t people can raise the odds of "unfavourable", and to what chance."""
    chances = [chance for _, _, chance, _ in posteriors(n, t, t)]
    top = max(chances)
    return top / (1 - top) / (EVEN[2] / (1 - EVEN[2])), top


def proved_favourable(n: int, t: int, attackers: int, prior: tuple[Fraction, ...]) -> Fraction:
    """With the best own answers, how often all others are proved to be favourable."""
    by_own: dict[Tally, Fraction] = {}
    seen = worlds(SCALE, BANDS, n, 0, weakest(t, n))
    for own in tallies(attackers, 3):
        chance = Fraction(0)
        for fitting in seen.values():
            rests = [tuple(a - b for a, b in zip(w, own, strict=True)) for w in fitting]
            rests = [rest for rest in rests if min(rest) >= 0]
            if rests and all(rest[0] == n - attackers for rest in rests):
                chance += sum(ways(rest, prior) for rest in rests)
        by_own[own] = chance
    return max(by_own.values())


def leaver_above(n: int, joined: int, left: int, stable: Fraction, limit: Fraction) -> Fraction:
    """How often two rounds make somebody who came or went look unfavourable above *limit*.

    An outsider looks. Stayers keep their band with probability *stable*, else draw it again.
    """
    first, second = weakest(2, n), weakest(2, n - left + joined)
    views: dict[object, list[Fraction]] = {}
    for chance, one, two, moved in pairs(n - left, joined, left, stable):
        before = told(first, one)
        view = (before, told(second, two, (joined, left, before)))
        total, unfavourable = views.setdefault(view, [Fraction(0), Fraction(0)])
        views[view] = [total + chance, unfavourable + chance * moved]
    above = (total for total, found in views.values() if found > limit * total)
    return sum(above, Fraction(0)) / sum(total for total, _ in views.values())


def pairs(
    stayers: int, joined: int, left: int, stable: Fraction
) -> Iterator[tuple[Fraction, Tally, Tally, Fraction]]:
    """Every pair of tallies, its chance, and the share of unfavourable among who came or went."""
    kept = {
        (a, b): EVEN[a] * (stable * (a == b) + (1 - stable) * EVEN[b])
        for a, b in product(range(3), repeat=2)
    }
    steps = list(kept)
    joint: dict[tuple[Tally, Tally], Fraction] = {((0, 0, 0), (0, 0, 0)): Fraction(1)}
    for _ in range(stayers):
        grown: dict[tuple[Tally, Tally], Fraction] = {}
        for (one, two), chance in joint.items():
            for a, b in steps:
                if kept[a, b]:
                    key = _plus(one, a), _plus(two, b)
                    grown[key] = grown.get(key, Fraction(0)) + chance * kept[a, b]
        joint = grown
    for (one, two), chance in joint.items():
        for gone, new in product(tallies(left, 3), tallies(joined, 3)):
            both = chance * ways(gone, EVEN) * ways(new, EVEN)
            share = Fraction(gone[2] + new[2], left + joined)
            yield both, _sum(one, gone), _sum(two, new), share


def _plus(tally: Tally, kind: int) -> Tally:
    return tuple(count + (i == kind) for i, count in enumerate(tally))


def _sum(one: Tally, two: Tally) -> Tally:
    return tuple(a + b for a, b in zip(one, two, strict=True))


@cache
def told(roster: Bounds, tally: Tally, before: tuple[int, int, Result] | None = None) -> Result:
    """What is shown of a round with this tally of bands."""
    cast = [Ballot({"q": a}) for a, count in zip(BANDS, tally, strict=True) for _ in range(count)]
    known = [earlier(before[2], roster.t, before[0], before[1])] if before else []
    return disclose(checkin(SCALE), frozenset(), roster, cast, lambda pool: None, known)


def probed(n: int, joined: int, left: int, t: int = 2) -> tuple[Fraction, Fraction]:
    """Attackers who change their own answers between two rounds while nobody else does.

    Returns:
        With the best own answers, the chance that somebody who came or went is proved not
        favourable, and that somebody is proved unfavourable.
    """
    first, second = weakest(t, n), weakest(t, n - left + joined)
    best = [Fraction(0), Fraction(0)]
    for mine, later in product(tallies(t, 3), repeat=2):
        views: dict[object, dict[tuple[Tally, Tally], Fraction]] = {}
        for stayed in tallies(n - left - t, 3):
            for gone, new in product(tallies(left, 3), tallies(joined, 3)):
                before = told(first, _sum(_sum(stayed, gone), mine))
                after = told(second, _sum(_sum(stayed, new), later), (joined, left, before))
                weight = ways(stayed, EVEN) * ways(gone, EVEN) * ways(new, EVEN)
                fitting = views.setdefault((before, after), {})
                fitting[gone, new] = fitting.get((gone, new), Fraction(0)) + weight
        for i, surely in enumerate((_not_favourable, _unfavourable)):
            proved = (w for w in views.values() if surely(w, 0, left) or surely(w, 1, joined))
            best[i] = max(best[i], sum((sum(w.values(), Fraction(0)) for w in proved), Fraction(0)))
    return best[0], best[1]


def _not_favourable(fitting: Iterable[tuple[Tally, Tally]], which: int, people: int) -> bool:
    return people > 0 and all(moved[which][0] == 0 for moved in fitting)


def _unfavourable(fitting: Iterable[tuple[Tally, Tally]], which: int, people: int) -> bool:
    return people > 0 and all(moved[which][2] == people for moved in fitting)
