"""How does the demonstration world grow to the size of the largest customers? By set-based SQL.

Rows are made from `generate_series` and hashes, so that every run makes the same world. Indexes
that no constraint needs are dropped first and made again at the end: that is what makes it minutes.
"""

import time

import psycopg

# Each needs what comes before it. %(name)s are whole numbers, {name} are SQL.
WORLD = {
    "accounts": """
INSERT INTO crm_account (kind, name, legal_name, street, postcode, city, country, tax_number, notes,
                         custom, pays_by_invoice, version, region_id)
SELECT 'organisation', initcap({word_a}) || ' ' || initcap({word_b}) || ' ' || g, '', '', '',
       'Leeds', 'GB', '', '', '{{}}', false, 0, (SELECT min(id) FROM catalog_region)
FROM generate_series(1, %(accounts)s) g
""",
    "contacts": """
INSERT INTO crm_contact (first_name, last_name, email, phone, job_title, may_sign_in, is_instructor,
                         time_zone, language, notes, custom, announcements, version, account_id)
SELECT initcap({word_a}), initcap({word_b}), {word_a} || '.' || {word_b} || g || '@people.example',
       '', 'Fitter', true, false, '', '', '', '{{}}', true, 0,
       %(account)s + 1 + (hashint8(g) & 2147483647) %% %(accounts)s
FROM generate_series(1, %(contacts)s) g
""",
    "what has prices": """
INSERT INTO catalog_priced SELECT FROM generate_series(1, 2 * %(items)s + 400)
""",
    "courses": """
INSERT INTO catalog_item (kind, title, code, slug, summary, description, objectives, prerequisites,
                          duration, image, tags, status, published_at, version, priced_id)
SELECT 'course', initcap({word_b}) || ' for ' || initcap({word_a}) || ' ' || g, 'B-' || g,
       'b-' || g, 'What everybody should know about it', '<p>All of it.</p>', '', '', '1 day', '',
       '{{}}', 'published', %(at)s, 0, %(priced)s + g
FROM generate_series(1, %(items)s) g
""",
    "categories of courses": """
INSERT INTO catalog_item_categories (item_id, category_id)
SELECT %(item)s + g, (array_agg(id))[1 + g %% count(*)::int]
FROM catalog_category, generate_series(1, %(items)s) g GROUP BY g
""",
    "events": """
INSERT INTO catalog_event (code, type, status, place, capacity, taken, first_on, last_on, starts_at,
                           ends_at, content_days, version, course_id, priced_id)
SELECT 'BE-' || g, CASE WHEN g %% 5 = 0 THEN 'classroom' ELSE 'lms' END, 'open',
       CASE WHEN g %% 5 = 0 THEN 'Leeds' ELSE '' END, CASE WHEN g %% 5 = 0 THEN 1000 END, 0,
       day, day, day + time '09:00', day + time '17:00', NULL, 0, %(item)s + g,
       %(priced)s + %(items)s + g
FROM generate_series(1, %(items)s) g,
     LATERAL (SELECT CASE WHEN g %% 5 = 0 THEN %(on)s::date + g %% 300 END AS day) d
""",
    "sessions": """
INSERT INTO catalog_session (starts_at, ends_at, time_zone, place, link, instructor, event_id)
SELECT starts_at, ends_at, 'Europe/London', 'Leeds', '', '', id FROM catalog_event
WHERE id > %(event)s AND type = 'classroom'
""",
    "prices": """
INSERT INTO catalog_price (amount, priced_id, region_id, tax_level_id, unit_id)
SELECT 100 + g %% 900, %(priced)s + g, r.id, r.tax_level_id, c.unit_id
FROM generate_series(1, 2 * %(items)s + 400) g, catalog_region r,
     LATERAL (SELECT unit_id FROM catalog_region_currencies WHERE region_id = r.id LIMIT 1) c
""",
    "pass types": """
INSERT INTO passes_passtype (name, code, slug, description, status, version)
SELECT 'Library ' || g, 'LIB' || g, 'library-' || g, 'A part of the catalogue', 'active', 0
FROM generate_series(1, 200) g
""",
    "pass options": """
INSERT INTO passes_passoption (name, period, period_unit, status, version, priced_id, pass_type_id)
SELECT 'Annual', 12, 'months', 'published', 0, %(priced)s + 2 * %(items)s + g, %(type)s + g
FROM generate_series(1, 200) g
""",
    "what they open": """
INSERT INTO passes_inclusion (event_types, item_id, pass_type_id)
SELECT '{{}}', %(item)s + 1 + (t * 131 + k * 53) %% %(items)s, %(type)s + t
FROM generate_series(1, 200) t, generate_series(1, 200) k
ON CONFLICT DO NOTHING
""",
    # Of ten, seven run today; two contacts in three have one, some have many.
    "passes": """
INSERT INTO passes_pass (starts_on, expires_on, anchor_day, issued_at, assigned_on, cancelled_at,
                         expiry_recorded, external_ids, source, version, account_id, contact_id,
                         option_id, pass_type_id)
SELECT began, ends, extract(day FROM began), began + time '00:01', began,
       CASE WHEN g %% 50 = 0 THEN began + time '00:02' END,
       CASE WHEN ends < %(on)s::date THEN ends END, '{{}}', 'import', 0, c.account_id, c.id,
       %(option)s + t, %(type)s + t
FROM generate_series(1, %(passes)s) g,
     LATERAL (SELECT hashint8(g) & 2147483647 AS h) x,
     LATERAL (SELECT 1 + h %% 200 AS t, %(on)s::date - h %% 520 AS began) y,
     LATERAL (SELECT (began + interval '1 year')::date AS ends) z,
     crm_contact c
WHERE c.id = %(contact)s + 1 + (g::bigint * 7919) %% %(contacts)s
""",
    "one account and one contact with a thousand": """
UPDATE passes_pass SET contact_id = %(contact)s + 1, account_id =
       (SELECT account_id FROM crm_contact WHERE id = %(contact)s + 1)
WHERE id > %(pass)s AND id <= %(pass)s + 1000
""",
    "registrations": """
INSERT INTO lms_registration (paid_by, registered_at, registered_on, version, account_id,
                              contact_id, event_id, used_pass_id)
SELECT 'pass', p.issued_at, p.starts_on, 0, p.account_id, p.contact_id,
       e.id, p.id
FROM passes_pass p
JOIN catalog_event e ON e.id = %(event)s
     + 1 + ((pass_type_id - %(type)s) * 131 + (1 + p.id %% 200) * 53) %% %(items)s
     AND (e.first_on IS NULL OR e.first_on <= p.expires_on)
WHERE p.id > %(pass)s AND p.id %% 2 = 0 AND p.contact_id <> %(contact)s + 1
      AND p.cancelled_at IS NULL
ON CONFLICT DO NOTHING
""",
    "seats": """
UPDATE catalog_event e SET taken = n FROM (
    SELECT event_id, count(*) AS n FROM lms_registration WHERE cancelled_at IS NULL GROUP BY 1
) r WHERE r.event_id = e.id AND e.id > %(event)s
""",
    "history": """
INSERT INTO journal (kind, subject_kind, subject_id, account_id, contact_id, before, after, source,
                     reason, at, "on", operation)
SELECT kind, 'pass', p.id, p.account_id, p.contact_id, '{{}}', jsonb_build_object(
           'starts_on', starts_on, 'expires_on', expires_on, 'contact', p.contact_id),
       'import', '', at, day, ''
FROM passes_pass p, LATERAL (VALUES
    ('pass.issued', starts_on + time '00:01', starts_on),
    ('pass.cancelled', cancelled_at, cancelled_at::date),
    ('pass.expired', (expires_on + 1)::timestamp,
     CASE WHEN expiry_recorded IS NOT NULL AND cancelled_at IS NULL THEN expires_on + 1 END)
) AS h (kind, at, day)
WHERE p.id > %(pass)s AND day IS NOT NULL
ORDER BY at
""",
    "history of registrations": """
INSERT INTO journal (kind, subject_kind, subject_id, account_id, contact_id, before, after, source,
                     reason, at, "on", operation)
SELECT 'registration.made', 'registration', id, account_id, contact_id, '{{}}', jsonb_build_object(
           'event', event_id, 'pass', used_pass_id, 'paid_by', paid_by), 'import', '',
       registered_at, registered_on, ''
FROM lms_registration WHERE used_pass_id > %(pass)s
""",
    # A contact in five; of three, one is open. Three interests each, and an invoice where won.
    "opportunities": """
INSERT INTO crm_opportunity (name, source, notes, worth, opened_on, closes_on, closed_on, won,
                             lost_because, probability, version, account_id, contact_id,
                             currency_id, region_id, stage_id)
SELECT initcap({word_b}) || ' for ' || initcap({word_a}) || ' ' || g, 'Fair', '', 600, began,
       began + 60, CASE WHEN g %% 3 > 0 THEN began + 50 END,
       CASE g %% 3 WHEN 1 THEN true WHEN 2 THEN false END,
       CASE WHEN g %% 3 = 2 THEN 'Too dear' ELSE '' END, 50, 0, c.account_id, c.id, m.unit_id, r.id,
       (SELECT min(id) FROM crm_stage
        WHERE kind = CASE g %% 3 WHEN 0 THEN 'open' WHEN 1 THEN 'won' ELSE 'lost' END)
FROM generate_series(1, %(contacts)s / 5) g,
     LATERAL (SELECT %(on)s::date - 55 - (hashint8(g) & 2147483647) %% 400
                     + CASE WHEN g %% 3 = 0 THEN 400 ELSE 0 END AS began) y,
     (SELECT min(id) AS id FROM catalog_region) r,
     LATERAL (SELECT unit_id FROM catalog_region_currencies WHERE region_id = r.id LIMIT 1) m,
     crm_contact c
WHERE c.id = %(contact)s + 1 + (g::bigint * 7919) %% %(contacts)s
""",
    "interests": """
INSERT INTO crm_interest (position, offer, title, detail, quantity, unit_price, list_price,
                          discount, tax_percent, net, tax, token_moves, version, opportunity_id,
                          tax_level_id, unit_id)
SELECT k, 'passes', 'Library ' || k, 'Annual', 2, 100, 100, 0, 20, 200, 40, '{{}}', 0, o.id,
       (SELECT min(id) FROM catalog_taxlevel), o.currency_id
FROM crm_opportunity o, generate_series(1, 3) k WHERE o.id > %(opportunity)s
""",
    "what they are interests in": """
INSERT INTO passes_passinterest (interest_id, option_id)
SELECT i.id, %(option)s + 1 + i.id %% 200 FROM crm_interest i
WHERE i.opportunity_id > %(opportunity)s
""",
    "what those that were won gave": """
INSERT INTO crm_fulfilment (interest_id, number, kind, object_id, quantity, reversed, at)
SELECT i.id, n, 'pass', %(pass)s + 2 * row_number() OVER (PARTITION BY n ORDER BY i.id) - n + 1, 1,
       0, o.closed_on
FROM crm_interest i JOIN crm_opportunity o ON o.id = i.opportunity_id AND o.won,
     generate_series(1, 2) n
WHERE o.id > %(opportunity)s
""",
    "invoices": """
INSERT INTO crm_invoice (kind, number, bill_to, bill_from, made_on, reason, net, tax, gross,
                         version, account_id, currency_id, opportunity_id)
SELECT 'invoice', '', '{{}}', '{{}}', closed_on, '', 600, 120, 720, 0, account_id, currency_id,
       id
FROM crm_opportunity WHERE id > %(opportunity)s AND won
""",
    "lines of invoices": """
INSERT INTO crm_invoiceline (position, source_kind, title, detail, note, quantity, unit_price,
                             discount, tax_name, tax_percent, net, tax, invoice_id, interest_id)
SELECT i.position, '', i.title, i.detail, '', i.quantity, i.unit_price, 0, 'Standard', 20, i.net,
       i.tax, b.id, i.id
FROM crm_invoice b JOIN crm_interest i ON i.opportunity_id = b.opportunity_id
WHERE b.opportunity_id > %(opportunity)s
""",
    "numbers of invoices": """
WITH numbered AS (
    SELECT b.id, extract(year FROM made_on)::int AS year,
           coalesce(s.last, 0)
           + row_number() OVER (PARTITION BY extract(year FROM made_on) ORDER BY b.id) AS number
    FROM crm_invoice b
    LEFT JOIN crm_numberseries s
    ON s.kind = 'invoice' AND s.year = extract(year FROM made_on)
    WHERE opportunity_id > %(opportunity)s
), taken AS (
    INSERT INTO crm_numberseries (kind, year, last)
    SELECT 'invoice', year, max(number) FROM numbered GROUP BY year
    ON CONFLICT (kind, year) DO UPDATE SET last = excluded.last
)
UPDATE crm_invoice b
SET issued_on = made_on, due_on = made_on + 30,
    number = 'INV-' || n.year || '-'
             || lpad(n.number::text, greatest(4, length(n.number::text)), '0')
FROM numbered n WHERE n.id = b.id
""",
}
HEAVY = [
    "crm_account",
    "crm_contact",
    "catalog_item",
    "catalog_event",
    "catalog_price",
    "passes_pass",
    "lms_registration",
    "journal",
    "crm_opportunity",
    "crm_interest",
]
A = "an be ca di el fa gre ha iv jo ka li ma ni ol pe ro sa ti ve"
B = "na rt la ra sa bio ta ns nas tja am rie ls ga ter bine mo lou dor win"
C = "ash birch cole dray eld fern gold hart ing kirk lund moss nor oak pike quill rown"
D = "bridge by croft dale field ford gate ham house ley man sen shaw stead ton ward wick"


def word(first, second, salt) -> str:
    """SQL for a name that is made of two syllables chosen by `g`."""

    def pick(syllables, more):
        listed = ",".join(f"'{each}'" for each in syllables.split())
        count = len(syllables.split())
        return f"(ARRAY[{listed}])[1 + (hashint8(g + {more}) & 2147483647) % {count}]"

    return (pick(first, salt) + " || " + pick(second, salt + 7)).replace("%", "%%")


def fill(
    address: str, *, on, contacts=1_000_000, passes=1_000_000, items=10_000, say=print
) -> dict:
    """Add so many rows; returns the ids that the new ones begin after, by name.

    `address` names the owner of the tables and `on` is today. Takes minutes; not to be repeated.
    """
    numbers = {"contacts": contacts, "passes": passes, "items": items, "on": on, "at": on}
    numbers["accounts"] = max(contacts // 20, 1)
    words = {"word_a": f"({word(A, B, 1)})", "word_b": f"({word(C, D, 2)})"}
    with psycopg.connect(address, autocommit=True) as connection:
        numbers |= {
            name: last(connection, table)
            for name, table in {
                "account": "crm_account",
                "contact": "crm_contact",
                "priced": "catalog_priced",
                "item": "catalog_item",
                "event": "catalog_event",
                "type": "passes_passtype",
                "option": "passes_passoption",
                "pass": "passes_pass",
                "opportunity": "crm_opportunity",
            }.items()
        }
        connection.execute("SET maintenance_work_mem = '512MB'")
        begun = time.monotonic()
        dropped = drop_indexes(connection)
        for name, statement in WORLD.items():
            with connection.transaction():
                made = connection.execute(statement.format(**words), numbers).rowcount
            say(f"{time.monotonic() - begun:7.1f} s  {made:>9,} {name}")
        for statement in dropped:
            connection.execute(statement)
        say(f"{time.monotonic() - begun:7.1f} s  {len(dropped):>9,} indexes made again")
        connection.execute("VACUUM (ANALYZE)")
        say(f"{time.monotonic() - begun:7.1f} s  vacuumed and analysed")
    return numbers


def last(connection, table: str) -> int:
    """The id that a sequence will count on from, whether or not its row is still there."""
    found = connection.execute(
        "SELECT coalesce(last_value, 0) FROM pg_sequences "
        "WHERE schemaname = 'public' AND sequencename = %s",
        [f"{table}_id_seq"],
    ).fetchone()
    return found[0]


def drop_indexes(connection) -> list[str]:
    """Drop what only makes the heavy tables quicker to read; returns the statements to undo it."""
    rows = connection.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique "
        "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)",
        [HEAVY],
    ).fetchall()
    for name, _again in rows:
        connection.execute(f'DROP INDEX "{name}"')
    return [again for _name, again in rows]
