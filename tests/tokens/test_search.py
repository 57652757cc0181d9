"""An issue of tokens is found from everywhere by its number and its External ID."""

import pytest

from tests.lms.paying import give
from tokens.search import find_issues

pytestmark = pytest.mark.django_db


def test_an_issue_is_found_by_its_number_and_its_external_id(kestrel, clock, office, count_queries):
    issue = give(kestrel, 12, by=office, at=clock.at, on=clock.on())
    type(issue).objects.filter(pk=issue.pk).update(external_id="PO-77")
    for query in (str(issue.pk), f"#{issue.pk}", " PO-77 "):
        (hit,) = find_issues(query, None, 5)
        assert (hit.title, hit.subtitle, hit.aside) == (
            f"12 Gold #{issue.pk}",
            "PO-77",
            "Kestrel Rail Group",
        )
    assert count_queries(lambda: find_issues("PO-77", None, 5)) == 1
    assert find_issues("PO", None, 5) == find_issues("", None, 5) == []


def test_it_stands_in_the_search_of_staff(browse, office, kestrel, clock):
    issue = give(kestrel, 12, by=office, at=clock.at, on=clock.on())
    said = browse(office).get(f"/search/?q=%23{issue.pk}").content.decode()
    assert f'href="/tokens/issues/{issue.pk}/"' in said
