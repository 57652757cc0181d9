"""How is a name taken out of a text?"""

from tms.personal import ERASED


def without(text: str, names) -> str:
    """The text with every one of the names replaced by the fixed word, whatever their case."""
    for name in sorted(names, key=len, reverse=True):
        low, start = text.lower(), 0
        while (found := low.find(name.lower(), start)) >= 0:
            text = text[:found] + ERASED + text[found + len(name) :]
            low, start = text.lower(), found + len(ERASED)
    return text


def without_in(values: dict, names) -> dict:
    """The same, of every text in a dictionary."""
    return {
        key: without(value, names) if isinstance(value, str) else value
        for key, value in values.items()
    }


def parts_of(names) -> tuple[str, ...]:
    """The names, and each word of them by itself, for what is about this person anyway.

    Words of one or two letters are left alone: they stand in everything.
    """
    words = (word for name in names if "@" not in name for word in name.split())
    return (*names, *(word for word in words if len(word) > 2))
