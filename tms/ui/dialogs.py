"""Dialogs: one question, one answer, one verb.

A dialog has an address. Fetched by htmx it is the inside of the one <dialog> in base.html; opened
in a tab, or without JavaScript, it is an ordinary page. See docs/adding-a-page.md.
"""

import dataclasses
import functools
import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from django_htmx.http import trigger_client_event

from tms import consequences, operations, preview
from tms.compiled import Question
from tms.consequences import Consequence
from tms.refusals import Refusal, Stale

from .access import Guarded
from .forms import Form
from .outcomes import Done, ShownAnew, digest_of, done, is_held, previewed
from .sent import operation_of, ours

__all__ = ["Dialog", "Done"]

# Fields of the dialog's own, beside the form's.
OWN = {"csrfmiddlewaretoken", "operation", "version", "digest", "back", "show"}


@functools.cache
def version_of(model) -> Question:
    """The version of one row, which is locked."""
    rows = model._base_manager.select_for_update(of=("self",))
    return Question(lambda pk: rows.filter(pk=pk).values_list("version"))


class Dialog(Guarded, FormView):
    """Ask with `form_class`, then do it in `perform`.

    GET opens the form. POST performs the verb in one transaction with the operation key: a Refusal
    comes back as an error of the form (422), success closes the dialog (204) and announces what
    `changes`, so that the parts of the page that show it fetch themselves again. Without htmx the
    same address is a page that redirects when done.

    title         the menu entry, word for word      subject   the line under it: whose and what
    submit        what the button does               danger    is the button red?
    size          "", "small" or "wide"              never_mind  the way out
    changes       events: "passes" means passes:changed; a list for several
    done_url      where a full page goes afterwards (an address or a url name; default: back)
    versioned     the row with a `version` that the form edits, set in `setup`: somebody else's
                  change meanwhile is answered with 422 and the values as they are now
    previews      True: GET shows what `perform` would do, from running it and rolling it back;
                  `perform` then returns the consequences it carried out (a list, or what has
                  `.consequences`); if they are not those that were shown, nothing is done;
                  `preview_template` draws them (its context: ui/_consequences.html)
    tells         False: the preview doesn't add which messages that sets off by itself
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
    versioned = None
    version = None
    previews = False
    preview_template = "ui/_consequences.html"
    tells = True
    form_class = Form
    template_name = "ui/dialog.html"
    http_method_names = ["get", "post"]

    # What a dialog says for itself

    def perform(self, **answers) -> str | list[Consequence] | Done | None:
        """Call the verb. Returns None, an address to go to, the consequences, or Done."""
        raise NotImplementedError

    def may_open(self) -> bool:
        """Is it open to this user, beyond the permission? Asked after `setup`; no is a 403."""
        return True

    def current_version(self):
        """The version as the database has it now, locked until the transaction ends."""
        if self.versioned is None:
            return self.version
        return version_of(type(self.versioned)).value(pk=self.versioned.pk)

    def preview(self, **answers) -> Sequence[Consequence]:
        """What `perform` would do: it is run, and rolled back."""
        return preview.run(lambda: self.with_messages(self.perform(**answers))).consequences or []

    def with_messages(self, outcome) -> Done:
        """What was done, and which messages that sets off. Call it in the transaction that did."""
        outcome = done(outcome)
        if not (self.previews and self.tells and self.audience == "staff"):
            return outcome
        sent = consequences.messages().by(self.request.now)
        if not sent:
            return outcome
        return dataclasses.replace(outcome, consequences=[*(outcome.consequences or ()), *sent])

    def unconfirmed(self, outcome: Done) -> bool:
        """Is what was done not what was shown before?"""
        return digest_of(outcome.consequences) != self.request.POST.get("digest")

    # How it works

    def dispatch(self, request, *args, **kwargs):
        if not self.may_open():
            raise PermissionDenied(_("This isn't yours to change."))
        return super().dispatch(request, *args, **kwargs)

    @property
    def as_page(self) -> bool:
        return not self.request.htmx or self.request.htmx.history_restore_request

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data())

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        if request.POST.get("show") == "preview":
            return self.render_to_response(self.get_context_data(form=form, part=True))
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def form_valid(self, form):
        try:
            with transaction.atomic():
                outcome = self.once(form)
        except Stale as stale:
            return self.shown_anew(str(stale))
        except operations.Reused:
            return self.shown_anew(
                _(
                    "This form was sent before, with other answers, and done. Look at what it "
                    "did before you send it again."
                )
            )
        except ShownAnew:
            form.sentence = _(
                "Nothing was done yet. Look at what follows from it, then press again."
            )
            return self.form_invalid(form)
        except Refusal as no:
            form.add_error(no.field if no.field in form.fields else None, str(no))
            return self.form_invalid(form)
        except OperationalError as error:
            if not is_held(error):
                raise
            held = _("Somebody else is changing this right now. Wait a moment, then press again.")
            form.add_error(None, held)
            return self.form_invalid(form)
        return self.finished(outcome)

    def once(self, form) -> Done:
        """Do it, or remember that it was done: a repeated operation key answers like the first."""
        key = operation_of(self.request)
        actor_id = self.request.user.pk or 0
        digest = operations.digest_of([self.request.get_full_path(), *self.asked()])
        earlier = operations.earlier(key, actor_id, digest) if key else None
        if earlier:
            return Done(**earlier.answer)  # pyrefly: ignore
        self.refuse_stale()
        outcome = self.with_messages(self.perform(**form.cleaned_data))
        if self.previews and self.unconfirmed(outcome):
            raise ShownAnew
        if key:
            answer = {"goes_to": outcome.goes_to, "says": str(outcome.says)}
            operations.keep(key, actor_id, digest, at=self.request.now, answer=answer)
        return outcome

    def asked(self):
        """The answers as they were sent, without the dialog's own fields."""
        post = self.request.POST
        sent = {name: post.getlist(name) for name in sorted(post) if name not in OWN}
        return sent, [(name, file.name, file.size) for name, file in self.request.FILES.items()]

    def refuse_stale(self):
        sent = self.request.POST.get("version")
        if sent is not None and sent != str(self.current_version()):
            raise Stale(
                _(
                    "This was changed meanwhile. Here it is as it is now; nothing of yours was "
                    "saved."
                )
            )

    def shown_anew(self, sentence):
        """The dialog as if just opened, with the sentence over it."""
        self.setup(self.request, *self.args, **self.kwargs)
        kwargs = self.get_form_kwargs()
        for name in ("data", "files"):
            kwargs.pop(name, None)
        form = self.get_form_class()(**kwargs)
        form.sentence = sentence
        return self.render_to_response(self.get_context_data(form=form, anew=True), status=422)

    def form_invalid(self, form):
        response = self.render_to_response(self.get_context_data(form=form), status=422)
        response.refused = sorted(form.errors)  # for the log
        return response

    def finished(self, outcome: Done):
        """Close, announce, and go where the outcome says."""
        goes_to = outcome.goes_to or ("" if self.request.htmx else self.get_success_url())
        if goes_to:
            if outcome.says:
                messages.success(self.request, outcome.says)
            if not self.request.htmx:
                return redirect(goes_to)
        response = HttpResponse(status=204)
        if goes_to:
            response["HX-Redirect"] = goes_to
            return response
        # The change is announced before the dialog closes: events fire on the form, which is
        # emptied then.
        names = [self.changes] if isinstance(self.changes, str) else self.changes
        for name in filter(None, names):
            trigger_client_event(response, name if ":" in name else f"{name}:changed")
        if outcome.says:
            trigger_client_event(response, "toast", {"text": str(outcome.says)})
        return trigger_client_event(response, "dialog:close")

    def get_success_url(self):
        if self.done_url:
            url = str(self.done_url)
            return url if "/" in url else reverse(url)
        return self.back() or reverse("home")

    def back(self) -> str:
        """The page of ours that this dialog was opened from, or nothing."""
        request = self.request
        asked = request.POST.get("back") or request.GET.get("back")
        url = asked or request.headers.get("Referer", "")
        return url if ours(request, url) and request.path not in url else ""

    # What the template needs

    def get_context_data(self, *, part=False, anew=False, **kwargs):
        context = super().get_context_data(**kwargs)
        form = context["form"]
        # Errors don't renew what the answers were given to; only a dialog shown anew does.
        sent = {} if anew else self.request.POST
        version = self.version if self.versioned is None else self.versioned.version
        context |= {
            "as_page": self.as_page,
            "frame": self.frame(part),
            "sentence": getattr(form, "sentence", ""),
            "operation": sent.get("operation", "")[:80] or uuid.uuid4().hex,
            "version": sent.get("version", version),
            "back": self.back() if self.as_page else "",
            "path": self.request.get_full_path(),
        }
        if self.previews:
            context |= previewed(self, form)
        return context

    def frame(self, part):
        if part:
            return "ui/_dialog_part.html"
        return "ui/_dialog_page.html" if self.as_page else "ui/_dialog_modal.html"

    @property
    def site(self):
        return "staff.html" if self.audience == "staff" else "learner.html"
