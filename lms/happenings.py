"""What of learning may other programs ask to be told of?"""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import happenings

HAPPENINGS = [
    *happenings(
        _("Learning"),
        {
            "registration.made": _("Place registered"),
            "registration.moved": _("Place paid for by another pass"),
            "registration.transferred": _("Place moved to another date"),
            "registration.rescheduled": _("Learner asked whether a changed date suits"),
            "registration.kept": _("Place kept beyond its pass"),
            "registration.cancelled": _("Registration cancelled"),
            "registration.attended": _("Attendance marked"),
            "registration.completed": _("Registration completed"),
            "held_place.made": _("Unnamed place held"),
            "held_place.filled": _("Participant named for a place"),
            "held_place.moved": _("Unnamed place moved to another date"),
            "held_place.released": _("Unnamed place released"),
            "held_place.undated": _("Unnamed place without a date again"),
            "attempt.started": _("Quiz begun"),
            "attempt.submitted": _("Quiz handed in"),
            "quiz.attempt_given": _("One more attempt at a quiz given"),
            "waiting.joined": _("Waiting list joined"),
            "waiting.offered": _("Place offered to who waits"),
            "waiting.lapsed": _("Offer of a place ended"),
            "waiting.ended": _("Waiting list left"),
            "submission.made": _("Assignment handed in"),
            "submission.marked": _("Assignment marked"),
            "item.completed": _("Course or path completed"),
            "item.content_changed": _("Content of a course changed"),
            "item.certificate_changed": _("Certificate of a course or path changed"),
            "certificate.issued": _("Certificate issued"),
            "certificate.withdrawn": _("Certificate withdrawn"),
            "payment.started": _("Payment started"),
            "payment.paid": _("Payment received"),
            "payment.settled": _("Paid place given"),
            "payment.stuck": _("Payment needs action"),
            "payment.failed": _("Payment failed"),
            "payment.given_up": _("Payment given up"),
            "payment.refund_asked": _("Refund asked for"),
            "payment.refunded": _("Payment refunded"),
            "payment.part_refund_asked": _("Refund of a part asked for"),
            "payment.part_refunded": _("Part of a payment refunded"),
            "payment.reopened": _("Paid place taken back: needs action"),
            "request.made": _("Request made"),
            "request.answered": _("Request answered"),
        },
        20,
    ),
]
