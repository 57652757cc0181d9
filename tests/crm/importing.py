"""How tests import: a few lines, under the headings of a system."""

import io

from crm.importing import columns, running
from crm.importing.plan import Plan
from tms.long_sheets import LongSheet


def sheet_of(*lines) -> LongSheet:
    return LongSheet(io.BytesIO("\n".join(lines).encode()))


def plan_for(sheet, about=columns.CONTACTS, **how) -> Plan:
    found = columns.proposed(sheet.headings, about)
    return Plan(about, found.columns, **{"system": found.system or "ERP", "make": True} | how)


def taken(*lines, who, about=columns.CONTACTS, **how):
    """Import the lines, the first of which are the headings; a look says the same beforehand."""
    sheet = sheet_of(*lines)
    plan = plan_for(sheet, about, **how)
    looked = running.looked_at(sheet, plan)
    report = running.taken(sheet, plan, **who)
    assert (report.counts, report.refused) == (looked.counts, looked.refused)
    return report


def verdicts(report) -> str:
    """The verdict of each of the first rows, by its first letters."""
    return " ".join(judged.verdict.value[:3] for judged in report.first)
