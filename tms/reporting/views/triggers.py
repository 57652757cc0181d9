"""Which rules write to people?"""

from ..view import View

VIEW = View(
    "A rule that writes a message so many days before or after something happens.",
    {
        "id": ("t.id", "Number of the trigger"),
        "name": ("t.name", "Its name"),
        "abbreviation": ("t.abbreviation", "Its short name"),
        "target": (
            "split_part(t.occasion, '.', 1)",
            "What its messages are about: pass, tokens, registration, opportunity or content",
        ),
        "occasion": ("t.occasion", "What it waits for: pass.expired"),
        "days": (
            "CASE t.side WHEN 'before' THEN -t.offset ELSE t.offset END",
            "How many days after it messages are due; below zero: before",
        ),
        "template_id": ("t.template_id", "The template that its messages are made from"),
        "automatic": ("t.automatic", "Whether they leave without a person's approval"),
        "disabled": ("t.disabled", "Whether it is switched off"),
        "audience": (
            "array_to_string(t.audience, ', ')",
            "Who is written to, separated by commas",
        ),
        "pass_type_id": ("t.pass_type_id", "The one pass type it is about; empty: all"),
        "token_type_id": ("t.token_type_id", "The one token type it is about; empty: all"),
        "course_id": ("t.course_id", "The one course it is about; empty: all"),
        "enabled_at": ("t.enabled_at", "Nothing that happened before is written about"),
        "archived_at": ("t.archived_at", "When it was archived; empty: it was not"),
    },
    "comms_trigger t",
)
