"""How are rows narrowed to many that are known by their ids? By one array, whatever their number.

An IN has a parameter for each: with a thousand of them what the driver does with the text and its
values takes longer than the answer, and a statement is planned for each number.
"""

from django.db.models import BigAutoField, Lookup


class Ids(str):
    """Ids as the text of one array, `{7,8}`: a single value for the statement."""

    __slots__ = ()

    @classmethod
    def of(cls, ids) -> "Ids":
        return cls(f"{{{','.join(map(str, ids))}}}")

    @property
    def any(self) -> bool:
        return self != "{}"


@BigAutoField.register_lookup
class Among(Lookup):
    """`pk__among=Ids.of([7, 8])`: the row is one of these."""

    lookup_name = "among"
    prepare_rhs = False

    def get_db_prep_lookup(self, value, connection):
        return "%s", [str(value)]

    def as_sql(self, compiler, connection):
        column, before = self.process_lhs(compiler, connection)
        array, ids = self.process_rhs(compiler, connection)
        return f"{column} = ANY({array}::bigint[])", [*before, *ids]
