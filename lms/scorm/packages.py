"""How does a package become a version of a unit? Checked, unpacked, then written down."""

import dataclasses
import datetime
import os
import shutil
import uuid
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms import content
from lms.models import ContentUnit, ScormPackage

from . import manifest, zips

# What was unpacked and never written down (something broke after it) goes after this.
LEFT_OVER = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Unpacked:
    """A package that was checked and lies unpacked in `folder`, and in no unit yet."""

    folder: str
    digest: str
    contents: dict
    files: int
    size: int


def place(folder: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "scorm" / folder


def unpack(file) -> Unpacked:
    """Check the zip, read its manifest, unpack it. Raises Refusal; then nothing is left of it.

    Call it outside a transaction: it may take as long as two gigabytes take to write.
    """
    with zips.opened(file) as archive:
        names = zips.names(archive)
        if manifest.NAME not in names:
            deeper = any(name.endswith("/" + manifest.NAME) for name in names)
            raise zips.no(
                _("imsmanifest.xml lies in a folder of the zip. Zip what is in that folder.")
                if deeper
                else _("The zip has no imsmanifest.xml, so it is no SCORM package.")
            )
        if archive.getinfo(manifest.NAME).file_size > manifest.LARGEST:
            raise zips.no(_("imsmanifest.xml is larger than 5 MB."))
        contents = manifest.read(zips.small(archive, manifest.NAME, manifest.LARGEST), names)
        folder = uuid.uuid4().hex
        try:
            size = zips.unpack(archive, place(folder))
        except BaseException:
            shutil.rmtree(place(folder), ignore_errors=True)
            raise
    return Unpacked(folder, zips.digest_of(file), contents, len(names), size)


@transaction.atomic
def save(unit: ContentUnit, unpacked: Unpacked | None, *, at, on, by) -> ScormPackage | None:
    """Keep the unit, and what was unpacked as its next version.

    Whoever is on their way stays on their version. The same zip again is no new version.
    """
    content.save_unit(unit, at=at, on=on, by=by, has_package=unpacked is not None)
    if unpacked is None:
        return None
    ContentUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    newest = unit.packages.first()
    if newest and newest.digest == unpacked.digest:
        shutil.rmtree(place(unpacked.folder), ignore_errors=True)
        return newest
    last = unit.packages.aggregate(last=Max("number"))["last"] or 0
    return ScormPackage.objects.create(
        unit=unit,
        number=last + 1,
        title=unpacked.contents["title"],
        standard=unpacked.contents["standard"],
        contents=unpacked.contents,
        folder=unpacked.folder,
        digest=unpacked.digest,
        files=unpacked.files,
        size=unpacked.size,
        at=at,
    )


def duplicate(package: ScormPackage, unit: ContentUnit, *, at) -> None:
    """The package as the first version of another unit; its files once the transaction is over."""
    old, new = package.folder, uuid.uuid4().hex
    package.pk, package.unit, package.number, package.at = None, unit, 1, at
    package.folder, package._state.adding = new, True
    package.save()
    transaction.on_commit(lambda: _twin(old, new))


def _twin(old: str, new: str) -> None:
    """The same files under a second name: what was unpacked never changes, and takes no room."""
    if place(old).is_dir():
        shutil.copytree(place(old), place(new), copy_function=os.link, dirs_exist_ok=True)


def told(package: ScormPackage) -> str:
    """What came in, for whoever uploaded it; also what of it isn't followed."""
    what = ngettext(
        "Version %(number)s: SCORM %(standard)s with %(count)s part.",
        "Version %(number)s: SCORM %(standard)s with %(count)s parts.",
        len(package.parts),
    ) % {"number": package.number, "standard": package.edition, "count": len(package.parts)}
    if package.contents["rules"]:
        what += " " + _(
            "Its rules for the order of parts aren't followed: learners go by order and by choice."
        )
    return what


def forget(*, on: datetime.date, at: datetime.datetime) -> int:
    """Remove folders that no version has, a day after they were written; answers how many."""
    root, gone = place(""), 0
    if not root.is_dir():
        return 0
    known = set(ScormPackage.objects.values_list("folder", flat=True))
    for each in root.iterdir():
        if each.name not in known and each.stat().st_mtime < (at - LEFT_OVER).timestamp():
            shutil.rmtree(each, ignore_errors=True)
            gone += 1
    return gone
