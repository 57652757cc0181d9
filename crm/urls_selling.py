"""Where opportunities, their stages and their quotes are found, and what is done with them."""

from django.urls import include, path

from .views import (
    opportunities,
    opportunity_dialogs,
    opportunity_panels,
    quotes,
    reports,
    stages,
)

of_opportunity = [
    path("", opportunities.opportunity, name="opportunity"),
    path("history/", opportunity_panels.opportunity_history, name="opportunity_history"),
    path("parts/<slug:name>/", opportunity_panels.part, name="opportunity_part"),
    path("editing/", opportunity_dialogs.Edit.as_view(), name="edit_opportunity"),
    path("duplication/", opportunity_dialogs.Duplicate.as_view(), name="duplicate_opportunity"),
    path("stage/", opportunity_dialogs.Move.as_view(), name="move_opportunity"),
    path("winning/", opportunity_dialogs.Win.as_view(), name="win"),
    path("losing/", opportunity_dialogs.Lose.as_view(), name="lose"),
    path("reopening/", opportunity_dialogs.Reopen.as_view(), name="reopen"),
    path("external-ids/", opportunity_dialogs.AddExternalId.as_view(), name="add_opportunity_id"),
    path(
        "external-ids/<int:id>/removal/",
        opportunity_dialogs.RemoveExternalId.as_view(),
        name="remove_opportunity_id",
    ),
    path(
        "interests/<int:id>/removal/",
        opportunity_dialogs.RemoveInterest.as_view(),
        name="remove_interest",
    ),
    path("quotes/creation/", opportunity_dialogs.MakeQuote.as_view(), name="make_quote"),
]

of_stage = [
    path("editing/", stages.Edit.as_view(), name="edit_stage"),
    path("moving/", stages.move_stage, name="move_stage"),
    path("archiving/", stages.Archive.as_view(), name="archive_stage"),
    path("restoring/", stages.Restore.as_view(), name="restore_stage"),
]

urlpatterns = [
    path("opportunities/", opportunities.Opportunities.as_view(), name="opportunities"),
    path("opportunities/board/", opportunities.board, name="board"),
    path(
        "opportunities/creation/", opportunity_dialogs.Create.as_view(), name="create_opportunity"
    ),
    path("opportunities/creation/where/", opportunity_dialogs.sold_where, name="sold_where"),
    path("opportunities/<int:pk>/", include(of_opportunity)),
    path("reports/sales/pipeline/", reports.pipeline, name="report_pipeline"),
    path("reports/sales/won/", reports.won, name="report_won"),
    path("reports/sales/lost/", reports.lost, name="report_lost"),
    path("quotes/<int:pk>/", quotes.quote, name="quote"),
    path(
        "accounts/<int:pk>/opportunities/",
        opportunities.account_opportunities,
        name="account_opportunities",
    ),
    path("control-panel/opportunity-stages/", stages.all_stages, name="stages"),
    path(
        "control-panel/opportunity-stages/creation/", stages.Create.as_view(), name="create_stage"
    ),
    path("control-panel/opportunity-stages/<int:pk>/", include(of_stage)),
]
