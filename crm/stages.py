"""Through which stages does an opportunity go?"""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from tms import journal
from tms.compiled import Rows, Statement
from tms.refusals import Refusal
from tms.text import one_line

from .models import Opportunity, Stage, StageKind

# What a new installation has: name, what it counts as, how likely.
DEFAULTS = [
    (gettext_noop("Enquiry"), StageKind.OPEN, 10),
    (gettext_noop("Proposal"), StageKind.OPEN, 40),
    (gettext_noop("Negotiation"), StageKind.OPEN, 70),
    (gettext_noop("Won"), StageKind.WON, 100),
    (gettext_noop("Lost"), StageKind.LOST, 0),
]

living = Rows(lambda: Stage.objects.living())


def make_defaults(using: str = "default") -> None:
    """Make the stages of a new installation, where there are none."""
    if not Stage.objects.using(using).exists():
        Stage.objects.using(using).bulk_create(
            Stage(name=name, kind=kind, probability=probability, position=position)
            for position, (name, kind, probability) in enumerate(DEFAULTS, 1)
        )


def name_defaults(**_more) -> None:
    """Call the first stages what they are called in the language of the moment: at set-up, before
    anybody could have changed them."""
    for stage in Stage.objects.filter(name__in=[name for name, *_of in DEFAULTS]):
        stage.name = _(stage.name)
        stage.save(update_fields=["name"])


def make_defaults_after_migrate(app_config, using, **_more) -> None:
    """The receiver of `post_migrate`."""
    if app_config.label == "crm":
        make_defaults(using)


def first(kind: str) -> Stage:
    """The first stage in use of a kind; there is always one."""
    return Stage.objects.living().filter(kind=kind).first()


HELD = Statement(
    "SELECT archived_at, kind FROM crm_stage WHERE id = %(stage)s::bigint FOR KEY SHARE"
)


def hold(stage: Stage) -> Stage:
    """The stage as it is now. Until the transaction ends nobody archives it, or changes what it
    counts as; others may hold it too. One statement. Raises Refusal when it is gone.
    """
    found = HELD(stage=stage.pk)
    if not found:
        raise Refusal(_("This stage is no longer there. Choose another one."), field="stage")
    ((stage.archived_at, stage.kind),) = found
    return stage


@transaction.atomic
def create(*, name: str, kind: str = StageKind.OPEN, probability: int = 0, at, on, by) -> Stage:
    """Add a stage: after the last one of its kind. Refused without a name, and twice."""
    stages = _locked()
    values = _checked(name=name, kind=kind, probability=probability)
    _refuse_twice(values["name"], stages)
    stage = Stage.objects.create(position=_place_for(kind, stages), **values)
    journal.write("stage.created", stage.pk, at=at, on=on, by=by, after=values)
    return stage


@transaction.atomic
def edit(stage_id: int, *, name: str, kind: str, probability: int, at, on, by) -> Stage:
    """Change a stage. What it counts as stays while opportunities are in it."""
    stages = _locked()
    stage = _found(stages, stage_id)
    values = _checked(name=name, kind=kind, probability=probability)
    _refuse_twice(values["name"], [each for each in stages if each.pk != stage_id])
    if kind != stage.kind:
        if Opportunity.objects.filter(stage=stage).exists():
            raise Refusal(
                _("There are opportunities in this stage: what it counts as can't change."),
                field="kind",
            )
        _refuse_last_of_kind(stage, stages)
    before = {key: getattr(stage, key) for key in values if getattr(stage, key) != values[key]}
    if before:
        Stage.objects.filter(pk=stage.pk).update(**values)
        after = {key: values[key] for key in before}
        journal.write("stage.edited", stage.pk, at=at, on=on, by=by, before=before, after=after)
    return Stage.objects.get(pk=stage.pk)


@transaction.atomic
def move(stage_id: int, *, earlier: bool, at, on, by) -> None:
    """Change places with the stage before or after; at the end nothing happens."""
    stages = _locked()
    stage = _found(stages, stage_id)
    place = stages.index(stage)
    other = place - 1 if earlier else place + 1
    if not 0 <= other < len(stages):
        return
    stages[place], stages[other] = stages[other], stages[place]
    for position, each in enumerate(stages, 1):
        each.position = position
    Stage.objects.bulk_update(stages, ["position"])
    journal.write("stage.moved", stage.pk, at=at, on=on, by=by, after={"position": stage.position})


@transaction.atomic
def archive(stage_id: int, *, at, on, by) -> None:
    """Offer it no more. What is in it stays there; refused for the last of its kind."""
    stages = _locked()
    stage = _found(stages, stage_id)
    _refuse_last_of_kind(stage, stages)
    if open_ones := Opportunity.objects.open().filter(stage=stage).count():
        raise Refusal(
            ngettext(
                "An open opportunity is in this stage. Move it to another one first.",
                "%(n)s open opportunities are in this stage. Move them to another one first.",
                open_ones,
            )
            % {"n": open_ones}
        )
    Stage.objects.filter(pk=stage.pk).update(archived_at=at)
    journal.write("stage.archived", stage.pk, at=at, on=on, by=by)


@transaction.atomic
def restore(stage_id: int, *, at, on, by) -> None:
    """Offer it again: after the last one of its kind."""
    stages = _locked()
    stage = Stage.objects.select_for_update().get(pk=stage_id)
    if stage.archived_at is None:
        return
    _refuse_twice(stage.name, stages)
    place = _place_for(stage.kind, stages)
    Stage.objects.filter(pk=stage.pk).update(archived_at=None, position=place)
    journal.write("stage.restored", stage.pk, at=at, on=on, by=by)


def _locked() -> list[Stage]:
    """Every stage in use, in order: they change one after another.

    Locked first and only then read: whoever waited for the locks would be given the rows in the
    order that they were in before, and without those added meanwhile.
    """
    list(Stage.objects.living().select_for_update().values_list("pk"))
    return list(Stage.objects.living())


def _place_for(kind: str, stages) -> int:
    """The position after the last stage of the kind; those that follow make room."""
    place = max((n for n, each in enumerate(stages, 1) if each.kind == kind), default=len(stages))
    for n, each in enumerate(stages, 1):
        each.position = n if n <= place else n + 1
    Stage.objects.bulk_update(stages, ["position"])
    return place + 1


def _found(stages, stage_id: int) -> Stage:
    stage = next((each for each in stages if each.pk == stage_id), None)
    if stage is None:
        raise Refusal(_("This stage was archived meanwhile. Restore it first."))
    return stage


def _checked(*, name, kind, probability) -> dict:
    name = one_line(name, field="name")
    if not name:
        raise Refusal(_("Give the stage a name."), field="name")
    if len(name) > 60:
        raise Refusal(_("The name of a stage takes 60 characters."), field="name")
    if kind not in StageKind.values:
        raise Refusal(_("A stage counts as open, won or lost."), field="kind")
    if not 0 <= probability <= 100:
        raise Refusal(_("A probability is between 0 and 100 %."), field="probability")
    return {"name": name, "kind": kind, "probability": probability}


def _refuse_twice(name: str, stages) -> None:
    if any(each.name.lower() == name.lower() for each in stages):
        raise Refusal(_("There is a stage with this name already."), field="name")


def _refuse_last_of_kind(stage: Stage, stages) -> None:
    if not any(each.kind == stage.kind and each.pk != stage.pk for each in stages):
        raise Refusal(
            _("This is the only stage that counts as %(kind)s, and there has to be one.")
            % {"kind": StageKind(stage.kind).label}
        )
