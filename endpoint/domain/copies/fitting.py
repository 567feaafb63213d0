"""What a copy says: the words of a post, its link and its hashtags within the network's limit."""

from dataclasses import dataclass, replace

from endpoint.domain.copies.counting import Count, count_graphemes
from endpoint.domain.copies.cutting import cut

ALWAYS, IF_TRUNCATED, NEVER = "always", "if-truncated", "never"
"""When a copy links to its post; empty is the first for what has a title, else the second."""


@dataclass(frozen=True)
class Wording:
    """What there is to say: the post's ``title`` and ``text``, plain.

    ``about`` is the URL of what it is about, if it is about something.
    ``link`` is one of the rules above; ``is_incomplete`` if the copy lacks a
    picture that the post shows.
    """

    permalink: str
    text: str
    title: str = ""
    about: str = ""
    link: str = ""
    hashtags: tuple[str, ...] = ()
    is_incomplete: bool = False


def fit(wording: Wording, most: int, count: Count = count_graphemes) -> str:
    """Return what the copy says, ``most`` long at most.

    A title stands for its text where there is a link to both; otherwise what
    does not fit is cut, and the permalink follows by its rule. What there is no
    room for goes in this order: words, hashtags from the last on, links.
    """
    if wording.title:
        return _fit_titled(wording, most, count)
    is_linked = wording.link == ALWAYS or (wording.is_incomplete and wording.link != NEVER)
    whole = _join(wording.text, _end(wording, linked=is_linked))
    if count(whole) <= most and (whole or wording.link == NEVER):
        return whole
    return _fit(wording, wording.text, most, count, linked=wording.link != NEVER)


def _fit_titled(wording: Wording, most: int, count: Count) -> str:
    both = _join(wording.title, wording.text)
    if wording.link == NEVER:
        return _fit(wording, both, most, count, linked=False)
    if wording.link == IF_TRUNCATED and not wording.is_incomplete:
        whole = _join(both, _end(wording, linked=False))
        if count(whole) <= most:
            return whole
    return _fit(wording, wording.title, most, count, linked=True)


def _fit(wording: Wording, text: str, most: int, count: Count, *, linked: bool) -> str:
    # A third of the room, at least, is for words.
    room = most - most // 3 if text else most
    end = _end(wording, linked=linked)
    while wording.hashtags and count(end) > room:
        wording = replace(wording, hashtags=wording.hashtags[:-1])
        end = _end(wording, linked=linked)
    if count(end) > most:
        end = ""
    fitting = cut(text, most, count, f"\n\n{end}" if end and text else end)
    return fitting.strip()


def _end(wording: Wording, *, linked: bool) -> str:
    links = [wording.about] if wording.about and wording.about not in wording.text else []
    if linked and wording.permalink not in wording.text:
        links.append(wording.permalink)
    return _join(*links, " ".join(wording.hashtags))


def _join(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))
