"""Who took which quiz, with which result?"""

from lms.counting import COUNTS

from ..view import View

VIEW = View(
    "One attempt at the quiz of a course; what was answered is left out.",
    {
        "id": ("a.id", "Number of the attempt"),
        "contact_id": ("a.contact_id", "Who took it"),
        "course_id": ("s.course_id", "The course that the quiz is in"),
        "unit_id": ("a.unit_id", "The unit of the course that is the quiz"),
        "quiz": ("u.title", "What that is called"),
        "number": ("a.number", "Their first, second, … attempt at it"),
        "state": (
            "CASE WHEN a.withdrawn_at IS NOT NULL THEN 'withdrawn'"
            " WHEN a.submitted_at IS NULL THEN 'open'"
            " WHEN a.passed THEN 'passed' ELSE 'failed' END",
            "open, passed, failed or withdrawn; one that was withdrawn doesn't count",
        ),
        "points": ("a.points", "How many points could be had"),
        "score": ("a.score", "How many of them were; empty: not handed in"),
        "pass_mark": ("a.pass_mark", "How many per cent of the points passed it"),
        "started_at": ("a.started_at", "When it was begun"),
        "submitted_at": ("a.submitted_at", "When it was handed in; empty: it was not"),
        "counts": (
            COUNTS.format(a="a"),
            "Is it the result, as the quiz is set: their best attempt, or their last?",
        ),
    },
    "lms_attempt a JOIN lms_contentunit u ON u.id = a.unit_id"
    " JOIN lms_section s ON s.id = u.section_id",
)
