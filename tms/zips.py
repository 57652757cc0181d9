"""How much is in this zip, by its last record alone? Reading its entries costs memory."""

import os

# The record at the end of a zip; a comment may stand behind it.
END, END_SIZE = b"PK\x05\x06", 22
COMMENT = 2**16
ENTRY_SIZE = 46


def holds_more(file, *, files: int, longest_name: int) -> bool | None:
    """Does it say that it has more entries than `files`, or more about so many than they need?

    `longest_name`: bytes that a name may have on average. None: it isn't a whole zip. Begins and
    ends at the beginning of the file.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - END_SIZE - COMMENT))
    tail = file.read()
    file.seek(0)
    start = tail.rfind(END)
    if start < 0 or len(tail) - start < END_SIZE:
        return None
    # Of zips with more than these can say all bits are set, which is more than anybody allows.
    number = int.from_bytes(tail[start + 10 : start + 12], "little")
    directory = int.from_bytes(tail[start + 12 : start + 16], "little")
    return number > files or directory > files * (ENTRY_SIZE + longest_name)
