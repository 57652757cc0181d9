"""What is still to be done for somebody, by whom, by when; and what was noted about them?"""

import datetime

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast, Coalesce, Concat, TruncDate
from django.utils.translation import gettext_lazy as _

from tms.text import Fold

NOUNS = ("contact", "account", "opportunity")


def about_one() -> Q:
    """Exactly one of the nouns is there."""
    found = Q()
    for noun in NOUNS:
        found |= Q(**{f"{other}__isnull": other != noun for other in NOUNS})
    return found


class TaskState(models.TextChoices):
    """Worked out from its days; never stored."""

    OVERDUE = "overdue", _("Overdue")
    TODAY = "today", _("Due today")
    OPEN = "open", _("Open")
    DONE = "done", _("Done")


class AboutSomebody(models.Model):
    """Stands under one contact, account or opportunity."""

    contact = models.ForeignKey("crm.Contact", on_delete=models.PROTECT, null=True)
    account = models.ForeignKey("crm.Account", on_delete=models.PROTECT, null=True)
    opportunity = models.ForeignKey("crm.Opportunity", on_delete=models.PROTECT, null=True)

    class Meta:
        abstract = True

    @property
    def noun(self) -> str:
        return next(noun for noun in NOUNS if getattr(self, f"{noun}_id"))

    @property
    def owner(self):
        """The contact, account or opportunity that it is about."""
        return getattr(self, self.noun)


class TaskQuerySet(models.QuerySet):
    def open(self):
        return self.filter(done_at=None)

    def in_state(self, state, on: datetime.date):
        """Those that are in `state` on the day; "open" are all that aren't done."""
        waiting = Q(done_at=None)
        return self.filter(
            {
                TaskState.OPEN: waiting,
                TaskState.OVERDUE: waiting & Q(due_key__lt=on),
                TaskState.TODAY: waiting & Q(due_key=on),
                TaskState.DONE: Q(done_at__isnull=False),
            }[TaskState(state)]
        )


class Task(AboutSomebody):
    """One thing to do: by `assignee`, who works in the back office, perhaps by a day."""

    title = models.CharField(_("title"), max_length=200)
    details = models.TextField(_("details"), blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="tasks",
        verbose_name=_("assignee"),
    )
    made_at = models.DateTimeField(editable=False)
    done_at = models.DateTimeField(null=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=0, editable=False)

    title_key = models.GeneratedField(
        expression=Fold("title"), output_field=models.TextField(), db_persist=True
    )
    # When it is due, for sorting: what has no day is last.
    due_key = models.GeneratedField(
        expression=Coalesce("due_on", models.Value(datetime.date(9999, 12, 31))),
        output_field=models.DateField(),
        db_persist=True,
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=about_one(), name="task_about_one")]
        indexes = [
            models.Index(fields=["due_key", "id"], name="task_due"),
            models.Index(fields=["assignee", "due_key", "id"], name="task_assignee"),
            models.Index(fields=["due_key", "id"], name="task_open", condition=Q(done_at=None)),
            models.Index(
                fields=["assignee", "due_key", "id"],
                name="task_assignee_open",
                condition=Q(done_at=None),
            ),
            *(
                models.Index(
                    fields=[noun, "due_key", "id"],
                    name=f"task_{noun}",
                    condition=Q(**{f"{noun}__isnull": False}),
                )
                for noun in NOUNS
            ),
            GinIndex(OpClass("title_key", name="gin_trgm_ops"), name="task_search"),
        ]

    def __str__(self):
        return self.title

    def state_on(self, day: datetime.date) -> TaskState:
        if self.done_at:
            return TaskState.DONE
        if self.due_on and self.due_on <= day:
            return TaskState.TODAY if self.due_on == day else TaskState.OVERDUE
        return TaskState.OPEN


def noted(noun: str):
    """What was noted about it, the newest first, in one text: "2026-11-22: Rang."."""
    written = Note.objects.filter(**{noun: models.OuterRef("pk")}).order_by().values(noun)
    text = models.TextField()
    day = Cast(TruncDate("at"), text)
    each = Concat(day, models.Value(": ", output_field=text), "text", output_field=text)
    every = models.StringAgg(each, delimiter=models.Value("\n\n"), order_by=["-id"])
    return models.Subquery(written.annotate(every=every).values("every"))


class Note(AboutSomebody):
    """What somebody wrote down about a contact, an account or an opportunity."""

    text = models.TextField(_("text"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    at = models.DateTimeField(editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=about_one(), name="note_about_one")]
        indexes = [
            models.Index(
                fields=[noun, "-id"],
                name=f"note_{noun}",
                condition=Q(**{f"{noun}__isnull": False}),
            )
            for noun in NOUNS
        ]

    def __str__(self):
        return self.text[:60]
