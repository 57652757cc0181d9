"""What is taught, when, and how many places are there?"""

from ..view import TODAY, View

VIEW = View(
    "One run of a course: classroom, blended or LMS.",
    {
        "id": ("e.id", "Number of the event"),
        "capacity": ("e.capacity", "How many places there are; empty: no maximum"),
        "taken": ("e.taken", "How many of them are taken"),
        "course_id": ("e.course_id", "Number of the course"),
        "course_code": ("i.code", "Code of the course"),
        "course_title": ("i.title", "Title of the course"),
        "code": ("e.code", "Code of the event"),
        "type": ("e.type", "classroom, blended or lms"),
        # The same table as Event.status_on; a test holds them together.
        "state": (
            "CASE WHEN e.status IN ('cancelled', 'draft') THEN e.status"
            f" WHEN e.last_on < {TODAY} THEN 'completed'"
            f" WHEN e.first_on <= {TODAY} THEN 'running'"
            " WHEN e.taken >= e.capacity THEN 'full'"
            " ELSE 'open' END",
            "draft, open, full, running, completed or cancelled, as of today",
        ),
        "place": ("e.place", "Where it is held"),
        "first_on": ("e.first_on", "Day of the first session; empty for LMS events"),
        "last_on": ("e.last_on", "Day of the last session"),
        "starts_at": ("e.starts_at", "The moment it starts"),
        "ends_at": ("e.ends_at", "The moment it ends"),
    },
    "catalog_event e LEFT JOIN catalog_item i ON i.id = e.course_id",
)
