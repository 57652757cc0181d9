"""What do sign-in, letters and background work hold about a person? How is it taken out?"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms.consequences import Consequence
from tms.models import AuditRow, Job, JournalRow, KeptMail, OperationKey, User
from tms.models.work import JobState
from tms.personal import ERASED, NAME, Part, Person, part
from tms.refusals import Refusal

FINISHED = (JobState.DONE, JobState.FAILED)
SIGN_IN = ("id", "email", "name", "language", "is_active", "joined_at", "last_login")


def held(person: Person) -> list[Part]:
    user = {"user__in": person.users}
    return [
        part("sign_in", _("Sign-in"), User.objects.filter(pk__in=person.users), *SIGN_IN),
        part("addresses", _("Addresses"), EmailAddress.objects.filter(**user), "email", "verified"),
        part(
            "second_factors",
            _("Second factors"),
            Authenticator.objects.filter(**user),
            "type",
            "created_at",
            "last_used_at",
        ),
        part(
            "single_sign_on",
            _("Single sign-on"),
            SocialAccount.objects.filter(**user),
            "provider",
            "uid",
            "extra_data",
        ),
        part(
            "sessions",
            _("Signed in at"),
            UserSession.objects.filter(**user),
            "ip",
            "user_agent",
            "created_at",
            "last_seen_at",
        ),
        part("letters", _("Letters not sent"), letters(person), "to", "subject", "text", "at"),
        part("jobs", _("Background work"), mentioning_jobs(person), "id", "title", "result"),
        part(
            "history",
            _("History"),
            JournalRow.objects.filter(
                Q(contact_id__in=person.contacts) | Q(other_contact_id__in=person.contacts)
            ),
            "at",
            "kind",
            "subject_kind",
            "subject_id",
            "before",
            "after",
            "reason",
        ),
        part(
            "recorded",
            _("Changes recorded by the database"),
            AuditRow.objects.filter(
                Q(contact_id__in=person.contacts)
                | Q(model="tms.user", record__in=person.users)
                | Q(model="crm.account", record__in=person.own_accounts)
            ),
            "recorded_at",
            "model",
            "record",
            "operation",
            "before",
            "after",
            "address",
        ),
    ]


def erase(person: Person, *, at, on, by) -> list[Consequence]:
    """End the sign-in for good; take letters, files and answers that name the person.

    Refused while work with a file isn't finished: it may bring the person back.
    """
    refuse_during_work()
    told = []
    users = User.objects.select_for_update(of=("self",)).filter(pk__in=person.users)
    for user in users.order_by("pk"):
        end_sign_in(user)
    if person.users:
        told.append(Consequence("closes", _("The sign-in ends; all its sessions do too."), 1))
    letters(person).delete()
    remembered = OperationKey.objects.annotate(said=Cast("answer", TextField()))
    remembered.filter(person.mentioned("said")).update(answer={})
    mentioning_jobs(person).update(title=ERASED, arguments={}, result={}, back_to="")
    if count := take_files():
        sentence = ngettext(
            "The file of %(count)s finished import or export is deleted: it may name them.",
            "The files of %(count)s finished imports and exports are deleted: they may name them.",
            count,
        )
        told.append(Consequence("closes", sentence % {"count": count}, count))
    return told


def refuse_during_work() -> None:
    waiting = Job.objects.exclude(state__in=FINISHED).exclude(upload="").order_by("pk").first()
    if waiting:
        raise Refusal(
            _(
                "“%(work)s” (job %(number)s) isn't finished and may name this person. Wait for its "
                "end; if it is parked, run it again or leave it, under Operations."
            )
            % {"work": waiting.title, "number": waiting.pk}
        )


def end_sign_in(user: User) -> None:
    """Nothing of the user is left but the number; every session ends with the transaction."""
    sessions = list(UserSession.objects.filter(user=user))
    keys = [session.session_key for session in sessions]
    Session.objects.filter(session_key__in=keys).delete()
    for session in sessions:
        transaction.on_commit(session.end, robust=True)
    SocialToken.objects.filter(account__user=user).delete()
    for model in (UserSession, SocialAccount, Authenticator, EmailAddress):
        model.objects.filter(user=user).delete()
    user.name, user.email, user.language = NAME, f"erased-{user.pk}@erased.invalid", ""
    user.is_active = False
    user.set_unusable_password()
    user.save()


def letters(person: Person):
    """Letters that were kept instead of sent, to them or about them."""
    return KeptMail.objects.filter(person.mentioned("to", "subject", "text", "html"))


def mentioning_jobs(person: Person):
    """Finished work that says their name in its title, its answer, or what it was asked."""
    jobs = Job.objects.filter(state__in=FINISHED).annotate(
        asked=Cast("arguments", TextField()), said=Cast("result", TextField())
    )
    return jobs.filter(person.mentioned("title", "asked", "said", "back_to"))


def take_files() -> int:
    """Take the files of all finished work: a workbook can't be searched for a name."""
    jobs = Job.objects.filter(state__in=FINISHED).exclude(file="", upload="")
    names = [name for pair in jobs.values_list("file", "upload") for name in pair if name]
    count = jobs.count()
    jobs.update(file="", upload="")
    # What was taken out can't be offered any more.
    for job in jobs.model.objects.filter(state__in=FINISHED, result__has_key="links"):
        job.result.pop("links")
        job.save(update_fields=["result"])
    transaction.on_commit(lambda: [default_storage.delete(name) for name in names], robust=True)
    return count
