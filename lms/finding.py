"""Which registrations does a search mean? By the learner, by the title, or a word of each."""

import itertools

from tms.text import contains_all, patterns

HELD = "SELECT r.id FROM crm_contact c JOIN lms_registration r ON r.contact_id = c.id WHERE {who}"
ON_PATH = """SELECT r.id FROM catalog_item i JOIN lms_registration r ON r.path_id = i.id{held}
    WHERE {what}{who}"""
ON_EVENT = """SELECT r.id FROM catalog_item i JOIN catalog_event e ON e.course_id = i.id
    JOIN lms_registration r ON r.event_id = e.id{held} WHERE {what}{who}"""
OF_LEARNER = " JOIN crm_contact c ON c.id = r.contact_id"
# Three words can stand in seven ways about learner and title; more would be planned for too long.
MOST = 3


def ways(words: list[str]) -> tuple[list[str], dict] | None:
    """SELECTs of ids, one for each way in which the words can stand about learner and title.

    With their values; None for too many words.
    """
    if not words or len(words) > MOST:
        return None
    given = patterns(words)
    found = [HELD.format(who=contains_all("c.search_text", given))]
    for number in range(1, len(given) + 1):
        for titled in itertools.combinations(given, number):
            rest = [name for name in given if name not in titled]
            # The title is a part of what an item is found by, which has the index.
            columns = ("i.search_text", "i.title_key")
            parts = {
                "what": " AND ".join(contains_all(column, titled) for column in columns),
                "held": OF_LEARNER if rest else "",
                "who": f" AND {contains_all('c.search_text', rest)}" if rest else "",
            }
            found += [ON_PATH.format(**parts), ON_EVENT.format(**parts)]
    return found, given
