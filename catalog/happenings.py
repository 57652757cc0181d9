"""What of the catalogue may other programs ask to be told of?"""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import happenings

HAPPENINGS = [
    *happenings(
        _("Courses and paths"),
        {
            "item.created": _("Course or path created"),
            "item.edited": _("Course or path edited"),
            "item.published": _("Course or path published"),
            "item.archived": _("Course or path archived"),
            "item.restored": _("Course or path restored"),
            "item.deleted": _("Course or path deleted"),
            "item.steps_added": _("Steps added to a path"),
            "item.step_changed": _("Step of a path changed"),
            "item.step_moved": _("Step of a path moved"),
            "item.step_removed": _("Step removed from a path"),
            "category.created": _("Category created"),
            "category.edited": _("Category edited"),
            "category.moved": _("Category moved"),
            "category.deleted": _("Category deleted"),
        },
        50,
    ),
    *happenings(
        _("Events"),
        {
            "event.created": _("Event created"),
            "event.edited": _("Event edited"),
            "event.opened": _("Event opened"),
            "event.withdrawn": _("Event withdrawn"),
            "event.cancelled": _("Event cancelled"),
            "event.deleted": _("Event deleted"),
            "event.session_added": _("Session added"),
            "event.session_changed": _("Session changed"),
            "event.session_removed": _("Session removed"),
            "event.instructors_chosen": _("Instructors of a session chosen"),
        },
        45,
    ),
    *happenings(
        _("Prices and regions"),
        {
            "priced.price_set": _("Price set"),
            "priced.price_changed": _("Price changed"),
            "priced.price_removed": _("Price removed"),
            "region.created": _("Region created"),
            "region.edited": _("Region edited"),
            "region.archived": _("Region archived"),
            "region.restored": _("Region restored"),
            "region.deleted": _("Region deleted"),
            "region.made_default": _("Region made the default"),
            "tax_level.created": _("Tax level created"),
            "tax_level.edited": _("Tax level edited"),
            "tax_level.archived": _("Tax level archived"),
            "tax_level.restored": _("Tax level restored"),
            "tax_level.deleted": _("Tax level deleted"),
            "unit.created": _("Currency added"),
            "unit.archived": _("Currency archived"),
            "unit.restored": _("Currency restored"),
            "unit.deleted": _("Currency deleted"),
        },
        70,
    ),
]
