"""Which address is for whom: one row each, read by test_roles.

A row's rule is PUBLIC, SIGNED_IN (anybody), LEARNER (who is a contact), TEACHER and MANAGER (a
contact who is an instructor, or looks after an account), STAFF (anybody in the back office), or
the permission it needs (a tuple: all of them).
"""

from decimal import Decimal

from django.urls import get_resolver, reverse

from catalog.models import Session
from comms.models import AddressTrouble, Message, SendingAddress, Template, TemplateFile, Trigger
from crm import notes, opportunities, quotes, tasks
from crm.interests import Wanted
from crm.models import ExternalId
from lms import attempts
from lms import selling as place_selling
from lms.models import HeldPlace, Request, ScormAttempt, ScormPackage, Submission, Waiting
from passes import selling as pass_selling
from passes.models import Inclusion
from tests.crm.selling import invoiced, line
from tests.factories import (
    AssignmentFactory,
    CategoryFactory,
    CertificateFactory,
    ContentUnitFactory,
    CourseFactory,
    CurrencyFactory,
    CustomFieldFactory,
    EventFactory,
    PassFactory,
    PassOptionFactory,
    PassTypeFactory,
    PathFactory,
    PaymentFactory,
    PriceFactory,
    QuizQuestionFactory,
    RegistrationFactory,
    TaxLevelFactory,
    TokenPackFactory,
    TokenTypeFactory,
)
from tms import api, journal
from tms.models import AuditRow, Job, KeptMail, Organisation
from tms.people import roles
from tms.programs import keys, webhooks
from tokens import issuing, ledger, selling
from tokens import selling_packs as pack_selling

PUBLIC, SIGNED_IN, LEARNER, STAFF = "public", "signed in", "learner", "staff"
TEACHER, MANAGER = "instructor", "account manager"
# What a contact opens in the LMS, and no colleague.
IN_THE_LMS = {LEARNER, TEACHER, MANAGER}

# Sign-in and second factor are allauth's own pages, with tests of their own in tests/people.
# The API's operations have a table of their own, in test_programs.py.
ELSEWHERE = (
    "api:",
    "account_",
    "mfa_",
    "socialaccount_",
    "openid_connect_",
    "usersessions_",
    "unnamed",
)

SETTINGS, USERS, KEYS = "tms.change_settings", "tms.manage_users", "tms.manage_api_keys"
WEBHOOKS = "tms.manage_webhooks"
LOOK, CHANGE = "catalog.view_catalogue", ("catalog.view_catalogue", "catalog.change_catalogue")
PRICES = ("catalog.view_catalogue", "catalog.change_prices")
CONTENT = "catalog.change_catalogue"
TAKE_OUT, ERASE = "crm.take_out_person", "crm.erase_person"
SEE_PEOPLE, CHANGE_PEOPLE = "crm.view_people", "crm.change_people"
SEE_DEALS, CHANGE_DEALS = "crm.view_opportunities", "crm.change_opportunities"
SEE, SET_UP = "passes.view_passes", "passes.manage_pass_types"
GIVE, MOVE, REASSIGN = "passes.issue_pass", "passes.change_pass", "passes.reassign_pass"
CANCEL, IMPORT = "passes.cancel_pass", "passes.import_passes"
SEE_PLACES, PLACES = "lms.view_registrations", "lms.manage_registrations"
ANSWER = "lms.answer_requests"
LOG = "comms.view_communications"
WRITE_LETTERS = (LOG, "comms.manage_templates")
BILLS, BILL, CREDITS = "crm.view_invoices", "crm.manage_invoices", "crm.credit_invoices"


ABOUT_A_PAYMENT = (
    "payment",
    "give_up_payment",
    "trial_payment",
    "settle_payment",
    "refund_payment",
    "refund_again",
    "refund_part",
    "refund_part_again",
)


ABOUT_A_PACK = (
    "pack",
    "pack_history",
    "edit_pack",
    "archive_pack",
    "restore_pack",
    "pack_prices",
    "add_pack_price",
)


def rows(space: str, rule, words: str) -> dict:
    """One row for each address of `space` in `words`, all with the same rule."""
    return {f"{space}:{word}": rule for word in words.split()}


TABLE = {
    "home": PUBLIC,
    "dashboard": STAFF,
    "search": STAFF,
    "api_document": PUBLIC,
    "api_docs": STAFF,
    "api_root": PUBLIC,
    "api_unknown": PUBLIC,
    "control_panel": STAFF,
    "reports": STAFF,
    "job": STAFF,
    "job_file": STAFF,
    "theme": PUBLIC,
    "people:language": PUBLIC,
    "my_account": SIGNED_IN,
    "lms:my_learning": SIGNED_IN,
    **rows("lms", TEACHER, "my_teaching past_teaching my_event attendance_list call_roll"),
    **rows(
        "lms",
        MANAGER,
        """
        my_team my_team_people my_team_person_options my_team_passes my_team_assign
        my_team_assign_many my_team_statement
        my_team_tokens my_team_places my_team_register my_team_event_options
        my_team_path_options
    """,
    ),
    "lms:certificates": PUBLIC,
    "lms:certificate": PUBLIC,
    "people:first": PUBLIC,
    "people:logo": PUBLIC,
    "people:invitation": PUBLIC,
    "people:accept": PUBLIC,
    "people:name": SIGNED_IN,
    "people:organisation": SETTINGS,
    "people:mail": SETTINGS,
    **rows("watch", "tms.operate", "operations look settle"),
    "people:one_mail": SETTINGS,
    "people:mail_file": SETTINGS,
    **rows(
        "people",
        USERS,
        """
        users user invite change_roles disable enable invite_again roles create_role
        change_role remove_role
    """,
    ),
    **rows("people", "tms.audit_trail", "audit_trail audit_row recorded"),
    **rows(
        "programs",
        WEBHOOKS,
        """
        webhooks webhook add_webhook change_webhook pause_webhook resume_webhook rotate_secret
        test_webhook resend_parked remove_webhook delivery resend skip_delivery
    """,
    ),
    **rows(
        "crm",
        (CHANGE_PEOPLE, "crm.import_people"),
        """
        import_contacts import_accounts import_columns import_file import_refused
        contacts_example accounts_example
    """,
    ),
    "crm:export_person": TAKE_OUT,
    "crm:erase": ERASE,
    "demo:clear": (SETTINGS, USERS),
    **rows("programs", KEYS, "keys make_key revoke_key"),
    "catalog:image": PUBLIC,
    **rows(
        "catalog",
        LOOK,
        """
        courses course course_options paths path steps events event sessions prices item_history
        event_history
        calendar
        categories
    """,
    ),
    **rows(
        "catalog",
        CHANGE,
        """
        create_course create_event_of create_path add_steps edit_item publish_item
        archive_item restore_item duplicate_item delete_item edit_step remove_step move_step
        create_event edit_event open_event withdraw_event cancel_event duplicate_event
        delete_event add_session edit_session remove_session create_category edit_category
        move_category delete_category
    """,
    ),
    **dict.fromkeys([f"catalog:{name}_price" for name in ("add", "edit", "remove")], PRICES),
    **rows(
        "catalog",
        SETTINGS,
        """
        regions create_region edit_region default_region archive_region restore_region
        delete_region currencies add_currency archive_currency restore_currency
        delete_currency tax_levels create_tax_level edit_tax_level archive_tax_level
        restore_tax_level delete_tax_level
    """,
    ),
    **rows(
        "crm",
        SEE_PEOPLE,
        """
        contacts contact contact_options contact_details contact_history accounts account
        account_options account_details account_contacts account_history
        tasks contact_tasks contact_notes account_tasks account_notes
    """,
    ),
    **rows(
        "crm",
        CHANGE_PEOPLE,
        """
        create_contact edit_contact change_address change_account add_account remove_account
        add_contact_id remove_contact_id archive_contact restore_contact invite
        create_account edit_account add_account_id remove_account_id archive_account
        restore_account merge_contact delete_contact merge_account delete_account
        choose_managers
        add_contact_task add_contact_note add_account_task add_account_note
        edit_task tick_task untick_task remove_task edit_note remove_note
    """,
    ),
    **rows("crm", CHANGE, "choose_instructors instructor_options"),
    **rows("crm", SEE_DEALS, "opportunities board opportunity opportunity_history quote"),
    **rows("crm", SEE_DEALS, "report_pipeline report_won report_lost"),
    "crm:opportunity_part": SEE_DEALS,
    "crm:account_opportunities": (SEE_PEOPLE, SEE_DEALS),
    **rows(
        "crm",
        CHANGE_DEALS,
        """
        create_opportunity edit_opportunity duplicate_opportunity move_opportunity lose reopen
        add_opportunity_id remove_opportunity_id remove_interest make_quote sold_where
    """,
    ),
    "crm:win": "crm.win_opportunities",
    "crm:view_as_learner": "crm.view_as_learner",
    "crm:stop_viewing": "crm.view_as_learner",
    "crm:confirm_address": PUBLIC,
    "comms:wishes": PUBLIC,
    "lms:choose_by_link": PUBLIC,
    "comms:unsubscribe": PUBLIC,
    **rows(
        "comms",
        "comms.manage_triggers",
        "sending sending_history pause_sending resume_sending clear_trouble",
    ),
    "crm:my_day": STAFF,
    **rows("crm", SEE_DEALS, "opportunity_tasks opportunity_notes"),
    **rows("crm", CHANGE_DEALS, "add_opportunity_task add_opportunity_note"),
    **rows(
        "crm",
        SETTINGS,
        """
        fields create_field edit_field move_field archive_field restore_field
        stages create_stage edit_stage move_stage archive_stage restore_stage
    """,
    ),
    **rows(
        "passes",
        SEE,
        """
        types type type_history of_item of_event list detail history of_contact of_account
    """,
    ),
    **rows(
        "passes",
        SET_UP,
        """
        create_type edit_type publish_type archive_type restore_type delete_type
        create_option edit_option publish_option archive_option delete_option add_price
        edit_price remove_price add_training remove_training change_event_types add_item
        add_event
    """,
    ),
    **rows("passes", SEE, "report_sold report_active report_renewal report_ending"),
    **rows("passes", GIVE, "give types_on_offer add add_to_account"),
    **rows("passes", MOVE, "renew extend extend_many"),
    **rows("passes", REASSIGN, "assign assign_many"),
    **rows("passes", CANCEL, "cancel cancel_many"),
    **rows("passes", IMPORT, "import import_file import_refused import_example"),
    **rows("lms", PUBLIC, "catalogue region pass_type item payment_news token_packs"),
    **rows(
        "lms",
        LEARNER,
        """
        ask_for_pass book ask_for_place registration calendar choose_date cancel_mine
        learn unit done place file profile edit_details edit_preferences profile_passes
        scorm_launch scorm_play scorm_state
        profile_registrations profile_requests profile_results my_data my_data_file
        profile_certificates my_certificate
        checkout checkout_date checkout_questions checkout_payment checkout_review
        receipt receipt_file profile_tokens token_statement
        payment give_up_payment trial_payment buy_pass buy_pack transfer_mine
        profile_payments my_invoice
        join_waiting take_offered leave_waiting
        start_attempt attempt keep_answers hand_in my_submission_file
    """,
    ),
    **rows(
        "lms",
        SEE_PLACES,
        """
        registrations of_contact of_account of_pass of_event why ask_why held_places held_on_event
        held_of_account waiting_on_event attempts look_at_attempt unit_attempts
        marking submissions submission submission_file
        all_certificates certificate_file report_paths report_events
    """,
    ),
    "lms:held_of_opportunity": (SEE_PLACES, SEE_DEALS),
    **rows(
        "lms",
        PLACES,
        """
        cancel event_options path_options register_contact register_on_event mark_attended
        mark_completed name_participant move_place release_place give_attempt
        add_waiting offer_next remove_waiting transfer
        mark_submission withdraw_certificate replace_certificate
    """,
    ),
    **rows(
        "lms",
        "crm.change_opportunities",
        """
        add_course_interest edit_course_interest add_path_interest edit_path_interest
        sold_courses sold_paths
    """,
    ),
    **rows("lms", ANSWER, "requests decline"),
    **rows("lms", "lms.view_payments", "payments payment_unknown"),
    **rows(
        "lms",
        "lms.settle_payments",
        "settle_payment refund_payment refund_again refund_part refund_part_again",
    ),
    "lms:report_use": (SEE, SEE_PLACES),
    **rows(
        "lms", SEE_PLACES, "report_registered report_attendance report_completion report_completed"
    ),
    "lms:grant_place": (ANSWER, PLACES),
    "lms:grant_pass": (ANSWER, GIVE),
    **rows(
        "tokens",
        "tokens.manage_token_types",
        """
        types create_type edit_type archive_type restore_type delete_type settings
        settings_history packs create_pack pack pack_history edit_pack archive_pack restore_pack
        pack_prices add_pack_price edit_pack_price remove_pack_price
    """,
    ),
    **rows(
        "tokens",
        "tokens.view_tokens",
        "of_account issues entries statement issue issue_history liability books report_use",
    ),
    "tokens:issue_to": "tokens.issue_tokens",
    **rows("tokens", "tokens.redeem_tokens", "redeem redeem_issue refund"),
    "tokens:change_expiry": "tokens.change_token_expiry",
    "tokens:adjust": "tokens.adjust_tokens",
    "tokens:transfer": "tokens.transfer_tokens",
    "tokens:spending": "tokens.set_token_spending",
    **rows(
        "crm",
        BILLS,
        "invoices invoice invoice_file invoice_history account_invoices opportunity_invoices",
    ),
    **rows("crm", BILL, "issue_invoice discard_invoice pay_invoice unpay_invoice"),
    "crm:credit_invoice": CREDITS,
    **rows(
        "tokens",
        "crm.change_opportunities",
        "add_interest edit_interest add_pack_interest edit_pack_interest",
    ),
    **rows("passes", "crm.change_opportunities", "add_interest edit_interest"),
    **rows("tokens", "tokens.import_tokens", "import import_file import_refused import_example"),
    **rows("comms", LOG, "templates template template_history letter_preview senders"),
    **rows(
        "comms",
        WRITE_LETTERS,
        """
        create_template edit_template duplicate_template archive_template restore_template
        test_template add_template_file remove_template_file template_fields template_records
        preview_template
        add_sender edit_sender ask_sender default_sender remove_sender
    """,
    ),
    "comms:confirm_sender": PUBLIC,
    **rows(
        "comms",
        LOG,
        "triggers calendar preview_trigger planned_letter trigger_history",
    ),
    **rows(
        "comms",
        (LOG, "comms.manage_triggers"),
        """
        create_trigger edit_trigger duplicate_trigger enable_trigger disable_trigger
        archive_trigger
    """,
    ),
    **rows("comms", LOG, "messages message message_body of_contact of_account"),
    "comms:of_opportunity": (LOG, SEE_DEALS),
    **rows(
        "comms",
        "comms.send_messages",
        "approve void resend settle approve_many void_many resend_many settle_many",
    ),
    "lms:scorm_file": PUBLIC,
    **rows("lms", SEE_PLACES, "scorm_attempts scorm_log"),
    "lms:content": LOOK,
    "lms:unit_file": LOOK,
    "catalog:draft": CONTENT,
    **rows(
        "lms",
        LOOK,
        "preview preview_unit preview_quiz preview_launch preview_package preview_state",
    ),
    "lms:certificate_terms": LOOK,
    "lms:edit_certificate_terms": "catalog.change_catalogue",
    **rows(
        "lms",
        CONTENT,
        """
        add_section rename_section remove_section move_section add_unit edit_unit
        remove_unit move_unit duplicate_section duplicate_unit
        questions quiz_settings add_question edit_question
        remove_question move_question duplicate_question assignment_settings
    """,
    ),
}


ABOUT_A_DEAL = (
    "opportunity_tasks",
    "opportunity_notes",
    "add_opportunity_task",
    "add_opportunity_note",
    "opportunity_history",
    "win",
    "lose",
    "reopen",
    "add_opportunity_id",
    "make_quote",
)
ABOUT_AN_ISSUE = (
    "issue",
    "issue_history",
    "change_expiry",
    "adjust",
    "transfer",
    "redeem_issue",
)
ABOUT_A_TRIGGER = (
    "preview_trigger",
    "planned_letter",
    "trigger_history",
    "edit_trigger",
    "duplicate_trigger",
    "enable_trigger",
    "disable_trigger",
    "archive_trigger",
)
ABOUT_A_WAIT = ("take_offered", "leave_waiting", "remove_waiting")
ABOUT_A_MESSAGE = ("message", "message_body", "approve", "void", "resend", "settle")
ABOUT_A_WEBHOOK = {
    "webhook",
    "change_webhook",
    "pause_webhook",
    "resume_webhook",
    "rotate_secret",
    "test_webhook",
    "resend_parked",
    "remove_webhook",
}


def shorten_api(monkeypatch) -> None:
    """The page of the API draws each of its resources alike: the two shortest stand for all."""
    two = sorted(api.read(), key=lambda each: len(each.operations))[:2]
    monkeypatch.setattr(api, "read", lambda: two)


def quiz_addresses(course, ada, clock) -> dict:
    """What is about a quiz of the course, its one question, and Ada's attempt at it."""
    question = QuizQuestionFactory(quiz__unit__course=course)
    unit = question.quiz.unit
    attempt = attempts.start(ada.pk, unit, at=clock.at, on=clock.on(), by=None)
    mine = {"slug": course.slug, "unit_id": unit.pk}
    return {
        "lms:start_attempt": mine,
        **{f"lms:{name}": {**mine, "attempt_id": attempt.pk} for name in
           ("attempt", "keep_answers")},
        "lms:unit_attempts": {"unit_id": unit.pk},
        **{
            f"lms:{name}": {"pk": unit.pk}
            for name in ("questions", "quiz_settings", "preview_quiz")
        },
        "lms:add_question": {"pk": unit.pk, "form": "single"},
        **{f"lms:{name}_question": {"pk": question.pk} for name in
           ("edit", "remove", "move", "duplicate")},
        **{f"lms:{name}": {"pk": attempt.pk} for name in ("look_at_attempt", "give_attempt")},
    }  # fmt: skip


def assignment_addresses(course, ada, clock) -> dict:
    """What is about an assignment of the course, and what Ada handed in."""
    unit = AssignmentFactory(unit__course=course).unit
    made = Submission.objects.create(
        contact=ada, unit=unit, number=1, name="a.pdf", kind="pdf", size=8, submitted_at=clock.at
    )
    mine = {"slug": course.slug, "unit_id": unit.pk}
    names = ("submission", "submission_file", "mark_submission")
    return {
        "lms:hand_in": mine,
        "lms:my_submission_file": {**mine, "submission_id": made.pk},
        "lms:assignment_settings": {"pk": unit.pk},
        **{f"lms:{name}": {"pk": made.pk} for name in names},
    }


def world(ada, office, clock) -> dict:
    """One of each thing: arguments by address name, by the first part that fits, or by name."""
    course = CourseFactory(slug="course")
    path = PathFactory(courses=[course])
    event = EventFactory(course=course)
    unit = ContentUnitFactory(course=course)
    lesson = ContentUnitFactory(course=course, form="scorm")
    attempt = ScormAttempt.objects.create(
        contact=ada,
        unit=lesson,
        package=ScormPackage.objects.create(
            unit=lesson, number=1, contents={"items": [], "edition": "1.2"}, files=1, size=1,
            at=clock.at,
        ),
        started_at=clock.at,
        last_at=clock.at,
    )  # fmt: skip
    pass_type = PassTypeFactory(slug="library", opens=[course, event])
    option = PassOptionFactory(pass_type=pass_type)
    price = PriceFactory(of=option)
    pass_ = PassFactory(option=option, contact=ada)
    registration = RegistrationFactory(contact=ada, event=event)
    identity = ExternalId.objects.create(contact=ada, system="HR", value="1")
    request = Request.objects.create(contact=ada, pass_type=pass_type, asked_at=clock.at)
    mail = KeptMail.objects.create(
        to="a@example.com",
        subject="S",
        text="T",
        files=[["a.ics", "T", "text/calendar"]],
        at=clock.at,
    )
    job = Job.objects.create(verb="x", title="X", by=office, asked_at=clock.at, state="done")
    endpoint, _secret = webhooks.add(
        name="Hook",
        address="https://hooks.example.com/",
        kinds=["pass.issued"],
        at=clock.at,
        on=clock.on(),
        by=office,
    )
    fact = journal.write("pass.issued", pass_.pk, at=clock.at, on=clock.on(), by=office)
    delivery = endpoint.deliveries.create(
        event_id=fact.pk,
        kind=fact.kind,
        subject_kind=fact.subject_kind,
        subject_id=fact.subject_id,
        sequence=1,
        at=clock.at,
        next_at=clock.at,
    )
    tokens = issuing.issue(
        ada.account, TokenTypeFactory(), 5, at=clock.at, on=clock.on(), by=office
    )
    taken = ledger.redeem(
        ada.account_id, tokens.token_type, 2, at=clock.at, on=clock.on(), by=office
    )
    deal = opportunities.create(
        account=ada.account, name="Spring intake", at=clock.at, on=clock.on(), by=office
    )
    interest = selling.add_interest(
        deal.pk,
        Wanted("Gold", 5, deal.currency, Decimal(20), deal.region.tax_level, priced=False),
        token_type=tokens.token_type,
        at=clock.at,
        on=clock.on(),
        by=office,
    )
    sold = {
        item.kind: place_selling.add_interest(
            deal.pk,
            Wanted("", 2, deal.currency, Decimal(0), deal.region.tax_level),
            item=item,
            at=clock.at,
            on=clock.on(),
            by=office,
        )
        for item in (course, path)
    }
    passes_wanted = pass_selling.add_interest(
        deal.pk,
        Wanted("Library", 2, deal.currency, Decimal(490), deal.region.tax_level),
        option=option,
        at=clock.at,
        on=clock.on(),
        by=office,
    )
    packs_wanted = pack_selling.add_interest(
        deal.pk,
        Wanted("Team pack", 1, deal.currency, Decimal(0), deal.region.tax_level),
        pack=TokenPackFactory(token_type=tokens.token_type),
        at=clock.at,
        on=clock.on(),
        by=office,
    )
    theirs = ExternalId.objects.create(opportunity=deal, system="HubSpot", value="1")
    quote = quotes.make(deal.pk, valid_until=clock.on(), at=clock.at, on=clock.on(), by=office)
    who = {"at": clock.at, "on": clock.on(), "by": office}
    invoice = invoiced(ada.account, line(currency=deal.currency), currency=deal.currency, who=who)
    billed = {"account": ada.account_id, "opportunity": deal.pk}
    proof = CertificateFactory(contact=ada)
    held = HeldPlace.objects.create(
        account=ada.account,
        interest=sold["course"],
        item=course,
        paid_by="free",
        unit=deal.currency,
        amount=0,
        held_at=clock.at,
        held_on=clock.on(),
    )
    payment = PaymentFactory(contact=ada, path=path)
    pack = TokenPackFactory(token_type=tokens.token_type)
    pack_price = PriceFactory(of=pack)
    Organisation.objects.update_or_create(pk=1, defaults={"sells_online": True})
    waits = Waiting.objects.create(contact=ada, event=registration.event, joined_at=clock.at)
    trouble = AddressTrouble.objects.create(email="gone@x.example", at=clock.at)
    rule = Trigger.objects.first()
    letter = Message.objects.create(
        subject_kind="pass",
        subject_id=pass_.pk,
        occurrence="once",
        recipient=f"c{ada.pk}",
        contact=ada,
        state="sent",
        due_at=clock.at,
        due_on=clock.on(),
        made_at=clock.at,
        sent_at=clock.at,
        html="<p>Hello</p>",
    )
    written = Template.objects.create(
        name="Welcome", target="pass", subject="Hello", body="<p>Hello</p>"
    )
    leaflet = TemplateFile.objects.create(template=written, name="a.pdf", size=1, file="a.pdf")
    sender = SendingAddress.objects.create(name="Northlight", email="northlight@example.com")
    roles.sync()
    group = roles.Group.objects.first()
    when = {"at": clock.at, "on": clock.on()}
    return {
        "by name": {
            "job": {"pk": job.pk},
            "job_file": {"pk": job.pk},
            "watch:settle": {"pk": job.pk},
            "people:logo": {"name": "none.png"},
            "people:invitation": {"pk": ada.user_id, "token": "wrong"},
            "people:one_mail": {"pk": mail.pk},
            "people:audit_row": {"pk": AuditRow.objects.latest("id").pk},
            **{f"programs:{name}": {"pk": endpoint.pk} for name in ABOUT_A_WEBHOOK},
            **{
                f"programs:{name}": {"pk": delivery.pk}
                for name in ("delivery", "resend", "skip_delivery")
            },
            "people:mail_file": {"pk": mail.pk, "number": 0},
            "catalog:image": {"name": "0" * 40 + ".webp"},
            "catalog:move_step": {"pk": path.steps.get().pk, "way": "up"},
            "catalog:move_category": {"pk": CategoryFactory().pk, "way": "up"},
            "crm:confirm_address": {"token": "wrong"},
            "comms:wishes": {"token": "wrong"},
            "lms:choose_by_link": {"token": "wrong"},
            "comms:unsubscribe": {"token": "wrong"},
            **{f"crm:{name}": {"pk": deal.pk} for name in ABOUT_A_DEAL},
            **{
                f"crm:{name}": {"pk": pk}
                for noun, pk in (("contact", ada.pk), ("account", ada.account_id))
                for name in (
                    f"{noun}_tasks",
                    f"{noun}_notes",
                    f"add_{noun}_task",
                    f"add_{noun}_note",
                )
            },
            "crm:choose_instructors": {"pk": Session.objects.first().pk},
            "crm:choose_managers": {"pk": ada.account_id},
            "lms:my_team_assign": {"account_id": ada.account_id, "pk": pass_.pk},
            "crm:opportunity_part": {"pk": deal.pk, "name": "details"},
            "crm:remove_opportunity_id": {"pk": deal.pk, "id": theirs.pk},
            "crm:remove_interest": {"pk": deal.pk, "id": interest.pk},
            "crm:account_opportunities": {"pk": ada.account_id},
            "crm:quote": {"pk": quote.pk},
            "passes:edit_interest": {"interest_id": passes_wanted.pk},
            "tokens:edit_pack_interest": {"interest_id": packs_wanted.pk},
            "lms:add_unit": {"pk": unit.section_id, "form": "page"},
            **quiz_addresses(course, ada, clock),
            **assignment_addresses(course, ada, clock),
            "lms:scorm_attempts": {"pk": lesson.pk},
            "lms:scorm_log": {"pk": attempt.pk},
            "lms:preview_launch": {"pk": lesson.pk},
            "lms:preview_package": {"pk": lesson.pk, "key": "k"},
            "lms:preview_state": {"pk": lesson.pk, "key": "k"},
            "lms:pass_type": {"slug": pass_type.slug},
            "lms:ask_for_pass": {"slug": pass_type.slug},
            **{f"lms:{name}": {"pk": payment.pk} for name in ABOUT_A_PAYMENT},
            "lms:buy_pass": {"slug": pass_type.slug, "pk": option.pk},
            "lms:buy_pack": {"pk": pack.pk},
            **{f"tokens:{name}": {"pk": pack.pk} for name in ABOUT_A_PACK},
            "tokens:edit_pack_price": {"pk": pack.pk, "price": pack_price.pk},
            "tokens:remove_pack_price": {"pk": pack.pk, "price": pack_price.pk},
            "lms:payment_news": {"name": "trial"},
            "lms:my_invoice": {"pk": invoice.pk},
            "lms:cancel": {"pk": registration.pk},
            "lms:transfer": {"pk": registration.pk},
            "lms:transfer_mine": {"pk": registration.pk},
            "lms:certificate": {"number": proof.number},
            "lms:my_certificate": {"number": proof.number},
            "lms:certificate_file": {"pk": proof.pk},
            "lms:withdraw_certificate": {"pk": proof.pk},
            "lms:replace_certificate": {"pk": proof.pk},
            "lms:name_participant": {"pk": held.pk},
            **{f"lms:{name}": {"pk": waits.pk} for name in ABOUT_A_WAIT},
            "lms:release_place": {"pk": held.pk},
            "lms:move_place": {"pk": held.pk},
            "lms:edit_course_interest": {"interest_id": sold["course"].pk},
            "lms:edit_path_interest": {"interest_id": sold["path"].pk},
            **{
                f"lms:{name}": {"pk": request.pk}
                for name in ("grant_place", "grant_pass", "decline")
            },
            **{f"tokens:{name}": {"pk": tokens.pk} for name in ABOUT_AN_ISSUE},
            "tokens:refund": {"move": taken.move},
            **{f"crm:{name}": {"pk": invoice.pk} for name in ABOUT_AN_INVOICE},
            **{f"crm:{of}_invoices": {"pk": pk} for of, pk in billed.items()},
            **{f"comms:{name}": {"pk": letter.pk} for name in ABOUT_A_MESSAGE},
            **{f"comms:{name}": {"pk": written.pk} for name in ABOUT_A_TEMPLATE},
            "comms:remove_template_file": {"pk": written.pk, "file": leaflet.pk},
            **{f"comms:{name}_sender": {"pk": sender.pk} for name in ABOUT_A_SENDER},
            "comms:clear_trouble": {"pk": trouble.pk},
            **{f"comms:{name}": {"pk": rule.pk} for name in ABOUT_A_TRIGGER},
            "tokens:import_file": {"pk": job.pk},
            "tokens:import_refused": {"pk": job.pk},
            **{
                f"crm:{name}": {"pk": job.pk}
                for name in ("import_file", "import_columns", "import_refused")
            },
            "passes:import_file": {"pk": job.pk},
            "passes:import_refused": {"pk": job.pk},
        },
        "pk": {
            "role": group.pk,
            "user": ada.user_id,
            "disable": ada.user_id,
            "enable": ada.user_id,
            "invite_again": ada.user_id,
            "event": event.pk,
            "sessions": event.pk,
            "session": Session.objects.first().pk,
            "step": path.steps.get().pk,
            "steps": path.pk,
            "path": path.pk,
            "category": CategoryFactory().pk,
            "region": ada.account.region_id,
            "currency": CurrencyFactory().pk,
            "tax_level": TaxLevelFactory().pk,
            "field": CustomFieldFactory().pk,
            "type": pass_type.pk,
            "training": pass_type.pk,
            "event_types": pass_type.pk,
            "option": option.pk,
            "contact": ada.pk,
            "task": tasks.add(ada, title="Ring", by=office, **when).pk,
            "note": notes.add(ada, text="Noted", by=office, **when).pk,
            "key": keys.make(name="Payroll", scopes=["people:read"], by=office, **when)[0].pk,
            "account": ada.account_id,
            "opportunity": deal.pk,
            "stage": deal.stage_id,
            "section": unit.section_id,
            "unit": unit.pk,
            "unit_file": unit.pk,
            "registration": registration.pk,
            "calendar": registration.pk,
            "receipt": registration.pk,
            "receipt_file": registration.pk,
            "choose_date": registration.pk,
            "cancel_mine": registration.pk,
            "request": request.pk,
        },
        "passes": {"price": option.pk, "item": course.pk, "event": event.pk},
        "prices": price.pk,
        "default": {
            "pk": course.pk,
            "id": identity.pk,
            "slug": course.slug,
            "unit_id": unit.pk,
            "course_id": course.pk,
            "priced_id": course.priced_id,
            "event_id": event.pk,
            "used_pass_id": pass_.pk,
            "contact_id": ada.pk,
            "item_id": path.pk,
            "account_id": ada.account_id,
            "opportunity_id": deal.pk,
            "interest_id": interest.pk,
            "price": price.pk,
            "inclusion": Inclusion.objects.first().pk,
            "token": "wrong",
            "rest": "nothing",
        },
        "pass": pass_.pk,
    }


ABOUT_AN_INVOICE = {
    "invoice",
    "invoice_file",
    "invoice_history",
    "issue_invoice",
    "discard_invoice",
    "pay_invoice",
    "unpay_invoice",
    "credit_invoice",
}
ABOUT_A_TEMPLATE = (
    "template",
    "template_history",
    "edit_template",
    "duplicate_template",
    "archive_template",
    "restore_template",
    "test_template",
    "add_template_file",
)
ABOUT_A_SENDER = ("edit", "ask", "default", "remove")
ABOUT_A_PASS = {"detail", "renew", "extend", "assign", "cancel", "history"}


def arguments(name: str, wanted, made: dict) -> dict:
    """The keyword arguments of an address, from the world."""
    if name in made["by name"]:
        return made["by name"][name]
    space, _colon, word = name.rpartition(":")
    found = {key: made["default"].get(key) for key in wanted}
    if "pk" in found:
        if space == "passes" and word in ABOUT_A_PASS:
            found["pk"] = made["pass"]
        elif word.endswith("_price") and space == "catalog":
            found["pk"] = made["prices"]
        else:
            last = word.split("_", 1)[-1]
            candidates = made["pk"] | (made["passes"] if space == "passes" else {})
            for key in (word, last):
                if key in candidates:
                    found["pk"] = candidates[key]
                    break
    return found


def address(name: str, made: dict) -> str:
    """The address called `name`, with arguments from the world."""
    space, _colon, _word = name.rpartition(":")
    resolver = get_resolver()
    wanted = resolver.reverse_dict if not space else resolver.namespace_dict[space][1].reverse_dict
    (_pattern, parameters), *_more = wanted.getlist(name.rpartition(":")[2])[-1][0]
    return reverse(name, kwargs=arguments(name, parameters, made))
