"""What is to be done for Northlight's customers, and what was noted about them?"""

import datetime

from crm import notes, tasks
from tms.models import User

# days ago it was made, about whom, due in so many days (None: some day), by whom, done, title
TASKS = [
    (9, "Ada Lindqvist", -2, "admin@northlight.example", False, "Send the plan for depot managers"),
    (6, "Kestrel Rail Group", 0, "admin@northlight.example", False, "Call about the framework"),
    (4, "Elsa Nyström", 3, "admin@northlight.example", False, "Agree dates for ward managers"),
    (3, "Brightwater Utilities", 9, "sales@northlight.example", False, "Quote for ten passes"),
    (20, "Lumen & Ash", -12, "sales@northlight.example", True, "Ask for a new address"),
    (15, "Jonas Berg", None, "sales@northlight.example", False, "Ask how the two days went"),
]
COMPANIES = {"Kestrel Rail Group", "Brightwater Utilities", "Lumen & Ash"}
NOTES = [
    (30, "Ada Lindqvist", "Decides about training for the depots. Prefers mail; rings back late."),
    (12, "Kestrel Rail Group", "Budget is set in March.\nOrders over 20,000 go to the board."),
    (5, "Kestrel Rail Group", "Wants everything on one invoice a quarter."),
]


def live(world) -> None:
    """Each through its verb, on its day."""
    for days_ago, about, due, address, done, title in TASKS:
        who = world.who(days_ago)
        task = tasks.add(
            _owner(world, about),
            title=title,
            due_on=None if due is None else world.today + datetime.timedelta(days=due),
            assignee=User.objects.get(email=address),
            **who,
        )
        if done:
            tasks.tick(task.pk, **world.who(days_ago - 1))
    for days_ago, about, text in NOTES:
        notes.add(_owner(world, about), text=text, **world.who(days_ago))


def _owner(world, name: str):
    """An account by its name, or a contact."""
    return world.account(name) if name in COMPANIES else world.contact(name)
