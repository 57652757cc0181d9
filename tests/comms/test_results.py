"""Messages that tell a learner of a certificate, and of a mark."""

import pytest

from lms import assignments, certificates
from lms.models import CertificateTerms, Submission
from tests.factories import AssignmentFactory, CourseFactory

pytestmark = pytest.mark.django_db


def test_a_granted_certificate_is_told_to_who_has_it(clock, trigger, fire, log, ada, office):
    trigger("certificate.issued")
    course = CourseFactory(title="Signalling Basics")
    CertificateTerms.objects.create(item=course)
    who = {"at": clock.at, "on": clock.on(), "by": office}
    made = certificates.issue(ada.pk, course.pk, cause="c1", **who)
    clock.move(minutes=1)
    fire()
    fire()
    assert log("contact_id", "subject_id") == [(ada.pk, made.pk)]


def test_a_marked_assignment_is_told_once(clock, trigger, fire, log, ada, office):
    trigger("submission.marked")
    submission = Submission.objects.create(
        contact=ada, unit=AssignmentFactory().unit, number=1, name="plan.pdf", kind="pdf", size=9,
        submitted_at=clock.at,
    )  # fmt: skip
    clock.move(minutes=1)
    fire()
    assert log("pk") == []
    who = {"at": clock.at, "on": clock.on(), "by": office}
    assignments.mark(submission, version=0, passed=True, score=80, feedback="Good.", **who)
    clock.move(minutes=1)
    fire()
    assert log("contact_id", "subject_id") == [(ada.pk, submission.pk)]
