"""What must never be with what is sold and billed. Read whole, each table once or twice."""

from django.utils.translation import gettext_lazy as _

from ..invariant import Invariant

INVARIANTS = [
    Invariant(
        "I11 fulfilments",
        _("Interests that gave more or less than was sold, or gave something unsold"),
        """
SELECT i.id, i.quantity, o.state, coalesce(f.quantity, 0) AS given
FROM reporting.interests i
JOIN reporting.opportunities o ON o.id = i.opportunity_id
LEFT JOIN (
    SELECT interest_id, sum(quantity) AS quantity FROM reporting.fulfilments GROUP BY interest_id
) f ON f.interest_id = i.id
WHERE coalesce(f.quantity, 0) <> CASE WHEN o.state = 'won' THEN i.quantity ELSE 0 END
""",
    ),
    Invariant(
        "I11 taken back",
        _("Interests of which more was taken back than was credited"),
        """
SELECT f.interest_id AS id, f.reversed, coalesce(c.credited, 0) AS credited
FROM (
    SELECT interest_id, sum(reversed) AS reversed FROM reporting.fulfilments GROUP BY interest_id
) f
LEFT JOIN (
    SELECT l.interest_id, sum(c.quantity) FILTER (WHERE NOT c.by_amount) AS credited
    FROM reporting.invoice_lines c
    JOIN reporting.invoice_lines l ON l.id = c.credits_id
    GROUP BY l.interest_id
) c ON c.interest_id = f.interest_id
WHERE f.reversed > coalesce(c.credited, 0)
""",
    ),
    Invariant(
        "I13 sums",
        _("Invoices whose sums are not those of their lines"),
        """
SELECT i.id, i.net, i.tax, i.gross, l.net AS net_by_lines, l.tax AS tax_by_lines
FROM reporting.invoices i
LEFT JOIN (
    SELECT invoice_id, sum(net) AS net, sum(tax) AS tax
    FROM reporting.invoice_lines GROUP BY invoice_id
) l ON l.invoice_id = i.id
WHERE (i.net, i.tax, i.gross) IS DISTINCT FROM (l.net, l.tax, l.net + l.tax)
""",
    ),
    Invariant(
        "I13 digits",
        _("Lines of invoices with more digits than their currency has"),
        """
SELECT l.id, l.net, l.tax, u.code
FROM crm_invoiceline l
JOIN crm_invoice i ON i.id = l.invoice_id
JOIN catalog_unit u ON u.id = i.currency_id
WHERE round(l.net, u.decimals) <> l.net OR round(l.tax, u.decimals) <> l.tax
   OR round(l.unit_price, u.decimals) <> l.unit_price
""",
    ),
    # A line whose whole quantity is credited was credited to the last cent.
    Invariant(
        "I13 credited",
        _("Lines of invoices credited for more than they were, or not to the cent"),
        """
SELECT l.id, l.quantity, l.net, l.tax, c.quantity AS credited, c.net AS net_credited
FROM reporting.invoice_lines l
JOIN (
    SELECT credits_id, sum(quantity) FILTER (WHERE NOT by_amount) AS quantity,
           sum(net) AS net, sum(tax) AS tax
    FROM reporting.invoice_lines GROUP BY credits_id
) c ON c.credits_id = l.id
WHERE c.quantity > l.quantity OR c.net > l.net OR c.tax > l.tax
   OR c.quantity = l.quantity AND (c.net, c.tax) <> (l.net, l.tax)
""",
    ),
    Invariant(
        "O12 worth",
        _("Opportunities whose worth is not the sum of their interests"),
        """
SELECT o.id, o.worth, coalesce(i.net, 0) AS by_interests
FROM reporting.opportunities o
LEFT JOIN (
    SELECT opportunity_id, unit, sum(net) AS net
    FROM reporting.interests GROUP BY opportunity_id, unit
) i ON i.opportunity_id = o.id AND i.unit = o.currency
WHERE o.worth <> coalesce(i.net, 0)
""",
    ),
    Invariant(
        "O10 numbers",
        _("Series of numbers with gaps, twins, or a number of another year"),
        """
SELECT coalesce(s.kind, n.kind) || ' ' || coalesce(s.year, n.year) AS id, s.last, n.given
FROM crm_numberseries s
FULL JOIN (
    SELECT kind, year, count(*) AS given, count(DISTINCT number) AS numbers,
           min(number) AS first, max(number) AS last, bool_and(year = day) AS of_the_year
    FROM (
        SELECT kind, split_part(number, '-', 2)::int AS year,
               split_part(number, '-', 3)::int AS number, extract(year FROM issued_on) AS day
        FROM crm_invoice WHERE number <> ''
        UNION ALL
        SELECT 'quote', split_part(number, '-', 2)::int, split_part(number, '-', 3)::int,
               extract(year FROM issued_on)
        FROM crm_quote
    ) each
    GROUP BY kind, year
) n ON n.kind = s.kind AND n.year = s.year
WHERE (s.last, s.last, s.last, 1, true)
      IS DISTINCT FROM (n.last, n.given, n.numbers, n.first, n.of_the_year)
""",
    ),
    Invariant(
        "O11 void",
        _("Invoices that are void and not credited wholly, or credited wholly and not void"),
        """
SELECT i.id, i.voided_on
FROM reporting.invoices i
JOIN (
    SELECT l.invoice_id, bool_and(l.quantity = coalesce(c.quantity, 0)) AS wholly
    FROM reporting.invoice_lines l
    LEFT JOIN (
        SELECT credits_id, sum(quantity) FILTER (WHERE NOT by_amount) AS quantity
        FROM reporting.invoice_lines GROUP BY credits_id
    ) c ON c.credits_id = l.id
    GROUP BY l.invoice_id
) l ON l.invoice_id = i.id
WHERE i.number IS NOT NULL AND (i.voided_on IS NOT NULL) <> l.wholly
""",
    ),
    Invariant(
        "I14 given back",
        _("Payments by card of which more goes back in parts than came"),
        """
SELECT p.id, p.received, sum(r.amount) AS given_back
FROM lms_paymentrefund r JOIN lms_payment p ON p.id = r.payment_id
GROUP BY p.id, p.received
HAVING sum(r.amount) > coalesce(p.received, 0)
""",
    ),
]
