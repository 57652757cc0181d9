"""What do the forms about quizzes ask?"""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.ui.forms import NEEDED, Form, ModelForm, made_native

from . import scoring
from .models import QuestionForm, Quiz
from .quizzes import MOST


class QuizForm(ModelForm):
    """How a quiz is held."""

    class Meta:
        model = Quiz
        fields = ("pass_mark", "attempts", "counts", "shows", "shuffles")
        labels = {
            "pass_mark": gettext_lazy("Pass mark, in per cent"),
            "attempts": gettext_lazy("Attempts"),
            "counts": gettext_lazy("Which attempt counts"),
            "shows": gettext_lazy("Show the right answers"),
            "shuffles": gettext_lazy("Shuffle questions and answers"),
        }
        help_texts = {
            "pass_mark": gettext_lazy("Of the points of all questions."),
            "attempts": gettext_lazy("Left empty, one may try as often as one likes."),
            "counts": gettext_lazy("As the result. What was passed once stays passed."),
            "shows": gettext_lazy("On the page with the result, once it is handed in."),
        }


def words(label, most=2000, **more):
    return forms.CharField(
        label=label,
        required=False,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": 2}),
        **more,
    )


class QuestionDetails(Form):
    """A question of one kind; after `is_valid`, `cleaned_data` is what the verb takes."""

    text = forms.CharField(
        label=gettext_lazy("Question"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    points = forms.IntegerField(
        label=gettext_lazy("Points"), min_value=1, max_value=1000, initial=1
    )
    feedback = words(
        gettext_lazy("Feedback"), help_text=gettext_lazy("Shown with the result in any case.")
    )
    feedback_right = words(gettext_lazy("Feedback when right"))
    feedback_wrong = words(gettext_lazy("Feedback when wrong"))

    def __init__(self, *args, question, rows=0, **kwargs):
        super().__init__(*args, **kwargs)
        self.question, self.kind = question, QuestionForm(question.form)
        sent = self.data.get("rows", "") if self.is_bound else ""
        rows = rows or (int(sent) if sent.isdecimal() and len(sent) < 3 else 0)
        self.number = min(max(rows, 4, len(question.answers) + 1), MOST)
        for name, field in self.of_kind().items():
            field.error_messages["required"] = NEEDED
            made_native(field)
            self.fields[name] = field

    @property
    def is_choice(self) -> bool:
        return self.kind in {QuestionForm.SINGLE, QuestionForm.MULTIPLE}

    @property
    def has_room(self) -> bool:
        return self.number < MOST

    def of_kind(self) -> dict:
        """The fields that a question of this kind has besides."""
        match self.kind:
            case QuestionForm.TRUTH:
                which = [("0", _("True")), ("1", _("False"))]
                radio = forms.RadioSelect
                return {"right": forms.ChoiceField(label=_("This is"), choices=which, widget=radio)}
            case QuestionForm.SHORT:
                help_text = _("One on each line. Capitals, accents and blanks make no difference.")
                field = forms.CharField(
                    label=_("Accepted answers"),
                    help_text=help_text,
                    widget=forms.Textarea(attrs={"rows": 4}),
                )
                return {"accepted": field}
            case QuestionForm.NUMERIC:
                digits = {"max_digits": 20, "decimal_places": 6}
                help_text = _("How far off an answer may be and still be right; 0 for exactly.")
                tolerance = forms.DecimalField(
                    label=_("Tolerance"), help_text=help_text, min_value=0, initial=0, **digits
                )
                return {
                    "value": forms.DecimalField(label=_("Right number"), **digits),
                    "tolerance": tolerance,
                }
        numbers = [(str(n), n) for n in range(self.number)]
        fields = {"right": forms.MultipleChoiceField(choices=numbers, required=False)}
        for n in range(self.number):
            label = _("Answer %(number)s") % {"number": n + 1}
            fields[f"answer_{n}"] = forms.CharField(label=label, required=False, max_length=1000)
        return fields

    def rows(self):
        """Of a choice, what is drawn for each answer: (number from 0, its text, is it right?)."""
        right = self["right"].value() or []
        for n in range(self.number):
            yield n, self[f"answer_{n}"], str(n) in {str(each) for each in right}

    def clean(self):
        given = super().clean()
        match self.kind:
            case QuestionForm.TRUTH:
                right = given.pop("right", None)
                given["answers"] = [{"text": "", "right": right == way} for way in ("0", "1")]
            case QuestionForm.SHORT:
                lines = given.pop("accepted", "").splitlines()
                given["answers"] = [{"text": line, "right": True} for line in lines]
            case QuestionForm.NUMERIC:
                given["answers"] = []
            case _:
                right = given.pop("right", [])
                given["answers"] = [
                    {"text": given.pop(f"answer_{n}", ""), "right": str(n) in right}
                    for n in range(self.number)
                ]
        return given


def initial_of(question) -> dict:
    """What the form is filled with for a question that is there."""
    names = ("text", "points", "feedback", "feedback_right", "feedback_wrong")
    initial = {name: getattr(question, name) for name in names}
    answers = question.answers
    right = [str(n) for n, each in enumerate(answers) if each["right"]]
    match question.form:
        case QuestionForm.TRUTH:
            return initial | {"right": right[0]}
        case QuestionForm.SHORT:
            return initial | {"accepted": "\n".join(each["text"] for each in answers)}
        case QuestionForm.NUMERIC:
            numbers = {"value": question.value, "tolerance": question.tolerance}
            return initial | {name: scoring.plain(str(each)) for name, each in numbers.items()}
    texts = {f"answer_{n}": each["text"] for n, each in enumerate(answers)}
    return initial | texts | {"right": right}


class AnotherAttemptForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("For the history; the learner doesn't read it."),
    )
