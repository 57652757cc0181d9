"""When do messages leave, and what is unusual?"""

from django import forms
from django.utils.translation import gettext_lazy as _

from tms.ui.forms import Form, TimeInput


class SendingForm(Form):
    send_at = forms.TimeField(
        label=_("Messages by day leave at"),
        widget=TimeInput,
        help_text=_(
            "In the organisation's time zone. What happens at once leaves within a minute."
        ),
    )
    catch_up_days = forms.IntegerField(
        label=_("Days that are caught up"),
        min_value=0,
        max_value=30,
        help_text=_(
            "After an outage or a pause, messages that were due up to so many days ago still "
            "leave, marked as late. Older ones are missed, and wait for somebody to look at them."
        ),
    )
    unusual_from = forms.IntegerField(
        label=_("Never unusual up to"),
        min_value=1,
        max_value=10_000_000,
        help_text=_("Messages of one run, whatever is usual."),
    )
    unusual_times = forms.IntegerField(
        label=_("Unusual from so many times a usual day"),
        min_value=1,
        max_value=1000,
        help_text=_(
            "A run of more messages than this waits for approval, whatever its triggers say."
        ),
    )
    keep_bodies_days = forms.IntegerField(
        label=_("Days for which the text of messages is kept"),
        min_value=0,
        max_value=36_500,
        help_text=_("0: for good. What became of a message stays in any case."),
    )
