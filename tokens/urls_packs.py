"""The addresses of token packs, for who sets them up."""

from django.urls import path

from .views import packs

HERE = "control-panel/tokens/packs/"
urlpatterns = [
    path(HERE, packs.Packs.as_view(), name="packs"),
    path(f"{HERE}creation/", packs.CreatePack.as_view(), name="create_pack"),
    path(f"{HERE}<int:pk>/", packs.pack, name="pack"),
    path(f"{HERE}<int:pk>/history/", packs.pack_history, name="pack_history"),
    path(f"{HERE}<int:pk>/editing/", packs.EditPack.as_view(), name="edit_pack"),
    path(f"{HERE}<int:pk>/archiving/", packs.ArchivePack.as_view(), name="archive_pack"),
    path(f"{HERE}<int:pk>/restoration/", packs.RestorePack.as_view(), name="restore_pack"),
    path(f"{HERE}<int:pk>/prices/", packs.pack_prices, name="pack_prices"),
    path(f"{HERE}<int:pk>/prices/new/", packs.AddPackPrice.as_view(), name="add_pack_price"),
    path(
        f"{HERE}<int:pk>/prices/<int:price>/",
        packs.EditPackPrice.as_view(),
        name="edit_pack_price",
    ),
    path(
        f"{HERE}<int:pk>/prices/<int:price>/removal/",
        packs.RemovePackPrice.as_view(),
        name="remove_pack_price",
    ),
]
