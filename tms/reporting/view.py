"""What is a view of the schema `reporting`? A sentence, columns with their meaning, and tables."""

import dataclasses

TODAY = "(SELECT reporting.today())"  # a subquery is asked once a statement, a call once a row


@dataclasses.dataclass(frozen=True)
class View:
    """One published view. Views read tables and `TODAY`, never one another.

    `columns`: name → (SQL expression, meaning), in their order, which never changes: a new column
    comes last. `source` is what follows FROM. Join names by LEFT JOIN on a primary key: the planner
    leaves out what nobody asks for.
    """

    meaning: str
    columns: dict[str, tuple[str, str]]
    source: str

    @property
    def select(self) -> str:
        columns = ",\n       ".join(f"{sql} AS {name}" for name, (sql, _) in self.columns.items())
        return f"SELECT {columns}\nFROM {self.source}"
