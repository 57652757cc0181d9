"""Who or what is meant by these letters? Contacts, accounts and opportunities, found as one types.

Forgiving of case, accents, the order of words and small slips: every word has to stand somewhere
in the row, or nearly. What is called exactly so comes first, then what begins so, then what has
all the words, then what is merely alike.
"""

import dataclasses
import re

from django.db import connection

from tms.text import plain
from tms.ui.address import page_of
from tms.ui.register import Hit

from .models import AccountKind
from .models.contact import called

WORDS = 5
# How alike is alike? 0.42 forgives a wrong letter in the middle of a word of six.
ALIKE = 0.42
# The most alike are chosen among so many at most.
CANDIDATES = 1000

# Every branch stops at its limit, and none is begun once those before it found enough, so that a
# bounded number of rows is read whatever is typed. Likeness costs most: it is asked for when
# nothing fits as it was typed. Its threshold has to stand before the index is read, so the
# branch hangs on the row that sets it. It begins with SELECT: what might write is told who asks.
STATEMENT = """SELECT {columns}
FROM (
    WITH asked AS MATERIALIZED (
        SELECT set_config('pg_trgm.word_similarity_threshold', '{alike}', true) AS threshold
    ), fits AS MATERIALIZED (
        SELECT tier, id FROM ({fits}) fitting LIMIT %(most)s
    ), found AS (
        SELECT tier, id FROM fits
        UNION ALL
        SELECT nearly.tier, nearly.id FROM asked CROSS JOIN LATERAL ({nearly}) nearly
        WHERE asked.threshold IS NOT NULL AND NOT EXISTS (SELECT FROM fits)
    )
    SELECT id, min(tier) AS tier FROM found GROUP BY id
) best
JOIN {table} USING (id) {joins}
ORDER BY best.tier, strict_word_similarity(fold(%(query)s), {table}.{text}) DESC,
         {table}.name_key, {table}.id
LIMIT %(limit)s
"""
# A part of a mail address, or of one in the web.
ADDRESS = re.compile(r"\w[@.]\w")
BRANCH = "(SELECT {tier} AS tier, id FROM {table} WHERE {living} AND {test} LIMIT {most})"

UNLESS = "(SELECT * FROM {rest} rest WHERE NOT EXISTS {exactly})"


@dataclasses.dataclass(frozen=True)
class Shelf:
    """A table that is searched by `text`, a folded column with a trigram index."""

    table: str
    text: str
    exactly: str
    begins: tuple[str, ...]
    columns: str
    joins: str = ""
    # What is exactly so is all that is meant.
    at_most_one: bool = False
    # Are there addresses in it?
    addresses: bool = False
    # What is found at all.
    living: str = "archived_at IS NULL"

    def statement(self, words: list[str]) -> str:
        """The SQL for so many words; the words themselves are its parameters."""
        has, nearly = [], []
        for n, word in enumerate(words):
            inside = f"{self.text} LIKE fold(%(inside{n})s)"
            if len(word) < 3:  # too short for the index, except where a word begins
                inside = (
                    f"({self.text} LIKE fold(%(first{n})s) OR {self.text} LIKE fold(%(later{n})s))"
                )
            has.append(inside)
            alike = f"(fold(%(word{n})s) <%% {self.text})"
            nearly.append(f"({inside} OR {alike})" if self.may_be_alike(word) else inside)
        tests = [f"{column} LIKE fold(%(begins)s)" for column in self.begins]
        fits = [self.branch(1, test) for test in tests] + [self.branch(2, " AND ".join(has))]
        if self.at_most_one:
            nobody = self.branch(0, self.exactly)
            fits = [UNLESS.format(rest=each, exactly=nobody) for each in fits]
        fits.insert(0, self.branch(0, self.exactly))
        return STATEMENT.format(
            alike=ALIKE,
            fits=" UNION ALL ".join(fits),
            nearly=self.branch(3, " AND ".join(nearly), most=CANDIDATES),
            columns=self.columns,
            table=self.table,
            joins=self.joins,
            text=self.text,
        )

    def may_be_alike(self, word: str) -> bool:
        """Of short words every other one is alike, and of an address every name that is in it."""
        return len(word) > 3 and (self.addresses or not ADDRESS.search(word))

    def branch(self, tier, test, most="%(most)s") -> str:
        return BRANCH.format(tier=tier, table=self.table, living=self.living, test=test, most=most)

    def find(self, query: str, limit: int) -> list[tuple]:
        """The rows that fit best. One statement."""
        words = query.replace("\x00", "").split()[:WORDS]
        if not words:
            return []
        query = " ".join(words)
        parameters = {"query": query, "exact": query.lower(), "begins": f"{plain(query)}%"}
        parameters |= {"limit": limit, "most": 4 * limit}
        for n, word in enumerate(words):
            parameters |= {
                f"word{n}": word,
                f"inside{n}": f"%{plain(word)}%",
                f"first{n}": f"{plain(word)}%",
                f"later{n}": f"% {plain(word)}%",
            }
        with connection.cursor() as cursor:
            cursor.execute(self.statement(words), parameters)
            return cursor.fetchall()


CONTACTS = Shelf(
    table="crm_contact",
    text="search_text",
    exactly="lower(email) = %(exact)s",
    begins=("search_text", "name_key"),
    columns="crm_contact.id, first_name, last_name, email, crm_account.name",
    joins="JOIN crm_account ON crm_account.id = account_id",
    at_most_one=True,
    addresses=True,
)
ACCOUNTS = Shelf(
    table="crm_account",
    text="name_key",
    exactly="name_key = fold(%(query)s)",
    begins=("name_key",),
    columns="crm_account.id, name, kind, city",
)
# Open and closed ones: what was won is looked up as often as what is sold.
OPPORTUNITIES = Shelf(
    table="crm_opportunity",
    text="name_key",
    exactly="name_key = fold(%(query)s)",
    begins=("name_key",),
    columns="crm_opportunity.id, crm_opportunity.name, crm_account.name, crm_stage.name",
    joins=(
        "JOIN crm_account ON crm_account.id = account_id JOIN crm_stage ON crm_stage.id = stage_id"
    ),
    living="true",
)


def contacts(query: str, user, limit: int) -> list[Hit]:
    """For global search: who has these words in name or address."""
    return [
        Hit(
            called(first, last, email),
            page_of("crm:contact", pk),
            (email or "") if first or last else "",
            account,
        )
        for pk, first, last, email, account in CONTACTS.find(query, limit)
    ]


def accounts(query: str, user, limit: int) -> list[Hit]:
    """For global search: which accounts are called so."""
    kinds = dict(AccountKind.choices)
    return [
        Hit(name, page_of("crm:account", pk), city, str(kinds[kind]))
        for pk, name, kind, city in ACCOUNTS.find(query, limit)
    ]


def opportunities(query: str, user, limit: int) -> list[Hit]:
    """For global search: which opportunities are called so."""
    return [
        Hit(name, page_of("crm:opportunity", pk), account, stage)
        for pk, name, account, stage in OPPORTUNITIES.find(query, limit)
    ]
