"""What can programs know of the rules that write to people? The triggers, and their templates."""

import datetime
from typing import Annotated, Literal

from ninja import Query
from pydantic import Field

from tms.programs.fields import Flag, IdText, Told
from tms.programs.looking import values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.resource import Resource

from .models import Template, Trigger

rules = Resource(tags=["Triggers"])

VALUES = (
    "name", "abbreviation", "template_id", "sender_id", "automatic", "disabled", "occasion",
    "offset", "side", "audience", "addresses", "pass_type_id", "token_type_id", "course_id",
    "enabled_at", "archived_at", "version",
)  # fmt: skip
OF_TEMPLATE = ("name", "target", "kind", "subject", "body", "archived_at", "version")


class TriggerTold(Told):
    """A rule: on this occasion, so many days before or after it, write this to these people."""

    id: int
    name: str
    abbreviation: str
    template: int
    sender: int | None = Field(description="null: the default sending address.")
    automatic: bool = Field(description="false: its messages wait for a person's approval.")
    disabled: bool
    occasion: str = Field(description="What it waits for: pass.expired, registration.made, …")
    offset: int = Field(description="In days.")
    side: Literal["before", "after"]
    audience: list[str]
    addresses: list[str]
    pass_type: int | None = Field(description="null: whichever.")
    token_type: int | None
    course: int | None
    enabled_at: datetime.datetime = Field(
        description="Nothing that happened before is written about."
    )
    archived_at: datetime.datetime | None
    version: int


class TemplateTold(Told):
    """What messages say: subject and body with fields to fill in."""

    id: int
    name: str
    target: str
    kind: Literal["service", "reminder", "announcement"]
    subject: str
    body: str
    archived_at: datetime.datetime | None
    version: int


class TriggerQuery(Listing):
    template: IdText | None = None
    archived: Annotated[Flag, Field(description="Archived ones too.")] = False


class TemplateQuery(Listing):
    archived: Annotated[Flag, Field(description="Archived ones too.")] = False


def told(row: dict) -> TriggerTold:
    row = {name.removesuffix("_id"): value for name, value in row.items()}
    return TriggerTold(id=row.pop("pk"), **row)


def told_template(row: dict) -> TemplateTold:
    return TemplateTold(id=row.pop("pk"), **row)


@rules.reads("/triggers", scope="messages:read", answer=Page[TriggerTold])
def list_triggers(request, asked: Query[TriggerQuery]):
    """List triggers."""
    found = Trigger.objects.all() if asked.archived else Trigger.objects.living()
    if asked.template is not None:
        found = found.filter(template=asked.template)
    items, following = page(found, asked, "triggers", VALUES)
    return Page[TriggerTold](items=[told(row) for row in items], next=following)


@rules.reads("/triggers/{int:pk}", scope="messages:read", answer=TriggerTold)
def get_trigger(request, pk: int):
    """Get a trigger."""
    return told(values_at(Trigger.objects, pk, VALUES))


@rules.reads("/templates", scope="messages:read", answer=Page[TemplateTold])
def list_templates(request, asked: Query[TemplateQuery]):
    """List templates of messages."""
    found = Template.objects.all() if asked.archived else Template.objects.living()
    items, following = page(found, asked, "templates", OF_TEMPLATE)
    return Page[TemplateTold](items=[told_template(row) for row in items], next=following)


@rules.reads("/templates/{int:pk}", scope="messages:read", answer=TemplateTold)
def get_template(request, pk: int):
    """Get a template of messages."""
    return told_template(values_at(Template.objects, pk, OF_TEMPLATE))
