"""How is the message log narrowed?"""

import django_filters
from django import forms
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from crm.choosing import any_contact_field, contacts_matching
from crm.models import Contact
from tms.models import User
from tms.occasions import occasions, targets
from tms.text import Fold
from tms.ui import filters

from .models import FOR_PEOPLE, Message, MessageState, Trigger

FEW = 1000


class MessageSearch(filters.Search):
    """By the subject, or by who it is written to: name or address."""

    def filter(self, qs, value):
        """Few are named by their ids, found by one index each. Of many, each is asked in the order
        of the list: the first page is full soon then."""
        text = (value or "").replace("\x00", "").strip()
        if not text:
            return qs
        ways = [each.order_by().values("pk")[: FEW + 1] for each in ways_to(text)]
        found = Message.objects.order_by().filter(pk__in=ways[0].union(*ways[1:], all=True))
        ids = list(found.values_list("pk", flat=True)[: FEW + 1])
        if len(ids) <= FEW:
            return qs.filter(pk__in=ids)
        words = [Fold(Value(word)) for word in text.split()[:8]]
        return qs.filter(
            in_all("search_text", words)
            | Q(contact__in=Contact.objects.filter(in_all("search_text", words)).values("pk"))
            | Q(user__in=users_named(words))
        )


def ways_to(text: str):
    """The messages that match, by each of the ways in which one can."""
    words = [Fold(Value(word)) for word in text.split()[:8]]
    yield Message.objects.filter(in_all("search_text", words))
    yield Message.objects.filter(contact__in=contacts_matching(Contact.objects.all(), text))
    yield Message.objects.filter(user__in=users_named(words))


def users_named(words):
    named = User.objects.annotate(folded=Fold("name"))
    return named.filter(in_all("folded", words)).order_by().values("pk")


def in_all(column: str, words) -> Q:
    found = Q()
    for word in words:
        found &= Q(**{f"{column}__contains": word})
    return found


def triggers_of(target: str) -> list[int]:
    """The ids of the rules about one target."""
    keys = [each.key for each in occasions().values() if each.target == target]
    return list(Trigger.objects.filter(occasion__in=keys).order_by().values_list("pk", flat=True))


class MessageFilter(filters.FilterSet):
    """Within one account."""

    q = MessageSearch(placeholder=_("Subject, person, address"))
    for_people = django_filters.BooleanFilter(
        method="waiting_for_people",
        widget=forms.CheckboxInput,
        label=_("Waits for a person"),
    )
    state = filters.Choice(choices=MessageState.choices, every=_("Every state"), label=_("State"))
    trigger = filters.Of(
        queryset=Trigger.objects.order_by("name_key", "pk"),
        every=_("Every trigger"),
        label=_("Trigger"),
    )
    target = filters.Choice(
        choices=lambda: [(each.key, each.label) for each in targets().values()],
        every=_("Every target"),
        label=_("Target"),
        method="of_target",
        keeps=False,
    )
    late = django_filters.BooleanFilter(
        method="are_late", widget=forms.CheckboxInput, label=_("Late")
    )
    due = filters.Moments(field_name="due_at", label=_("Between"))

    class Meta(filters.FilterSet.Meta):
        model = Message
        fields = ()

    def waiting_for_people(self, queryset, _name, value):
        return queryset.filter(state__in=FOR_PEOPLE) if value else queryset

    def of_target(self, queryset, _name, value):
        return queryset.filter(trigger__in=triggers_of(value))

    def are_late(self, queryset, _name, value):
        return queryset.filter(late=True) if value else queryset


class AllMessagesFilter(MessageFilter):
    """Among all messages."""

    contact = filters.Among(any_contact_field, label=_("Recipient"))
