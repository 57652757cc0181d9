"""How do staff put a course's content together? A panel on the course's page, and its dialogs."""

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET

from catalog.models import Item
from catalog.rich_field import RichTextField
from catalog.views.drafts import Drafted
from tms.refusals import Refusal
from tms.ui import stored
from tms.ui.access import allowed, staff
from tms.ui.dialogs import Dialog, Done
from tms.ui.forms import Form, ModelForm, without_viruses

from .. import content, uploads
from ..models import ContentUnit, Section, UnitForm
from ..scorm import packages
from .learning import INLINE

CHANGE = "catalog.change_catalogue"


@staff("catalog.view_catalogue")
@require_GET
def panel(request, course_id):
    """The panel alone, to refresh itself."""
    return HttpResponse(draw(request, get_object_or_404(Item.objects.courses(), pk=course_id)))


def draw(request, course) -> str:
    """The sections and units of a course. Two statements."""
    context = {
        "course": course,
        "outline": content.outline(course.pk),
        "may_change": allowed(request.user, CHANGE),
        "forms": UnitForm.choices,
    }
    return render_to_string("lms/content/_panel.html", context, request=request)


# Where one goes on with what isn't finished by its title and text.
CONTINUES = {
    UnitForm.QUIZ: "lms:questions",
    UnitForm.ASSIGNMENT: "lms:assignment_settings",
}


class ContentDialog(Dialog):
    """What the dialogs of a course's content share."""

    permission_required = CHANGE
    changes = "content"

    def who(self):
        return {"at": self.request.now, "on": self.request.today, "by": self.request.user}

    def get_success_url(self):
        return reverse("catalog:course", args=[self.course.pk])

    @property
    def subject(self):
        return self.course.title


class TitleForm(Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)


class AddSection(ContentDialog):
    title, submit, form_class, size = (
        gettext_lazy("Add section"),
        gettext_lazy("Add section"),
        TitleForm,
        "small",
    )

    def setup(self, request, *args, course_id, **kwargs):
        super().setup(request, *args, course_id=course_id, **kwargs)
        self.course = get_object_or_404(Item.objects.courses(), pk=course_id)

    def perform(self, title):
        content.add_section(self.course, title=title, **self.who())


class SectionDialog(ContentDialog):
    """About a section that is there."""

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.section = get_object_or_404(Section.objects.select_related("course"), pk=pk)
        self.course = self.section.course


class RenameSection(SectionDialog):
    title, submit, form_class, size = (
        gettext_lazy("Rename section"),
        gettext_lazy("Rename"),
        TitleForm,
        "small",
    )

    def get_initial(self):
        return {"title": self.section.title}

    def perform(self, title):
        content.rename_section(self.section, title=title, **self.who())


class RemoveSection(SectionDialog):
    title, submit, form_class, size, danger = (
        gettext_lazy("Remove section"),
        gettext_lazy("Remove the section"),
        forms.Form,
        "small",
        True,
    )

    @property
    def subject(self):
        return f"{self.section.title}, {self.course.title}"

    def perform(self):
        content.remove_section(self.section, **self.who())


class UnitDetails(ModelForm):
    """What a unit of one kind asks for."""

    required = forms.BooleanField(
        label=gettext_lazy("Required to complete the course"), required=False
    )
    body = RichTextField(label=gettext_lazy("Text"), required=False)

    class Meta:
        model = ContentUnit
        fields = ("title", "file", "url", "body", "required")

    # The fields that each kind has besides title and required.
    HAS = {
        UnitForm.PAGE: {"body"},
        UnitForm.VIDEO: {"file", "url", "body"},
        UnitForm.DOCUMENT: {"file", "body"},
        UnitForm.LINK: {"url", "body"},
        UnitForm.QUIZ: {"body"},
        UnitForm.ASSIGNMENT: {"body"},
        UnitForm.SCORM: {"package", "body"},
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in {"file", "url", "body"} - self.HAS[UnitForm(self.instance.form)]:
            del self.fields[name]
        if self.instance.form in {UnitForm.PAGE, UnitForm.ASSIGNMENT}:
            self.fields["body"].required = True
        if self.instance.form == UnitForm.SCORM:
            self.fields["package"] = forms.FileField(
                label=_("Package"),
                required=self.instance.pk is None,
                help_text=_("A zip of SCORM 1.2 or 2004. Another one becomes a new version."),
                widget=forms.FileInput({"accept": ".zip"}),
                validators=[without_viruses],
            )
            self.order_fields(["title", "package", "body", "required"])
        if "url" in self.fields:
            self.fields["url"].assume_scheme = "https"

    def clean_file(self):
        file = self.cleaned_data.get("file")
        if file and "file" in self.changed_data:
            try:
                uploads.refuse_unless(file, video=self.instance.form == UnitForm.VIDEO)
            except Refusal as no:
                raise forms.ValidationError(str(no)) from no
        return file

    def clean(self):
        """A package is unpacked once nothing else is wrong: here, before the transaction begins."""
        given = super().clean()
        if given.get("package") and not self.errors:
            try:
                given["package"] = packages.unpack(given["package"])
            except Refusal as no:
                self.add_error("package", str(no))
        return given


class UnitDialog(Drafted, ContentDialog):
    """A unit's form: a page of its own, as the editor of rich text is too large for a dialog."""

    form_class = UnitDetails
    template_name = "lms/content/unit.html"
    as_page = True

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.unit}

    def perform(self, package=None, **answers):
        for name, answer in answers.items():
            setattr(self.unit, name, answer or "" if name == "file" else answer)
        if self.unit.form == UnitForm.SCORM:
            made = packages.save(self.unit, package, **self.who())
            return Done(goes_to=self.get_success_url(), says=packages.told(made) if made else "")
        is_new = self.unit.pk is None
        content.save_unit(self.unit, **self.who())
        if is_new and self.unit.form in CONTINUES:
            return reverse(CONTINUES[self.unit.form], args=[self.unit.pk])
        return self.get_success_url()


class AddUnit(UnitDialog):
    submit = gettext_lazy("Add")

    def setup(self, request, *args, pk, form, **kwargs):
        super().setup(request, *args, pk=pk, form=form, **kwargs)
        section = get_object_or_404(Section.objects.select_related("course"), pk=pk)
        if form not in UnitForm.values:
            raise Http404
        self.course = section.course
        self.unit = ContentUnit(section=section, form=form)
        self.about = f"section {section.pk} {form}"

    @property
    def title(self):
        return _("Add %(kind)s") % {"kind": self.unit.get_form_display().lower()}


class EditUnit(UnitDialog):
    submit = gettext_lazy("Save")

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.unit = self.versioned = unit_of(pk)
        self.course = self.unit.section.course
        self.about = f"unit {pk}"

    @property
    def title(self):
        return _("Edit %(title)s") % {"title": self.unit.title}


class RemoveUnit(ContentDialog):
    title, submit, form_class, size, danger = (
        gettext_lazy("Remove unit"),
        gettext_lazy("Remove the unit"),
        forms.Form,
        "small",
        True,
    )
    template_name = "lms/content/remove_unit.html"

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.unit = unit_of(pk)
        self.course = self.unit.section.course

    @property
    def subject(self):
        return f"{self.unit.title}, {self.course.title}"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"learners": self.unit.progress.count()}

    def perform(self):
        content.remove_unit(self.unit, **self.who())


@staff("catalog.view_catalogue")
@require_GET
@xframe_options_sameorigin
@csp_override(INLINE)
def file(request, pk):
    """The file of a unit, for staff to look at."""
    unit = unit_of(pk)
    if not unit.file:
        raise Http404
    return uploads.served(request, stored.opened(unit.file))


def unit_of(pk) -> ContentUnit:
    units = ContentUnit.objects.filter(archived_at=None).select_related("section__course")
    return get_object_or_404(units, pk=pk)
