"""Full-text search in the words of a document: ranks the matches, best first."""

from __future__ import annotations

from bisect import bisect_left
from difflib import get_close_matches
from itertools import takewhile
from math import log

from cnct.openapi.places import Match
from cnct.openapi.words import FIELD, NAME, OPERATION_ID, TEXT, Words, spellings, words_of

_WEIGHTS = {NAME: 3.0, FIELD: 2.0, TEXT: 1.0, OPERATION_ID: 3.0}
_PREFIX = 0.6  # weight of a prefix match
_SIMILAR = 0.4  # weight of a similarly spelled word
_USUAL = 40  # characters of a remark; longer ones weigh less


def ranked(words: Words, text: str, limit: int) -> list[Match]:
    """Return the paths that match the words of a text best; those with all words come first.

    The score of a place is the sum of two parts: for each word, the gain of the best remark with
    that word, where rare words gain more; and the gain of the one remark that matches most words
    together, which becomes the text of the match.
    """
    spelling_of = spellings(text)
    searched = list(dict.fromkeys(words_of(text)))
    alone: dict[int, list[float]] = {}
    together: dict[int, tuple[float, int]] = {}
    for number, gains in _gains(words, searched).items():
        remark = words.remarks[number]
        for place in remark.places:
            best = alone.setdefault(place, [0.0] * len(searched))
            alone[place] = [*map(max, best, gains)]
            if remark.kind != OPERATION_ID:
                together[place] = max(together.get(place, (0.0, 0)), (sum(gains), number))
    matches: dict[str, Match] = {}
    for place, gains in alone.items():
        path, method = words.places[place]
        missing = [
            spelling_of[word] for word, gain in zip(searched, gains, strict=True) if not gain
        ]
        most, best_remark = together.get(place, (0.0, None))
        what = _named(path) if best_remark is None else words.remarks[best_remark].text
        complete = 1 - len(missing) / len(searched)
        score = (sum(gains) + most) * complete**2
        match = Match(path, method, what, score, tuple(missing))
        if path not in matches or _rank(match) < _rank(matches[path]):
            matches[path] = match
    return sorted(matches.values(), key=_rank)[:limit]


def _named(path: str) -> str:
    return "/".join(name for name in path.split("/") if "{" not in name)


def _rank(match: Match) -> tuple[int, float, int, str]:
    return len(match.missing), -match.score, match.path.count("/"), match.path


def _gains(words: Words, searched: list[str]) -> dict[int, list[float]]:
    """Return the gain of every searched word, by the number of each remark with such a word."""
    gains: dict[int, list[float]] = {}
    vocabulary = [*words.numbers]
    for position, word in enumerate(searched):
        similar = _similar(vocabulary, word)
        rarity = log(1 + len(words.remarks) / (1 + sum(len(words.numbers[w]) for w in similar)))
        for match, likeness in similar.items():
            for number in words.numbers[match]:
                own = gains.setdefault(number, [0.0] * len(searched))
                remark = words.remarks[number]
                gain = rarity * likeness * _WEIGHTS[remark.kind] / (1 + len(remark.text) / _USUAL)
                own[position] = max(own[position], gain)
    return gains


def _similar(vocabulary: list[str], word: str) -> dict[str, float]:
    """Return the weights of matching words: exact and prefix matches, or else misspellings."""
    start = bisect_left(vocabulary, word)
    matches = dict.fromkeys(takewhile(lambda w: w.startswith(word), vocabulary[start:]), _PREFIX)
    if word in matches:
        matches[word] = 1.0
    return matches or dict.fromkeys(get_close_matches(word, vocabulary, cutoff=0.8), _SIMILAR)
