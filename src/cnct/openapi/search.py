"""Full-text search in what a document says: ranks its remarks, best first."""

from __future__ import annotations

from bisect import bisect_left
from difflib import get_close_matches
from itertools import takewhile
from math import log

from cnct.openapi.places import Match
from cnct.openapi.words import FIELD, NAME, TEXT, Words, words_of

_WEIGHTS = {NAME: 3.0, FIELD: 2.0, TEXT: 1.0}
_BEGINNING = 0.6  # what a word counts that only begins like the one searched for
_SIMILAR = 0.4  # and one that is only spelled like it
_USUAL = 40  # characters of a remark; a word counts less in a longer one


def ranked(words: Words, text: str, limit: int) -> list[Match]:
    """Find the paths of which the document says most with the words of a text.

    A place gains by each word, the more the rarer the word is, through the best remark that has
    it; and once more through the one remark that has most of them together, which is shown.
    """
    asked = list(dict.fromkeys(words_of(text)))
    remarks = _remarks(words, asked)
    alone: dict[int, list[float]] = {}
    together: dict[int, tuple[float, int]] = {}
    for number, gains in remarks.items():
        for place in words.remarks[number].places:
            best = alone.setdefault(place, [0.0] * len(asked))
            alone[place] = [*map(max, best, gains)]
            together[place] = max(together.get(place, (0.0, 0)), (sum(gains), number))
    matches: dict[str, Match] = {}
    for place, (most, number) in together.items():
        path, method = words.places[place]
        complete = sum(map(bool, alone[place])) / len(asked)
        score = (sum(alone[place]) + most) * complete**2
        if path not in matches or matches[path].score < score:
            matches[path] = Match(path, method, words.remarks[number].text, score)
    return sorted(matches.values(), key=_rank)[:limit]


def _rank(match: Match) -> tuple[float, int, str]:
    return -match.score, match.path.count("/"), match.path


def _remarks(words: Words, asked: list[str]) -> dict[int, list[float]]:
    """Find the remarks with any of the words, and what each of these words counts there."""
    found: dict[int, list[float]] = {}
    spelled = [*words.numbers]
    for position, word in enumerate(asked):
        similar = _similar(spelled, word)
        rarity = log(1 + len(words.remarks) / (1 + sum(len(words.numbers[w]) for w in similar)))
        for known, likeness in similar.items():
            for number in words.numbers[known]:
                gains = found.setdefault(number, [0.0] * len(asked))
                remark = words.remarks[number]
                gain = rarity * likeness * _WEIGHTS[remark.kind] / (1 + len(remark.text) / _USUAL)
                gains[position] = max(gains[position], gain)
    return found


def _similar(spelled: list[str], word: str) -> dict[str, float]:
    """Find what a word can mean: itself, what begins with it or, failing that, a misspelling."""
    start = bisect_left(spelled, word)
    found = dict.fromkeys(takewhile(lambda w: w.startswith(word), spelled[start:]), _BEGINNING)
    if word in found:
        found[word] = 1.0
    return found or dict.fromkeys(get_close_matches(word, spelled, cutoff=0.8), _SIMILAR)
