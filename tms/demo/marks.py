"""Who teaches at Northlight, and who looks after Kestrel's training? Both sign in to the LMS."""

from catalog.models import Session
from crm import contacts, managers, teaching
from crm.models import Contact
from tms.people import staff

from . import people


def mark(world) -> None:
    """Instructors are contacts, chosen for every session that names them."""
    for name, email in people.INSTRUCTORS:
        given, _space, family = name.partition(" ")
        teacher = contacts.create(
            first_name=given,
            last_name=family,
            email=email,
            job_title="Trainer",
            is_instructor=True,
            **world.who(300),
        )
        for each in Session.objects.filter(instructor=name).order_by("starts_at", "pk"):
            teaching.choose(each, [teacher], **world.who(69))
    kestrel, hanna = world.account("Kestrel Rail Group"), world.contact(people.MANAGER)
    managers.choose(kestrel, [hanna], **world.who(290))
    for contact in (world.contact(people.INSTRUCTORS[0][0]), hanna):
        user = staff.admit(contact.email, contact.name, people.PASSWORD, **world.who(300))
        Contact.objects.filter(pk=contact.pk).update(user=user)
