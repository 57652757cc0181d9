"""What does a package's imsmanifest.xml say? Which parts there are, and where each is launched."""

import posixpath
import re
import urllib.parse
import xml.etree.ElementTree as ET
from xml.parsers import expat

from django.utils.translation import gettext as _

from .zips import no

NAME = "imsmanifest.xml"
LARGEST = 5 * 2**20
DEEPEST, MOST_ITEMS = 20, 1000
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
EDITIONS = {"CAM 1.3": "2004 2nd Edition", "2004 3rd Edition": "2004 3rd Edition",
            "2004 4th Edition": "2004 4th Edition"}  # fmt: skip
# Elements of sequencing that say more than what flow and choice do.
RULES = {"sequencingRules", "rollupRules", "limitConditions", "randomizationControls",
         "rollupConsiderations", "constrainedChoiceConsiderations", "mapInfo"}  # fmt: skip


def read(text: bytes, files: set[str]) -> dict:
    """The manifest as what is kept of it.

    {"standard": "1.2" or "2004", "edition", "title", "choice", "flow", "rules": it has sequencing
    that isn't followed, "items": [{"id", "title", "depth", "launch": path in the package with
    parameters or "", "sco", "visible", and what a SCO is told at launch}]}. Raises Refusal.
    """
    root = _parsed(text)
    if _name(root) != "manifest":
        raise no(_("imsmanifest.xml holds no manifest."))
    standard, edition = _standard(root)
    organization = _organization(root)
    control = next(
        (each for part in _all(organization, "sequencing") for each in _all(part, "controlMode")),
        None,
    )
    told = {} if control is None else control.attrib
    # In 1.2 there is no control mode; in 2004 flow is off and choice is on until it says so.
    choice = told.get("choice", "true") == "true"
    flow = standard == "1.2" or told.get("flow", "false") == "true" or not choice
    items: list[dict] = []
    _walk(organization, 0, _resources(root), files, items)
    if not any(item["launch"] for item in items):
        raise no(_("The manifest has no item that could be launched."))
    ids = [item["id"] for item in items]
    if len(set(ids)) < len(ids):
        raise no(_("Two items of the manifest have the same identifier."))
    rules = any(_name(each) in RULES for each in organization.iter()) or any(
        item["prerequisites"] for item in items
    )
    return {
        "standard": standard,
        "edition": edition,
        "title": (_text(organization, "title") or _("Package"))[:250],
        "choice": choice,
        "flow": flow,
        "rules": rules,
        "items": items,
    }


def _parsed(text: bytes):
    if len(text) > LARGEST:
        raise no(_("imsmanifest.xml is larger than 5 MB."))
    try:
        _refuse_doctype(text)
        return ET.fromstring(text)  # noqa: S314 - it has no DTD, and so no entities
    except (expat.ExpatError, ET.ParseError, LookupError, ValueError) as error:
        raise no(
            _("imsmanifest.xml is not well-formed: %(error)s.") % {"error": str(error)[:120]}
        ) from error


def _refuse_doctype(text: bytes) -> None:
    """Entities are declared in a DTD, so without one there are none to expand or to fetch."""
    parser = expat.ParserCreate()
    depth = 0

    def refuse(*_told):
        raise no(_("imsmanifest.xml has a DTD, which isn't read. Remove its DOCTYPE."))

    def begins(*_told):
        nonlocal depth
        depth += 1
        if depth > 100:
            raise no(_("imsmanifest.xml is nested too deeply."))

    def ends(*_told):
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = begins, ends
    parser.Parse(text, True)


def _standard(root) -> tuple[str, str]:
    version = ""
    for metadata in _all(root, "metadata"):
        version = _text(metadata, "schemaversion")
    if version == "1.2":
        return "1.2", "1.2"
    if version in EDITIONS:
        return "2004", EDITIONS[version]
    said = re.findall(r"\{[^}]*/adlcp_([^}]*)\}", " ".join(_names(root)))
    if version.startswith("2004") or "v1p3" in said:
        return "2004", version[:40] or "2004"
    if "rootv1p2" in said or not version:
        return "1.2", "1.2"
    raise no(
        _("The manifest is of “%(version)s”. SCORM 1.2 and 2004 are played here.")
        % {"version": version[:40]}
    )


def _names(root):
    for each in root.iter():
        yield each.tag
        yield from each.attrib


def _organization(root):
    organizations = _all(root, "organizations")
    found = [each for part in organizations for each in _all(part, "organization")]
    if not found:
        raise no(_("The manifest has no organization, and so no item to launch."))
    wanted = organizations[0].get("default")
    return next((each for each in found if each.get("identifier") == wanted), found[0])


def _resources(root) -> dict:
    """By identifier: (address, is it a SCO?). Addresses are relative to each xml:base over them."""
    found = {}
    for part in _all(root, "resources"):
        for each in _all(part, "resource"):
            base = "".join(above.get(XML_BASE) or "" for above in (root, part, each))
            sco = (_attribute(each, "scormtype") or "asset").lower() == "sco"
            href = each.get("href")
            found[each.get("identifier")] = (href and base + href, sco)
    return found


def _walk(parent, depth, resources, files, items) -> None:
    if depth > DEEPEST:
        raise no(_("imsmanifest.xml is nested too deeply."))
    for element in _all(parent, "item"):
        if len(items) >= MOST_ITEMS:
            raise no(_("The manifest has more than %(count)s items.") % {"count": MOST_ITEMS})
        item = _item(element, depth, resources, files)
        items.append(item)
        _walk(element, depth + 1, resources, files, items)


def _item(element, depth, resources, files) -> dict:
    identifier = (element.get("identifier") or "")[:250]
    title = (_text(element, "title") or identifier)[:250]
    wanted = element.get("identifierref")
    launch, sco = "", False
    if wanted:
        if wanted not in resources:
            raise no(
                _("“%(title)s” names a resource that the manifest doesn't have.") % {"title": title}
            )
        href, sco = resources[wanted]
        if not href:
            raise no(_("“%(title)s” has no launch address.") % {"title": title})
        launch = _launch(href, element.get("parameters") or "", title, files)
    return {
        "id": identifier,
        "title": title,
        "depth": depth,
        "launch": launch,
        "sco": sco,
        "visible": element.get("isvisible", "true") != "false",
        "launch_data": (_text(element, "datafromlms") or _text(element, "dataFromLMS"))[:4096],
        "mastery": _text(element, "masteryscore")[:20],
        "max_time": (_text(element, "maxtimeallowed") or _limit(element))[:40],
        "time_limit": (_text(element, "timelimitaction") or _text(element, "timeLimitAction"))[:40],
        "passing": _passing(element)[:20],
        "threshold": _threshold(element)[:20],
        "prerequisites": bool(_text(element, "prerequisites")),
    }


def _launch(href: str, parameters: str, title: str, files) -> str:
    """The path in the package, with query and fragment. Raises Refusal if no such file is there."""
    if re.match(r"([a-z][a-z0-9+.-]*:|//)", href, re.IGNORECASE):
        raise no(
            _("“%(title)s” is launched from elsewhere (%(address)s), not from the package.")
            % {"title": title, "address": href[:80]}
        )
    path, _hash, fragment = href.partition("#")
    path, _mark, query = path.partition("?")
    place = posixpath.normpath(urllib.parse.unquote(path))
    if place not in files:
        raise no(
            _("The launch file of “%(title)s” isn't in the package: %(path)s")
            % {"title": title, "path": place[:120]}
        )
    parameters = parameters.strip().lstrip("?&")
    if parameters.startswith("#"):
        fragment = fragment or parameters[1:]
    elif parameters:
        parameters, _hash, other = parameters.partition("#")
        query, fragment = "&".join(filter(None, [query, parameters])), fragment or other
    found = urllib.parse.quote(place)
    safe = "=&;:/?@!$'()*+,-._~%"
    if query:
        found += "?" + urllib.parse.quote(query, safe=safe)
    return found + ("#" + urllib.parse.quote(fragment, safe=safe) if fragment else "")


def _limit(element) -> str:
    for part in _all(element, "sequencing"):
        for each in _all(part, "limitConditions"):
            return each.get("attemptAbsoluteDurationLimit") or ""
    return ""


def _passing(element) -> str:
    """The scaled score with which the primary objective counts as met."""
    for part in _all(element, "sequencing"):
        for group in _all(part, "objectives"):
            for each in _all(group, "primaryObjective"):
                if each.get("satisfiedByMeasure") == "true":
                    return _text(each, "minNormalizedMeasure") or "1.0"
    return ""


def _threshold(element) -> str:
    for each in _all(element, "completionThreshold"):
        return each.get("minProgressMeasure") or (each.text or "").strip()
    return ""


def _name(element) -> str:
    return element.tag.rpartition("}")[2]


def _all(element, name: str) -> list:
    return [each for each in element if _name(each) == name]


def _text(element, name: str) -> str:
    return next(((each.text or "").strip() for each in _all(element, name)), "")


def _attribute(element, name: str) -> str:
    for key, value in element.attrib.items():
        if key.rpartition("}")[2].lower() == name:
            return value
    return ""
