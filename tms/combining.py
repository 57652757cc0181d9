"""How do callers that would wait for one lock go to the database together?

Each one's turn costs a way there and back and a commit. Whoever comes first asks at once; those
who come while that lasts wait, and then one of them asks for all, in one transaction (known as
flat combining, or as group commit).
"""

import threading

from django.db import DatabaseError, InterfaceError, OperationalError

# So many are asked for in one go at most.
MOST = 8
UNKNOWN = (
    "Whoever asked for several was interrupted. Look whether it was done before you repeat it."
)


class Caller:
    """One who waits, what they gave and what they are told. `turn` is held until they are."""

    __slots__ = ("alone", "answer", "error", "given", "leads", "turn")

    def __init__(self, given):
        self.given, self.answer, self.error = given, None, None
        self.leads = self.alone = False
        self.turn = threading.Lock()
        self.turn.acquire()


class Combined:
    """Those who ask at this moment, by what they would wait for."""

    def __init__(self):
        self.guard = threading.Lock()
        # By key, as long as somebody asks: those who wait.
        self.waiting: dict[object, list[Caller]] = {}

    def ask(self, key, given, send):
        """The answer to `given`; asked for by this thread, or by another with the same `key`.

        `send` takes a list of what callers gave, all in one transaction that is kept when it
        returns, and returns a list of their answers. Raises what `send` raises. What the database
        refuses of several was done for none of them: each asks again alone, and learns whether
        theirs was wrong.
        """
        mine = None
        with self.guard:
            if key in self.waiting:
                mine = Caller(given)
                self.waiting[key].append(mine)
            else:
                self.waiting[key] = []
        try:
            if mine is None:
                return send([given])[0]
            mine.turn.acquire()
            if mine.leads:
                self.lead(key, mine, send)
        finally:
            self.leave(key, mine)
        if mine.alone:
            return send([given])[0]
        if mine.error is not None:
            raise type(mine.error)(*mine.error.args) from mine.error
        return mine.answer

    def lead(self, key, mine, send) -> None:
        """Ask for whoever waits by now, and tell each of them."""
        with self.guard:
            others = self.waiting[key][: MOST - 1]
            del self.waiting[key][: MOST - 1]
        everybody = [mine, *others]
        try:
            answers = send([each.given for each in everybody])
            for each, answer in zip(everybody, answers, strict=True):
                each.answer = answer
        except BaseException as error:
            # Only what was refused is known not to be done.
            refused = isinstance(error, DatabaseError) and not isinstance(error, OperationalError)
            known = isinstance(error, DatabaseError | InterfaceError)
            for each in everybody:
                each.alone = refused
                each.error = error if known else OperationalError(UNKNOWN)
            if not (others and refused):
                raise
        finally:
            for each in others:
                each.turn.release()

    def leave(self, key, mine) -> None:
        """Whoever waits longest leads now. Whoever was interrupted waits no longer."""
        with self.guard:
            waiting = self.waiting.get(key, [])
            if mine is not None and not mine.leads:
                if mine in waiting:
                    waiting.remove(mine)
            elif waiting:
                following = waiting.pop(0)
                following.leads = True
                following.turn.release()
            else:
                del self.waiting[key]
