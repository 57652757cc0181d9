import datetime

import pytest

from tests.factories import (
    CategoryFactory,
    CourseFactory,
    EventFactory,
    LmsEventFactory,
    PathFactory,
    PriceFactory,
    TokenUnitFactory,
)

pytestmark = pytest.mark.django_db


def test_each_factory_of_the_catalogue_makes_what_the_database_accepts():
    course = CourseFactory(title="Sailing", categories=[CategoryFactory(name="Water")])
    event = EventFactory(course=course, first_on=datetime.date(2026, 12, 7), days=3)
    content = LmsEventFactory(course=course, content_days=30)
    path = PathFactory(courses=[course, CourseFactory()])
    price = PriceFactory(of=event, amount=3, unit=TokenUnitFactory(code="Silver"))

    assert [str(each) for each in course.categories.all()] == ["Water"]
    assert event.last_on.isoformat() == "2026-12-09"
    assert event.sessions.count() == 3
    assert (content.first_on, content.sessions.count()) == (None, 0)
    assert [step.position for step in path.steps.all()] == [1, 2]
    assert (str(price.region), str(price.tax_level)) == ("Europe", "Standard 20 %")
    assert price.priced == event.priced
