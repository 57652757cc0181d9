"""What must never be, one SQL each: every file holds a list `INVARIANTS`."""
