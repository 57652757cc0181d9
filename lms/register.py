"""What learning brings to the shell and to other pages."""

from django.utils.translation import gettext_lazy as _

from tms.programs.scopes import Scope
from tms.ui import reports
from tms.ui.register import (
    FINANCIAL,
    LMS,
    PASSES,
    TRAINING,
    Fact,
    MenuEntry,
    Names,
    Option,
    Panel,
    ReportEntry,
    Tab,
)

from . import happenings, told, told_payments, told_quiz, told_waiting
from .views import (
    certificates,
    content,
    dashboard,
    held_lists,
    registrations,
    utilisation,
    waiting,
    why,
)

MENU = [
    MenuEntry(_("Dashboard"), "dashboard", position=1),
    MenuEntry(_("Reports"), "reports", position=900, when=reports.any_for),
]

CONTROL_PANEL = [
    Option(
        LMS,
        _("Requests"),
        _("What learners ask for: passes and places, and the answers"),
        "lms:requests",
        "lms.answer_requests",
        "send",
        words=(_("ask"), _("wish"), _("answer"), _("grant"), _("decline")),
        position=10,
    ),
    Option(
        LMS,
        _("Registrations"),
        _("Every learner's place on every event and learning path"),
        "lms:registrations",
        "lms.view_registrations",
        "list-checks",
        words=(_("bookings"), _("participants"), _("enrolments"), _("attendance")),
        position=20,
    ),
    Option(
        LMS,
        _("Unnamed places"),
        _("Places that were sold before anybody was named for them"),
        "lms:held_places",
        "lms.view_registrations",
        "ticket",
        words=(_("participants"), _("held"), _("release"), _("seats")),
        position=30,
    ),
    Option(
        LMS,
        _("Certificates"),
        _("What was proven to whom, until when, and by which number"),
        "lms:all_certificates",
        "lms.view_registrations",
        "award",
        words=(_("diploma"), _("proof"), _("validity"), _("recertification")),
        position=40,
    ),
    Option(
        FINANCIAL,
        _("Payments"),
        _("What was paid online, what needs action, and refunds"),
        "lms:payments",
        "lms.view_payments",
        "credit-card",
        words=(_("card"), _("Stripe"), _("refund"), _("money")),
        position=60,
    ),
    Option(
        LMS,
        _("Quiz attempts"),
        _("Who took which quiz, what they answered, and with which result"),
        "lms:attempts",
        "lms.view_registrations",
        "list-todo",
        words=(_("quizzes"), _("tests"), _("scores"), _("answers")),
        position=40,
    ),
    Option(
        LMS,
        _("Assignments to be marked"),
        _("What learners handed in, and what was said of it"),
        "lms:marking",
        "lms.view_registrations",
        "inbox",
        words=(_("submissions"), _("homework"), _("uploads"), _("mark"), _("grade")),
        position=50,
    ),
]

REPORTS = [
    ReportEntry(
        PASSES,
        _("Use of passes"),
        _("What the holders of a pass really use of it, item by item and holder by holder"),
        "lms:report_use",
        utilisation.SEE,
        "list-checks",
        25,
    ),
    ReportEntry(
        TRAINING,
        _("Registrations"),
        _("How many places were registered for, by training, way of paying or what became of it"),
        "lms:report_registered",
        "lms.view_registrations",
        "ticket",
        10,
    ),
    ReportEntry(
        TRAINING,
        _("Attendance"),
        _("Who was there of those who had a place, by month or by course"),
        "lms:report_attendance",
        "lms.view_registrations",
        "user-check",
        20,
    ),
    ReportEntry(
        TRAINING,
        _("Completion"),
        _("How large a part of those who registered completed it, and has a certificate"),
        "lms:report_completion",
        "lms.view_registrations",
        "circle-check",
        30,
    ),
    ReportEntry(
        TRAINING,
        _("Completions and certificates"),
        _("How many completed what, month by month, and how many certificates were issued"),
        "lms:report_completed",
        "lms.view_registrations",
        "award",
        40,
    ),
]

PANELS = [
    Panel("dashboard", "seats", dashboard.seats, "catalog.view_catalogue", position=50),
    Panel("dashboard", "waiting", dashboard.waiting, dashboard.ANSWER, position=60),
    Panel("dashboard", "to_mark", dashboard.to_mark, "lms.view_registrations", position=62),
    Panel("dashboard", "to_settle", dashboard.to_settle, "lms.view_payments", position=64),
    Panel("course", "content", content.draw, "catalog.view_catalogue", position=20),
    Panel(
        "course",
        "certificate",
        certificates.panel,
        "catalog.view_catalogue",
        column="side",
        position=60,
    ),
    Panel(
        "path",
        "certificate",
        certificates.panel,
        "catalog.view_catalogue",
        column="side",
        position=60,
    ),
    Panel("course", "why", why.panel, why.LOOK, column="side", position=70),
    Panel("path", "why", why.panel, why.LOOK, column="side", position=70),
    Panel(
        "contact",
        "registrations",
        registrations.contact_panel,
        "lms.view_registrations",
        position=40,
    ),
    Panel(
        "event", "registrations", registrations.event_panel, "lms.view_registrations", position=20
    ),
    Panel("event", "waiting", waiting.panel, "lms.view_registrations", position=22),
    Panel("event", "held_places", held_lists.event_panel, "lms.view_registrations", position=25),
    Panel(
        "account_registrations",
        "held_places",
        held_lists.account_panel,
        "lms.view_registrations",
    ),
    Panel(
        "opportunity",
        "held_places",
        held_lists.opportunity_panel,
        "lms.view_registrations",
        position=40,
    ),
    Panel("pass", "registrations", registrations.pass_panel, "lms.view_registrations", position=20),
]

TABS = [
    Tab(
        "account",
        _("Registrations"),
        "registrations",
        "lms:of_account",
        "lms.view_registrations",
        50,
        count=registrations.count_of_account,
    ),
]

NAMES = [
    Names("registration", told.registrations),
    Names("held_place", told.held_places),
    Names("request", told.requests),
    Names("payment", told_payments.payments),
    Names("attempt", told_quiz.attempts),
    Names("quiz", told_quiz.quizzes),
    Names("waiting", told_waiting.names),
    Names("submission", told_quiz.submissions),
    Names("completion", told.completions),
    Names("certificate", told.certificates),
]

FACTS = [
    Fact("registration.made", "ticket", told.made, "good"),
    Fact("registration.cancelled", "ban", told.cancelled, "bad"),
    Fact("registration.moved", "arrow-right-left", told.moved),
    Fact("registration.transferred", "calendar-clock", told_waiting.transferred),
    Fact("registration.rescheduled", "calendar-clock", told_waiting.rescheduled),
    Fact("registration.kept", "calendar-clock", told.kept),
    Fact("registration.attended", "user-check", told.attended, "good"),
    Fact("registration.completed", "circle-check", told.completed, "good"),
    Fact("held_place.made", "ticket", told.held, "good"),
    Fact("held_place.filled", "user-check", told.filled, "good"),
    Fact("held_place.moved", "calendar-clock", told.moved_date),
    Fact("held_place.released", "ban", told.released, "bad"),
    Fact("held_place.undated", "calendar-clock", told.undated),
    Fact("attempt.started", "play", told_quiz.started),
    Fact("attempt.submitted", "list-checks", told_quiz.submitted),
    Fact("quiz.attempt_given", "plus", told_quiz.given),
    *told_waiting.FACTS,
    Fact("submission.made", "upload", told_quiz.handed_in),
    Fact("submission.marked", "check", told_quiz.marked),
    Fact("item.content_changed", "book-open", told.content_changed),
    Fact("item.completed", "award", told.item_completed, "good"),
    Fact("item.certificate_changed", "award", told.certificate_changed),
    Fact("certificate.issued", "award", told.certificate_issued, "good"),
    Fact("certificate.withdrawn", "ban", told.certificate_withdrawn, "bad"),
    Fact("payment.started", "credit-card", told_payments.started),
    Fact("payment.paid", "credit-card", told_payments.paid, "good"),
    Fact("payment.settled", "circle-check", told_payments.settled, "good"),
    Fact("payment.stuck", "triangle-alert", told_payments.stuck, "bad"),
    Fact("payment.failed", "ban", told_payments.failed, "bad"),
    Fact("payment.given_up", "ban", told_payments.given_up),
    Fact("payment.refund_asked", "undo-2", told_payments.refund_asked),
    Fact("payment.refunded", "undo-2", told_payments.refunded),
    Fact("payment.part_refund_asked", "undo-2", told_payments.part_refund_asked),
    Fact("payment.part_refunded", "undo-2", told_payments.part_refunded),
    Fact("payment.reopened", "triangle-alert", told_payments.stuck, "bad"),
    Fact("request.made", "send", told.asked),
    Fact("request.answered", "reply", told.answered),
]

SCOPES = [
    Scope(
        "registrations:read",
        _("See registrations, and who may open what"),
        ("lms.view_registrations",),
    ),
    Scope(
        "registrations:write",
        _("Register, cancel and mark learners"),
        ("lms.manage_registrations",),
    ),
    Scope("payments:read", _("See payments"), ("lms.view_payments",)),
    Scope("payments:settle", _("Settle and refund payments"), ("lms.settle_payments",)),
]

HAPPENINGS = happenings.HAPPENINGS
