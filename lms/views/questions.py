"""How do staff put a quiz together? A page with its questions, and the dialogs about them."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from catalog.views.drafts import Drafted
from tms.ui.access import staff
from tms.ui.forms import Form

from .. import quizzes, scoring
from ..forms_quiz import QuestionDetails, QuizForm, initial_of
from ..models import QuestionForm, Quiz, QuizQuestion
from .content import CHANGE, ContentDialog


@staff(CHANGE)
@require_GET
def questions(request, pk):
    """The questions of a quiz, in order; by htmx the list alone, to refresh itself."""
    quiz = _quiz(pk)
    if request.htmx and not request.htmx.history_restore_request:
        return HttpResponse(draw(request, quiz))
    context = {
        "quiz": quiz,
        "unit": quiz.unit,
        "course": quiz.unit.section.course,
        "listed": draw(request, quiz),
    }
    return render(request, "lms/content/questions.html", context)


def draw(request, quiz: Quiz) -> str:
    """The list of the questions, with its heading. One statement."""
    found = list(quiz.questions.all())
    context = {
        "quiz": quiz,
        "questions": [(each, told(each)) for each in found],
        "points": sum(each.points for each in found),
        "forms": QuestionForm.choices,
    }
    return render_to_string("lms/content/_questions.html", context, request=request)


def told(question: QuizQuestion) -> str:
    """What is right, in words."""
    (kept,) = scoring.snapshot([question], shuffles=False)
    return scoring.right_words(kept)


class Settings(ContentDialog):
    title, submit, size = gettext_lazy("Quiz settings"), gettext_lazy("Save"), "small"
    form_class, changes = QuizForm, "questions"

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.quiz = self.versioned = _quiz(pk)

    @property
    def subject(self):
        return self.quiz.unit.title

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.quiz}

    def get_success_url(self):
        return reverse("lms:questions", args=[self.quiz.pk])

    def perform(self, **answers):
        quizzes.set_up(self.quiz, **answers, **self.who())


class QuestionDialog(Drafted, ContentDialog):
    """A question's form: a page of its own, as it is long."""

    form_class = QuestionDetails
    template_name = "lms/content/question.html"
    as_page = True

    def taken_up(self):
        fields = super().taken_up()
        # Where nothing is ticked, nothing is sent.
        return {"right": []} | fields if "rows" in fields else fields

    def get_form_kwargs(self):
        rows = self.taken_up().get("rows", "")
        number = int(rows) if rows.isdecimal() and len(rows) < 3 else 0
        return super().get_form_kwargs() | {"question": self.question, "rows": number}

    def post(self, request, *args, **kwargs):
        if "more" in request.POST:
            return self.with_more()
        return super().post(request, *args, **kwargs)

    def with_more(self):
        """The same form with room for four more answers, and what was typed."""
        sent = self.request.POST
        number = self.get_form().number + 4
        typed = {name: sent.get(name) for name in sent} | {"right": sent.getlist("right")}
        form = QuestionDetails(question=self.question, rows=number, initial=typed)
        # All that was typed stands in it, so that no draft is offered over it.
        return self.render_to_response(self.get_context_data(form=form, taken_up=True))

    def get_success_url(self):
        return reverse("lms:questions", args=[self.question.quiz_id])

    @property
    def subject(self):
        return self.question.quiz.unit.title

    def perform(self, **answers):
        quizzes.save_question(self.question, **answers, **self.who())
        return self.get_success_url()


class AddQuestion(QuestionDialog):
    submit = gettext_lazy("Add")

    def setup(self, request, *args, pk, form, **kwargs):
        super().setup(request, *args, pk=pk, form=form, **kwargs)
        if form not in QuestionForm.values:
            raise Http404
        self.question = QuizQuestion(quiz=_quiz(pk), form=form)
        self.about = f"quiz {pk} {form}"

    @property
    def title(self):
        return _("Add question: %(kind)s") % {"kind": self.question.get_form_display()}


class EditQuestion(QuestionDialog):
    title, submit = gettext_lazy("Edit question"), gettext_lazy("Save")

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.question = self.versioned = _question(pk)
        self.about = f"question {pk}"

    def get_initial(self):
        return initial_of(self.question) | super().get_initial()


class RemoveQuestion(ContentDialog):
    title, submit, size, danger, form_class, changes = (
        gettext_lazy("Delete question"),
        gettext_lazy("Delete the question"),
        "small",
        True,
        Form,
        "questions",
    )
    template_name = "lms/content/remove_question.html"

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.question = _question(pk)

    @property
    def subject(self):
        return str(self.question)

    def get_success_url(self):
        return reverse("lms:questions", args=[self.question.quiz_id])

    def perform(self):
        quizzes.remove_question(self.question, **self.who())


@staff(CHANGE)
@require_POST
def move_question(request, pk):
    """Up or down by one."""
    question = _question(pk)
    up = request.POST.get("way") == "up"
    quizzes.move_question(question, up=up, **_who(request))
    return _answered(request, question.quiz)


@staff(CHANGE)
@require_POST
def duplicate_question(request, pk):
    """A copy, right after it."""
    question = _question(pk)
    quizzes.duplicate_question(question, **_who(request))
    return _answered(request, question.quiz)


def _answered(request, quiz):
    if not request.htmx:
        return redirect("lms:questions", quiz.pk)
    return HttpResponse(draw(request, quiz))


def _who(request):
    return {"at": request.now, "on": request.today, "by": request.user}


def _quiz(pk) -> Quiz:
    found = Quiz.objects.select_related("unit__section__course")
    return get_object_or_404(found, pk=pk, unit__archived_at=None)


def _question(pk) -> QuizQuestion:
    found = QuizQuestion.objects.select_related("quiz__unit__section__course")
    return get_object_or_404(found, pk=pk, quiz__unit__archived_at=None)
