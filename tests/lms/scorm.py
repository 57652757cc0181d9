"""SCORM packages of the shapes that others make, built here: small zips."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

from lms.models import ContentUnit
from lms.scorm import packages
from tests.factories import SectionFactory

NAMESPACES = {
    "1.2": 'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" '
    'xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"',
    "2004 3rd Edition": 'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" '
    'xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" '
    'xmlns:imsss="http://www.imsglobal.org/xsd/imsss"',
}
# A lesson that finds its API over it, goes on where it was, and is complete at its third page.
PAGE = """<!DOCTYPE html><html><head><title>Lesson</title></head><body onload="begin()">
<p id="page"></p><p id="who"></p><button onclick="next()">Next page</button>
<script>
var api = null, at = 1
function find(win) {
  while (!win.NAME && win.parent && win.parent !== win) win = win.parent
  return win.NAME
}
function begin() {
  api = find(window); api.START("")
  at = Number(api.GET("LOCATION") || 1)
  document.getElementById("who").textContent = "Hello " + api.GET("LEARNER")
  show()
}
function show() { document.getElementById("page").textContent = "Page " + at + " of 3" }
function next() {
  at += 1; show()
  api.SET("LOCATION", String(at)); api.SET("cmi.suspend_data", "seen=" + at)
  if (at === 3) { SCORE api.SET("STATUS", "completed"); }
}
addEventListener("pagehide", function () {
  api.SET("TIME", "SPAN"); api.SET("EXIT", "suspend"); api.STOP("")
})
</script></body></html>"""
WORDS = {
    "1.2": {"NAME": "API", "START": "LMSInitialize", "STOP": "LMSFinish", "GET": "LMSGetValue",
            "SET": "LMSSetValue", "LOCATION": "cmi.core.lesson_location",
            "LEARNER": "cmi.core.student_name", "STATUS": "cmi.core.lesson_status",
            "SCORE": 'api.SET("cmi.core.score.raw", "80");', "TIME": "cmi.core.session_time",
            "SPAN": "00:00:10", "EXIT": "cmi.core.exit"},
    "2004 3rd Edition": {"NAME": "API_1484_11", "START": "Initialize", "STOP": "Terminate",
            "GET": "GetValue", "SET": "SetValue", "LOCATION": "cmi.location",
            "LEARNER": "cmi.learner_name", "STATUS": "cmi.completion_status",
            "SCORE": 'api.SET("cmi.score.scaled", "0.8");', "TIME": "cmi.session_time",
            "SPAN": "PT10S", "EXIT": "cmi.exit"},
}  # fmt: skip


def page(standard="1.2") -> str:
    text = PAGE
    for _twice in range(2):
        for word, means in WORDS[standard].items():
            text = text.replace(word, means)
    return text


def manifest(items, resources, standard="1.2", *, extra="", base="", title="Safe lifting") -> str:
    return f"""<?xml version="1.0"?>
<manifest identifier="safe" {NAMESPACES[standard]}{base}>
<metadata><schema>ADL SCORM</schema><schemaversion>{standard}</schemaversion></metadata>
<organizations default="o"><organization identifier="o"><title>{title}</title>{items}{extra}
</organization></organizations><resources>{resources}</resources></manifest>"""


def item(name, *, inner="", parameters="", title=None) -> str:
    return (
        f'<item identifier="{name}" identifierref="r-{name}" parameters="{parameters}">'
        f"<title>{title or name.title()}</title>{inner}</item>"
    )


def resource(name, href, kind="sco", standard="1.2", base="") -> str:
    word = "scormtype" if standard == "1.2" else "scormType"
    href = f'href="{href}"' if href else ""
    return f'<resource identifier="r-{name}" type="webcontent" adlcp:{word}="{kind}" {href}{base}/>'


def zipped(files: dict) -> bytes:
    """A zip of these, the same bytes whenever it is made; a name may be a ZipInfo."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            if isinstance(name, zipfile.ZipInfo):
                archive.writestr(name, text)
            else:
                entry = zipfile.ZipInfo(name, (2026, 11, 22, 9, 0, 0))
                archive.writestr(entry, text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def package(standard="1.2", *, scos=("lesson",), inner="", extra="", kind="sco", **more) -> dict:
    """The files of a good package with these parts."""
    items = "".join(item(name, inner=inner) for name in scos)
    resources = "".join(resource(name, f"{name}/index.html", kind, standard) for name in scos)
    return {
        "imsmanifest.xml": manifest(items, resources, standard, extra=extra, **more),
        **{f"{name}/index.html": page(standard) for name in scos},
        "shared/film.webm": b"\x1a\x45\xdf\xa3" + bytes(96),
        "shared/tool.exe": b"MZ",
    }


def upload(content: bytes, name="package.zip") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/zip")


def unit_of(course, who, files=None, *, title="Safe lifting") -> ContentUnit:
    """A unit of the course with a package, through the verbs."""
    unit = ContentUnit(section=SectionFactory(course=course), form="scorm", title=title)
    packages.save(unit, packages.unpack(upload(zipped(files or package()))), **who)
    return unit
