"""What does a part's data model say of completion and score, and which part comes next?"""

from decimal import Decimal

from .elements import table


def at_launch(part: dict, standard: str, who: dict, spent: str) -> dict:
    """The elements that the part can only read, as they are when it is launched."""
    if standard == "1.2":
        found = {
            "cmi.core.student_id": who["id"],
            "cmi.core.student_name": who["name"],
            "cmi.core.entry": who["entry"],
            "cmi.core.total_time": spent,
            "cmi.launch_data": part["launch_data"],
            "cmi.student_data.mastery_score": part["mastery"],
            "cmi.student_data.max_time_allowed": part["max_time"],
            "cmi.student_data.time_limit_action": part["time_limit"],
        }
    else:
        found = {
            "cmi.learner_id": who["id"],
            "cmi.learner_name": who["name"],
            "cmi.entry": who["entry"],
            "cmi.total_time": spent,
        }
        found |= {
            name: value
            for name, value in {
                "cmi.launch_data": part["launch_data"],
                "cmi.completion_threshold": part["threshold"],
                "cmi.scaled_passing_score": part["passing"],
                "cmi.max_time_allowed": part["max_time"],
                "cmi.time_limit_action": part["time_limit"],
            }.items()
            if value
        }
    return found


def judged(values: dict, part: dict, standard: str, *, finished: bool) -> dict:
    """The values, with the status that the manifest's limits make of score and progress."""
    if standard == "1.2":
        score, least = _number(values, "cmi.core.score.raw"), _decimal(part["mastery"])
        if finished and score is not None and least is not None:
            status = "passed" if score >= least else "failed"
            return values | {"cmi.core.lesson_status": status}
        return values
    found = dict(values)
    score, least = _number(values, "cmi.score.scaled"), _decimal(part["passing"])
    if score is not None and least is not None:
        found["cmi.success_status"] = "passed" if score >= least else "failed"
    done, least = _number(values, "cmi.progress_measure"), _decimal(part["threshold"])
    if done is not None and least is not None:
        found["cmi.completion_status"] = "completed" if done >= least else "incomplete"
    return found


def note(state, part: dict, values: dict, standard: str, *, at) -> None:
    """Put on the state what is better than before: completed, passed, the best score."""
    values = judged(values, part, standard, finished=False)
    if standard == "1.2":
        status = values.get("cmi.core.lesson_status", "")
        done, passed, failed = (
            status in {"completed", "passed"},
            status == "passed",
            status == "failed",
        )
    else:
        success = values.get("cmi.success_status", "")
        passed, failed = success == "passed", success == "failed"
        done = passed or (values.get("cmi.completion_status") == "completed" and not failed)
    if done and state.completed_at is None:
        state.completed_at = at
    if passed:
        state.passed = True
    elif failed and state.passed is None:
        state.passed = False
    score = percent(values, standard)
    if score is not None and (state.best is None or score > state.best):
        state.best = score


def percent(values: dict, standard: str) -> Decimal | None:
    """The score, 0 to 100; or None where there is none that could be put so."""
    if standard == "1.2":
        score = _number(values, "cmi.core.score.raw")
    else:
        scaled, raw = _number(values, "cmi.score.scaled"), _number(values, "cmi.score.raw")
        least = _number(values, "cmi.score.min") or Decimal()
        most = _number(values, "cmi.score.max")
        score = scaled * 100 if scaled is not None else None
        if score is None and raw is not None and most is not None and most > least:
            score = (raw - least) / (most - least) * 100
    if score is None:
        return None
    return min(max(score, Decimal()), Decimal(100)).quantize(Decimal("0.01"))


def following(package, states: dict) -> str:
    """The part to go on with: the last one that is open, else the first that isn't done."""
    parts = [each["id"] for each in package.parts]
    begun = [states[each] for each in parts if each in states and not states[each].completed_at]
    if begun:
        return max(begun, key=lambda state: state.last_at).item
    return next((each for each in parts if each not in states), parts[0])


def near(package, states: dict) -> set[str]:
    """Where no choice is offered: what was opened before, and the next one after it."""
    parts = [each["id"] for each in package.parts]
    last = max((parts.index(each) for each in parts if each in states), default=-1)
    return set(parts[: last + 2])


def outline(package, states: dict) -> list[dict]:
    """The items with what a table of contents says of each: its status and its best score."""
    return [
        item | {"state": states.get(item["id"]), "number": number}
        for number, item in enumerate(package.items)
        if item["visible"]
    ]


def readable(standard: str) -> dict:
    """The table as the runtime in the browser gets it."""
    return {name: list(row) for name, row in table(standard).items()}


def _number(values: dict, name: str) -> Decimal | None:
    return _decimal(values.get(name, ""))


def _decimal(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except ArithmeticError:
        return None
    return found if found.is_finite() else None
