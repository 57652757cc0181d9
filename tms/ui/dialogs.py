"""Dialogs: one question, one answer, one verb.

A dialog has an address. Fetched by htmx it is the inside of the one <dialog> in base.html; opened
in a tab, or without JavaScript, it is an ordinary page. See docs/adding-a-page.md.
"""

import dataclasses
import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from django_htmx.http import trigger_client_event

from tms import operations, preview
from tms.consequences import Consequence
from tms.refusals import Refusal, Stale

from .access import refusal

# Fields of the dialog's own, beside the form's.
OWN = {"csrfmiddlewaretoken", "operation", "version", "digest", "back", "show"}


@dataclasses.dataclass(frozen=True)
class Done:
    """What `perform` may return: where to go, what it took away, what a toast says."""

    goes_to: str = ""
    consequences: Sequence[Consequence] | None = None
    says: str = ""


class ShownAnew(Exception):
    """What was confirmed is not what would happen now: nothing was done, show it again."""


def digest_of(consequences) -> str:
    """The hash of what a preview showed, to be confirmed."""
    return operations.digest_of([dataclasses.astuple(each) for each in consequences])


class Dialog(FormView):
    """Ask with `form_class`, then do it in `perform`.

    GET opens the form. POST performs the verb in one transaction with the operation key: a Refusal
    comes back as an error of the form (422), success closes the dialog (204) and announces what
    `changes`, so that the parts of the page that show it fetch themselves again. Without htmx the
    same address is a page that redirects when done.

    title         the menu entry, word for word      subject   the line under it: whose and what
    submit        what the button does               danger    is the button red?
    changes       events: "passes" means passes:changed; a list for several
    done_url      where a full page goes afterwards (an address or a url name; default: back)
    versioned     the row with a `version` that the form edits, set in `setup`: somebody else's
                  change meanwhile is answered with 422 and the values as they are now
    previews      True: GET shows what `perform` would do, from running it and rolling it back;
                  `perform` then returns the list of consequences it carried out, and does nothing
                  if they are not those that were shown
    audience      "staff" (with permission_required), "learner" (signed in) or "anyone"
    """

    title = ""
    subject = ""
    submit = gettext_lazy("Save")
    never_mind = gettext_lazy("Never mind")
    danger = False
    size = ""
    changes: str | Sequence[str] = ()
    done_url = ""
    permission_required: str | tuple[str, ...] | None = None
    audience = "staff"
    versioned = None
    version = None
    previews = False
    template_name = "ui/dialog.html"
    http_method_names = ["get", "post"]

    # What a dialog says for itself

    def perform(self, **answers) -> None | str | list[Consequence] | Done:
        """Call the verb. Returns None, an address to go to, the consequences, or Done."""
        raise NotImplementedError

    def may_open(self) -> bool:
        """Is it open to this user, beyond the permission? Asked after `setup`; no is a 404-like 403."""
        return True

    def current_version(self):
        """The version as the database has it now, locked until the transaction ends."""
        if self.versioned is None:
            return self.version
        rows = type(self.versioned)._base_manager.select_for_update(of=("self",))
        return rows.filter(pk=self.versioned.pk).values_list("version", flat=True).first()

    def preview(self, **answers) -> list[Consequence]:
        """What `perform` would do: it is run, and rolled back."""
        return done(preview.run(lambda: self.perform(**answers))).consequences or []

    # How it works

    def dispatch(self, request, *args, **kwargs):
        response = refusal(request, self.permission_required, audience=self.audience)
        if response is None:
            response = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ["HX-Request"])
        return response

    @property
    def as_page(self) -> bool:
        return not self.request.htmx or self.request.htmx.history_restore_request

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data())

    def post(self, request, *args, **kwargs):
        if request.POST.get("show") == "preview":
            return self.render_to_response(self.get_context_data(form=self.get_form(), part=True))
        form = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def form_valid(self, form):
        try:
            with transaction.atomic():
                outcome = self.once(form)
        except Stale as stale:
            return self.shown_anew(str(stale))
        except ShownAnew:
            sentence = _(
                "What this would do has changed since you looked. Nothing was done: look again, then press again."
            )
            return self.render_to_response(
                self.get_context_data(form=form, sentence=sentence), status=422
            )
        except operations.Reused:
            sentence = _(
                "This form was already sent with other answers, and done. Look at what it did before sending it again."
            )
            return self.shown_anew(sentence)
        except Refusal as no:
            known = no.field if no.field in form.fields else None
            form.add_error(known, str(no))
            return self.form_invalid(form)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in {"55P03", "40P01"}:
                raise
            form.add_error(
                None,
                _("Somebody else is changing this right now. Wait a moment, then press again."),
            )
            return self.form_invalid(form)
        return self.finished(outcome)

    def once(self, form) -> Done:
        """Do it, or remember that it was done: a repeated operation key answers like the first."""
        key = self.request.POST.get("operation", "")[:80]
        actor_id = self.request.user.pk or 0
        question = [self.request.get_full_path(), self.asked()]
        digest = operations.digest_of(question)
        earlier = operations.earlier(key, actor_id, digest) if key else None
        if earlier:
            return Done(**earlier.answer)
        self.refuse_stale()
        outcome = done(self.perform(**form.cleaned_data))
        if self.previews and digest_of(outcome.consequences or []) != self.request.POST.get(
            "digest"
        ):
            raise ShownAnew
        if key:
            answer = {"goes_to": outcome.goes_to, "says": outcome.says}
            operations.keep(key, actor_id, digest, at=self.request.now, answer=answer)
        return outcome

    def asked(self):
        """The answers as they were sent, without the dialog's own fields."""
        post = self.request.POST
        sent = {name: post.getlist(name) for name in sorted(post) if name not in OWN}
        files = [(name, file.name, file.size) for name, file in self.request.FILES.items()]
        return [sent, files]

    def refuse_stale(self):
        sent = self.request.POST.get("version")
        if sent is not None and sent != str(self.current_version()):
            raise Stale(
                _(
                    "This was changed meanwhile. Here it is as it is now; nothing of yours was saved."
                )
            )

    def shown_anew(self, sentence):
        """The dialog as if just opened, with the sentence over it."""
        self.setup(self.request, *self.args, **self.kwargs)
        kwargs = self.get_form_kwargs()
        kwargs.pop("data", None), kwargs.pop("files", None)
        form = self.get_form_class()(**kwargs)
        return self.render_to_response(
            self.get_context_data(form=form, sentence=sentence, anew=True), status=422
        )

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def finished(self, outcome: Done):
        goes_to = outcome.goes_to
        if not self.request.htmx:
            if outcome.says:
                messages.success(self.request, outcome.says)
            return redirect(goes_to or self.get_success_url())
        response = HttpResponse(status=204)
        names = [self.changes] if isinstance(self.changes, str) else self.changes
        for name in filter(None, names):
            trigger_client_event(response, name if ":" in name else f"{name}:changed")
        if goes_to:
            if outcome.says:
                messages.success(self.request, outcome.says)
            response["HX-Redirect"] = goes_to
            return response
        if outcome.says:
            trigger_client_event(response, "toast", {"text": outcome.says})
        trigger_client_event(response, "dialog:close")
        return response

    def get_success_url(self):
        if self.done_url:
            return str(self.done_url) if "/" in str(self.done_url) else reverse(self.done_url)
        return self.back() or reverse("home")

    def back(self) -> str:
        """The page of ours that this dialog was opened from, or nothing."""
        request = self.request
        url = (
            request.POST.get("back")
            or request.GET.get("back")
            or request.headers.get("Referer", "")
        )
        safe = url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        return url if safe and request.path not in url else ""

    # What the template needs

    def get_context_data(self, *, sentence="", part=False, anew=False, **kwargs):
        context = super().get_context_data(**kwargs)
        form = context["form"]
        version = self.versioned.version if self.versioned is not None else self.version
        sent = self.request.POST.get("operation", "")
        context |= {
            "as_page": self.as_page,
            "frame": self.frame(part),
            "sentence": sentence,
            "operation": uuid.uuid4().hex if anew or not sent else sent[:80],
            "version": version,
            "back": self.back() if self.as_page else "",
            "path": self.request.get_full_path(),
        }
        if self.previews:
            context |= self.previewed(form)
        return context

    def frame(self, part):
        if part:
            return "ui/_dialog_part.html"
        if not self.as_page:
            return "ui/_dialog_modal.html"
        return "ui/_dialog_page.html"

    @property
    def site(self):
        return "staff.html" if self.audience == "staff" else "learner.html"

    def previewed(self, form) -> dict:
        """What the verb would do with the answers so far; text that is still missing is made up."""
        answers, missing = self.answers_so_far(form)
        if missing:
            return {"consequences": None, "missing": missing}
        try:
            with transaction.atomic():
                consequences = self.preview(**answers)
        except Refusal as no:
            return {"consequences": None, "refused": str(no)}
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in {"55P03", "40P01"}:
                raise
            return {
                "consequences": None,
                "refused": _(
                    "Somebody else is changing this right now. Wait a moment, then open this again."
                ),
            }
        return {"consequences": consequences, "digest": digest_of(consequences)}

    def answers_so_far(self, form):
        """(answers, labels of what must be answered before a preview is possible)"""
        given = {}
        if form.is_bound:
            form.is_valid()
            given = form.cleaned_data
        answers, missing = {}, []
        for name, field in form.fields.items():
            value = given.get(name) if name in given else None
            if not form.is_bound:
                value = form.get_initial_for_field(field, name)
                value = (
                    field.clean(value) if value not in (None, "") and not field.required else value
                )
            if field.required and value in (None, "", []):
                if hasattr(field, "strip"):
                    value = "…"
                else:
                    missing.append(field.label or name)
            answers[name] = value
        return answers, missing


def done(outcome) -> Done:
    """Whatever `perform` returned, as Done."""
    if isinstance(outcome, Done):
        return outcome
    if isinstance(outcome, str):
        return Done(goes_to=outcome)
    if isinstance(outcome, list | tuple):
        return Done(consequences=list(outcome))
    return Done()
