"""What contacts and accounts bring to the shell, and to other apps' pages."""

from django.utils.translation import gettext_lazy as _

from tms.programs.scopes import Scope
from tms.ui.register import (
    CRM,
    SALES,
    Fact,
    MenuEntry,
    Names,
    Option,
    Panel,
    ReportEntry,
    SearchKind,
    Tab,
)

from . import (
    happenings,
    register_invoices,
    search,
    told,
    told_marks,
    told_selling,
    told_tasks,
)
from .views import dashboard, notes, opportunity_panels, panels, tasks
from .views.accounts import contacts_of

MENU = [
    MenuEntry(_("Contacts"), "crm:contacts", "crm.view_people", 20),
    MenuEntry(_("Accounts"), "crm:accounts", "crm.view_people", 30),
    MenuEntry(_("Opportunities"), "crm:opportunities", told_selling.SEE, 40),
]

CONTROL_PANEL = [
    Option(
        CRM,
        _("Tasks"),
        _("What is to be done for contacts, accounts and opportunities, by whom and by when"),
        "crm:tasks",
        "crm.view_people",
        "list-todo",
        words=("to-do", "reminders", "due", "my day", "follow up"),
    ),
    Option(
        CRM,
        _("Custom Fields"),
        _("What else is asked about contacts, at checkout too"),
        "crm:fields",
        "tms.change_settings",
        "list-plus",
        words=("fields", "questions", "form", "checkout", "profile"),
    ),
    Option(
        CRM,
        _("Opportunity Stages"),
        _("The steps from the first enquiry to won or lost"),
        "crm:stages",
        "tms.change_settings",
        "square-kanban",
        words=("pipeline", "board", "sales", "probability", "won", "lost"),
    ),
    *register_invoices.CONTROL_PANEL,
]

REPORTS = [
    ReportEntry(
        SALES,
        _("Pipeline"),
        _("What is open by stage, owner and expected close, worth what and how likely"),
        "crm:report_pipeline",
        told_selling.SEE,
        "chart-bar",
        10,
    ),
    ReportEntry(
        SALES,
        _("Won by period"),
        _("What was won and lost, by month, with what it was worth"),
        "crm:report_won",
        told_selling.SEE,
        "trophy",
        20,
    ),
    ReportEntry(
        SALES,
        _("Lost, and why"),
        _("The opportunities that were lost, with the reasons that were given"),
        "crm:report_lost",
        told_selling.SEE,
        "circle-x",
        30,
    ),
]

SEARCH = [
    SearchKind(_("Contacts"), search.contacts, "crm.view_people", 10, "user"),
    SearchKind(_("Accounts"), search.accounts, "crm.view_people", 20, "building-2"),
    SearchKind(_("Opportunities"), search.opportunities, told_selling.SEE, 30, "handshake"),
    *register_invoices.SEARCH,
]

PANELS = [
    Panel("contact", "details", panels.contact_details, "crm.view_people", 10, "side"),
    Panel("contact", "history", panels.contact_history, "crm.view_people", 900),
    Panel("learner", "viewing", panels.learner_banner, "crm.view_as_learner", 10, "banner"),
    Panel("account", "details", panels.account_details, "crm.view_people", 10, "side"),
    Panel("account", "children", panels.account_children, "crm.view_people", 20),
    Panel("account", "history", panels.account_history, "crm.view_people", 900),
    Panel("dashboard", "won", dashboard.won_by_month, told_selling.SEE, 20, "charts"),
    Panel("dashboard", "closing", dashboard.closing, told_selling.SEE, 20),
    Panel("dashboard", "wins", dashboard.recent_wins, told_selling.SEE, 70),
    Panel("contact", "opportunities", opportunity_panels.of_contact, told_selling.SEE, 60),
    Panel("opportunity", "details", opportunity_panels.details, told_selling.SEE, 10, "side"),
    Panel("opportunity", "history", opportunity_panels.history, told_selling.SEE, 900, "side"),
    Panel("opportunity", "interests", opportunity_panels.interests, told_selling.SEE, 10),
    Panel("opportunity", "given", opportunity_panels.given, told_selling.SEE, 20),
    Panel("opportunity", "quotes", opportunity_panels.quotes, told_selling.SEE, 30),
    *register_invoices.PANELS,
    Panel("contact", "tasks", tasks.panel("contact"), "crm.view_people", 20, "side"),
    Panel("account", "tasks", tasks.panel("account"), "crm.view_people", 20, "side"),
    Panel("opportunity", "tasks", tasks.panel("opportunity"), told_selling.SEE, 20, "side"),
    Panel("contact", "notes", notes.panel("contact"), "crm.view_people", 800),
    Panel("account", "notes", notes.panel("account"), "crm.view_people", 800),
    Panel("opportunity", "notes", notes.panel("opportunity"), told_selling.SEE, 800),
    Panel("dashboard", "my_day", tasks.my_day, None, 10),
]

TABS = [
    Tab("account", _("Overview"), "overview", "crm:account", "crm.view_people", 10),
    Tab(
        "account",
        _("Contacts"),
        "contacts",
        "crm:account_contacts",
        "crm.view_people",
        20,
        count=contacts_of,
    ),
    Tab(
        "account",
        _("Opportunities"),
        "opportunities",
        "crm:account_opportunities",
        ("crm.view_people", told_selling.SEE),
        25,
    ),
    Tab("account", _("History"), "history", "crm:account_history", "crm.view_people", 900),
    *register_invoices.TABS,
]

NAMES = [
    Names("contact", told.contacts),
    Names("account", told.accounts),
    Names("change", told.changes),
    Names("region", told.regions),
    Names("unit", told.units),
    Names("custom_field", told.custom_fields),
    *told_selling.NAMES,
    *register_invoices.NAMES,
    Names("task", told_tasks.tasks),
]

FACTS = [
    Fact("contact.created", "user-plus", told.contact_created, "good"),
    Fact("contact.edited", "pencil", told.contact_edited),
    Fact("contact.account_changed", "arrow-right-left", told.account_changed),
    Fact("contact.account_added", "building-2", told.account_added),
    Fact("contact.account_removed", "building-2", told.account_removed, "warn"),
    Fact("contact.external_id_added", "hash", told.external_id_added),
    Fact("contact.external_id_removed", "hash", told.external_id_removed, "warn"),
    Fact("contact.archived", "archive", told.contact_archived, "bad"),
    Fact("contact.restored", "archive-restore", told.contact_restored, "good"),
    Fact("contact.erased", "user-x", _("Person erased"), "bad"),
    Fact("contact.taken_out", "download", told.contact_taken_out),
    Fact("contact.merged", "merge", told.contact_merged, "warn"),
    Fact("account.merged", "merge", told.account_merged, "warn"),
    Fact("contact.linked", "key-round", told.contact_linked, "good"),
    Fact("contact.invited", "send", told.contact_invited),
    Fact("contact.address_asked", "at-sign", told.address_asked),
    Fact("contact.email_changed", "at-sign", told.email_changed),
    Fact("contact.viewing_started", "eye", told.viewing_started),
    Fact("contact.viewing_ended", "eye-off", told.viewing_ended),
    Fact("account.created", "building-2", _("Account made"), "good"),
    Fact("account.edited", "pencil", told.account_edited),
    Fact("account.contact_left", "user-minus", told.contact_left, "warn"),
    Fact("account.external_id_added", "hash", told.external_id_added),
    Fact("account.external_id_removed", "hash", told.external_id_removed, "warn"),
    Fact("account.archived", "archive", _("Account archived"), "bad"),
    Fact("task.added", "circle-plus", told_tasks.task_added),
    Fact("task.edited", "pencil", told_tasks.task_edited),
    Fact("task.done", "circle-check", told_tasks.task_done, "good"),
    Fact("task.not_done", "undo-2", told_tasks.task_not_done, "warn"),
    Fact("task.removed", "trash-2", told_tasks.task_removed, "warn"),
    Fact("note.added", "sticky-note", told_tasks.note_added),
    Fact("note.edited", "pencil", told_tasks.note_edited),
    Fact("note.removed", "trash-2", told_tasks.note_removed, "warn"),
    Fact("account.restored", "archive-restore", _("Account restored"), "good"),
    *told_marks.FACTS,
    *told_selling.FACTS,
    *register_invoices.FACTS,
]

SCOPES = [
    Scope("people:read", _("See contacts and accounts"), ("crm.view_people",)),
    Scope(
        "people:write",
        _("Make, change and archive contacts and accounts"),
        ("crm.view_people", "crm.change_people"),
    ),
    Scope(
        "people:merge",
        _("Merge two contacts or two accounts for good"),
        ("crm.view_people", "crm.change_people"),
    ),
    Scope("tasks:read", _("See tasks and notes"), ("crm.view_people",)),
    Scope(
        "tasks:write",
        _("Add and change tasks and notes"),
        ("crm.view_people", "crm.change_people"),
    ),
    Scope("opportunities:read", _("See opportunities"), ("crm.view_opportunities",)),
    Scope(
        "opportunities:write",
        _("Open and change opportunities"),
        ("crm.view_opportunities", "crm.change_opportunities"),
    ),
    Scope(
        "opportunities:win",
        _("Win opportunities"),
        ("crm.view_opportunities", "crm.win_opportunities"),
    ),
    *register_invoices.SCOPES,
]

HAPPENINGS = happenings.HAPPENINGS
