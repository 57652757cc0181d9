"""Which elements does SCORM's data model have, who may read or write them, and what may they hold?

One table for both ends: the runtime in the browser gets it as JSON (`table`), and what it sends
is checked against it again (`wrong`). An element is (access, type, what it is at first or None);
`n` stands for the number of an entry. Access: "r", "w" or "rw". A type is {"re": pattern, "max":
length} or {"words": [...]} or {"from": least, "to": most} for a number; patterns are both Python's
and JavaScript's.
"""

import functools
import re

MOST_ELEMENTS, MOST_ENTRIES = 20_000, 2000
SUSPEND = 65_536


def text(most: int) -> dict:
    return {"re": r"[\s\S]*", "max": most}


def words(*known: str) -> dict:
    return {"words": list(known)}


def number(least=None, most=None) -> dict:
    return {"from": least, "to": most}


IDENTIFIER = {"re": r"[\x21-\x7e]+", "max": 255}
SPAN_12 = {"re": r"\d{2,4}:\d{2}:\d{2}(\.\d{1,2})?", "max": 20}
CLOCK_12 = {"re": r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,2})?", "max": 20}
KINDS_12 = ("true-false", "choice", "fill-in", "matching", "performance", "sequencing", "likert")
STATUS_12 = ("passed", "completed", "failed", "incomplete", "browsed")
RESULT_12 = {"re": r"correct|wrong|unanticipated|neutral|-?\d+(\.\d+)?", "max": 40}

V12 = {
    "cmi.core.student_id": ("r", IDENTIFIER, ""),
    "cmi.core.student_name": ("r", text(255), ""),
    "cmi.core.lesson_location": ("rw", text(1000), ""),
    "cmi.core.credit": ("r", words("credit", "no-credit"), "credit"),
    "cmi.core.lesson_status": ("rw", words(*STATUS_12), "not attempted"),
    "cmi.core.entry": ("r", text(20), "ab-initio"),
    "cmi.core.score.raw": ("rw", number(0, 100), ""),
    "cmi.core.score.min": ("rw", number(0, 100), ""),
    "cmi.core.score.max": ("rw", number(0, 100), ""),
    "cmi.core.total_time": ("r", SPAN_12, "0000:00:00.00"),
    "cmi.core.lesson_mode": ("r", text(20), "normal"),
    "cmi.core.exit": ("w", words("time-out", "suspend", "logout", ""), ""),
    "cmi.core.session_time": ("w", SPAN_12, ""),
    "cmi.suspend_data": ("rw", text(SUSPEND), ""),
    "cmi.launch_data": ("r", text(4096), ""),
    "cmi.comments": ("rw", text(4096), ""),
    "cmi.comments_from_lms": ("r", text(4096), ""),
    "cmi.objectives.n.id": ("rw", IDENTIFIER, ""),
    "cmi.objectives.n.score.raw": ("rw", number(0, 100), ""),
    "cmi.objectives.n.score.min": ("rw", number(0, 100), ""),
    "cmi.objectives.n.score.max": ("rw", number(0, 100), ""),
    "cmi.objectives.n.status": ("rw", words(*STATUS_12, "not attempted"), "not attempted"),
    "cmi.student_data.mastery_score": ("r", text(20), ""),
    "cmi.student_data.max_time_allowed": ("r", text(40), ""),
    "cmi.student_data.time_limit_action": ("r", text(40), ""),
    "cmi.student_preference.audio": ("rw", {**number(-1, 100), "whole": True}, "0"),
    "cmi.student_preference.language": ("rw", text(255), ""),
    "cmi.student_preference.speed": ("rw", {**number(-100, 100), "whole": True}, "0"),
    "cmi.student_preference.text": ("rw", {**number(-1, 1), "whole": True}, "0"),
    "cmi.interactions.n.id": ("w", IDENTIFIER, None),
    "cmi.interactions.n.objectives.n.id": ("w", IDENTIFIER, None),
    "cmi.interactions.n.time": ("w", CLOCK_12, None),
    "cmi.interactions.n.type": ("w", words(*KINDS_12), None),
    "cmi.interactions.n.correct_responses.n.pattern": ("w", text(255), None),
    "cmi.interactions.n.weighting": ("w", number(), None),
    "cmi.interactions.n.student_response": ("w", text(255), None),
    "cmi.interactions.n.result": ("w", RESULT_12, None),
    "cmi.interactions.n.latency": ("w", SPAN_12, None),
}

IRI = {"re": r"\S+", "max": 4000}
SPAN = {
    "re": r"P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?)?",
    "max": 60,
}
STAMP = {
    "re": r"\d{4}(-\d{2}(-\d{2}(T\d{2}(:\d{2}(:\d{2}(\.\d{1,2}(Z|[+-]\d{2}(:\d{2})?)?)?)?)?)?)?)?"
    r"|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}(:?\d{2})?)?",
    "max": 40,
}
KINDS = (*KINDS_12[:2], "fill-in", "long-fill-in", "likert", "matching", "performance",
         "sequencing", "numeric", "other")  # fmt: skip
COMPLETION = words("completed", "incomplete", "not attempted", "unknown")
SUCCESS = words("passed", "failed", "unknown")
UNIT, SIGNED = number(0, 1), number(-1, 1)
RESULT = {"re": r"correct|incorrect|unanticipated|neutral|-?\d+(\.\d+)?", "max": 40}
NAVIGATION = {
    "re": r"continue|previous|exit|exitAll|abandon|abandonAll|suspendAll|_none_"
    r"|\{target=[^{}\s]+\}(choice|jump)",
    "max": 300,
}

V2004 = {
    "cmi._version": ("r", text(10), "1.0"),
    "cmi.comments_from_learner.n.comment": ("rw", text(4000), None),
    "cmi.comments_from_learner.n.location": ("rw", text(250), None),
    "cmi.comments_from_learner.n.timestamp": ("rw", STAMP, None),
    "cmi.comments_from_lms.n.comment": ("r", text(4000), None),
    "cmi.comments_from_lms.n.location": ("r", text(250), None),
    "cmi.comments_from_lms.n.timestamp": ("r", STAMP, None),
    "cmi.completion_status": ("rw", COMPLETION, "unknown"),
    "cmi.completion_threshold": ("r", UNIT, None),
    "cmi.credit": ("r", text(20), "credit"),
    "cmi.entry": ("r", text(20), "ab-initio"),
    "cmi.exit": ("w", words("time-out", "suspend", "logout", "normal", ""), ""),
    "cmi.interactions.n.id": ("rw", IRI, None),
    "cmi.interactions.n.type": ("rw", words(*KINDS), None),
    "cmi.interactions.n.objectives.n.id": ("rw", IRI, None),
    "cmi.interactions.n.timestamp": ("rw", STAMP, None),
    "cmi.interactions.n.correct_responses.n.pattern": ("rw", text(4000), None),
    "cmi.interactions.n.weighting": ("rw", number(), None),
    "cmi.interactions.n.learner_response": ("rw", text(4000), None),
    "cmi.interactions.n.result": ("rw", RESULT, None),
    "cmi.interactions.n.latency": ("rw", SPAN, None),
    "cmi.interactions.n.description": ("rw", text(250), None),
    "cmi.launch_data": ("r", text(4096), None),
    "cmi.learner_id": ("r", text(4000), ""),
    "cmi.learner_name": ("r", text(250), ""),
    "cmi.learner_preference.audio_level": ("rw", number(0, None), "1"),
    "cmi.learner_preference.language": ("rw", text(250), ""),
    "cmi.learner_preference.delivery_speed": ("rw", number(0, None), "1"),
    "cmi.learner_preference.audio_captioning": ("rw", words("-1", "0", "1"), "0"),
    "cmi.location": ("rw", text(1000), None),
    "cmi.max_time_allowed": ("r", text(40), None),
    "cmi.mode": ("r", text(20), "normal"),
    "cmi.objectives.n.id": ("rw", IRI, None),
    "cmi.objectives.n.score.scaled": ("rw", SIGNED, None),
    "cmi.objectives.n.score.raw": ("rw", number(), None),
    "cmi.objectives.n.score.min": ("rw", number(), None),
    "cmi.objectives.n.score.max": ("rw", number(), None),
    "cmi.objectives.n.success_status": ("rw", SUCCESS, "unknown"),
    "cmi.objectives.n.completion_status": ("rw", COMPLETION, "unknown"),
    "cmi.objectives.n.progress_measure": ("rw", UNIT, None),
    "cmi.objectives.n.description": ("rw", text(250), None),
    "cmi.progress_measure": ("rw", UNIT, None),
    "cmi.scaled_passing_score": ("r", SIGNED, None),
    "cmi.score.scaled": ("rw", SIGNED, None),
    "cmi.score.raw": ("rw", number(), None),
    "cmi.score.min": ("rw", number(), None),
    "cmi.score.max": ("rw", number(), None),
    "cmi.session_time": ("w", SPAN, None),
    "cmi.success_status": ("rw", SUCCESS, "unknown"),
    "cmi.suspend_data": ("rw", text(SUSPEND), None),
    "cmi.time_limit_action": ("r", text(40), "continue,no message"),
    "cmi.total_time": ("r", SPAN, "PT0S"),
    "adl.nav.request": ("rw", NAVIGATION, "_none_"),
    "adl.nav.request_valid.continue": ("r", text(10), "unknown"),
    "adl.nav.request_valid.previous": ("r", text(10), "unknown"),
}
# Which element of an entry has to be there before its others.
FIRST = ("cmi.interactions.n.id", "cmi.objectives.n.id")


def table(standard: str) -> dict:
    return V12 if standard == "1.2" else V2004


@functools.cache
def _pattern(expression: str):
    return re.compile(expression, re.ASCII)


NUMBER = re.compile(r"-?\d+(\.\d+)?|-?\.\d+", re.ASCII)


def fits(value: str, kind: dict) -> bool:
    """May an element of this type hold the text?"""
    if "words" in kind:
        return value in kind["words"]
    if "re" in kind:
        return len(value) <= kind["max"] and bool(_pattern(kind["re"]).fullmatch(value))
    if len(value) > 40 or not NUMBER.fullmatch(value):
        return False
    if kind.get("whole") and "." in value:
        return False
    least, most = kind["from"], kind["to"]
    return (least is None or float(value) >= least) and (most is None or float(value) <= most)


def wrong(standard: str, values) -> str:
    """Why these can't be what a part of that standard has set; "" if they can."""
    if not isinstance(values, dict) or len(values) > MOST_ELEMENTS:
        return "values"
    known = table(standard)
    for name, value in values.items():
        if not isinstance(value, str) or len(name) > 200:
            return name[:80]
        entries = re.findall(r"\.(\d{1,4})(?=\.)", name)
        access, kind, _first = known.get(re.sub(r"\.\d{1,4}(?=\.)", ".n", name), ("r", {}, None))
        if "w" not in access or any(int(each) >= MOST_ENTRIES for each in entries):
            return name[:80]
        if value and not fits(value, kind):
            return name[:80]
        if re.search("[\x00\ud800-\udfff]", value):
            return name[:80]
    return ""
