"""What in a comment may give its writer away. Rules, not a judge: a warning never stops anybody."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_ONLY = r"the (?:only|sole|newest|oldest|youngest)(?: \w+)?"
_PART = "(?:manager|boss|report|peer|customer|client|tech lead|designer|tester|product manager)"
_SAID = "(?:told|asked|promised|wrote to|e-?mailed|called|thanked|critici[sz]ed)"

_PATTERNS: dict[str, tuple[str, ...]] = {
    "contact": (
        r"[\w.+-]+@[\w-]+\.\w+",
        r"(?<!\w)\+?\d[\d ()/-]{7,}\d(?!\w)",
        r"https?://\S+",
        r"(?:微信|电话|手机)号?[:： ]?\s*[A-Za-z0-9_-]{5,}",
    ),
    "only": (
        rf"\bas {_ONLY}",
        rf"\bI(?:'m| am|’m) {_ONLY}",
        "(?:我是|作为|身为)[^，。；,.;]{0,12}?(?:唯一|最新|最年轻|最年长)[^，。；,.;]{0,8}",
    ),
    "place": (
        rf"\b(?:as|being) (?:your|his|her|their) (?:own )?{_PART}\b",
        r"\bin my (?:role|job|position|team|department)\b",
        r"\bmy (?:team|department|reports|project)\b",
        r"\bsince I (?:joined|started|moved)\b",
        r"(?:作为|身为)(?:你|您|他|她)的?\w{0,4}",
        "我们?(?:组|团队|部门|项目)",
        "我(?:入职|加入|调来|转岗)",
    ),
    "talk": (
        rf"\b{_SAID} me\b",
        r"\bI (?:told|asked|wrote|e-?mailed) (?:to )?(?:you|him|her|them)\b",
        r"\b(?:our|my) (?:one[- ]on[- ]one|1[:-]1|1 on 1)s?\b",
        r"\bbetween (?:the two of us|you and me)\b",
        "(?:私下|单独|亲口)?(?:跟|和|对|向|同)我(?:说|讲|谈|提|承诺|道歉|保证)",
        "我(?:跟|和|对|向|同)(?:你|您|他|她)(?:说|讲|谈|提)",
        "(?:答应|告诉|批评|感谢)[过了]?我",
        "一对一",
    ),
    "occasion": (
        rf"\b(?:yesterday|last (?:night|week|month|{_DAY}))\b",
        rf"\bon {_DAY}\b",
        rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}\b",
        rf"\b{_MONTH}\.? \d{{1,2}}\b",
        r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b",
        "昨天|前天|上个?(?:周|星期|月)[一二三四五六日天]?",
        r"\d{1,2}\s*月\s*\d{1,2}\s*[日号]",
    ),
}
RULES = {kind: re.compile("|".join(parts), re.IGNORECASE) for kind, parts in _PATTERNS.items()}


@dataclass(frozen=True)
class Passage:
    """What was found: ``kind`` is ``name`` or a key of :data:`RULES`."""

    kind: str
    text: str


def warnings(comment: str, names: Iterable[str] = ()) -> tuple[Passage, ...]:
    """Passages of a comment that may identify its writer, at most one of each kind.

    Parameters
    ----------
    comment : str
    names : iterable of str
        Names of the writer.

    Returns
    -------
    tuple of Passage

    Examples
    --------
    >>> [(w.kind, w.text) for w in warnings("As the only tester I see this daily.")]
    [('only', 'As the only tester')]
    """
    own = [pattern for name in names if (pattern := _name(name))]
    rules = {"name": re.compile("|".join(own)), **RULES} if own else RULES
    found = ((kind, rule.search(comment)) for kind, rule in rules.items())
    return tuple(Passage(kind, match.group().strip()) for kind, match in found if match)


def _name(name: str) -> str:
    """A pattern of a name: whole in any case, its parts only as they are written (Will, Mark).

    An unspaced Chinese name also counts without its one-character family name.
    """
    parts = {part for part in re.split(r"[\s,.·]+", name) if len(part) > 1}
    if re.fullmatch(r"[\u4e00-\u9fff]{3}", name):
        parts.add(name[1:])
    either = "|".join(sorted(map(re.escape, parts), key=len, reverse=True))
    return rf"(?<![A-Za-z])(?:(?i:{re.escape(name)})|{either})(?![A-Za-z])" if parts else ""
