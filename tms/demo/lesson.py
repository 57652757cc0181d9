"""The SCORM package of the demonstration: a walk in three steps, and a question about it."""

import io
import zipfile

MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="northlight.yard" version="1"
 xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
 xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
<metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>
<organizations default="yard"><organization identifier="yard"><title>A walk across the yard</title>
<item identifier="walk" identifierref="walk-page"><title>The walk</title></item>
<item identifier="question" identifierref="question-page"><title>One question</title>
<adlcp:masteryscore>100</adlcp:masteryscore></item>
</organization></organizations>
<resources>
<resource identifier="walk-page" type="webcontent" adlcp:scormtype="sco" href="walk.html"/>
<resource identifier="question-page" type="webcontent" adlcp:scormtype="sco" href="question.html"/>
</resources></manifest>"""

SHELL = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A walk</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="look.css">
<script src="talk.js"></script></head><body><main>%s</main></body></html>"""

WALK = (
    SHELL
    % """<h1 id="title"></h1><p id="text"></p><p><button id="next">Go on</button></p>
<script>
const steps = [
  ["At the gate", "Stop before the yellow line. Look for moving machines, then for people."],
  ["Along the wall", "Keep to the marked path, even where the straight way is shorter."],
  ["At the crossing", "Wait for the driver's eyes. No eyes, no crossing."],
  ["There", "You are across. The question that follows takes a minute."],
]
talk.begin()
let at = Number(talk.get("cmi.core.lesson_location") || 0)
const show = () => {
  title.textContent = steps[at][0]
  text.textContent = steps[at][1]
  next.hidden = at === steps.length - 1
  talk.set("cmi.core.lesson_location", String(at))
  if (next.hidden) talk.set("cmi.core.lesson_status", "completed")
  else if (talk.get("cmi.core.lesson_status") === "not attempted") {
    talk.set("cmi.core.lesson_status", "incomplete")
  }
}
next.addEventListener("click", () => { at += 1; show() })
show()
</script>"""
)

QUESTION = (
    SHELL
    % """<h1>When do you cross?</h1>
<p><button data-right="">When nothing moves</button></p>
<p><button data-right="1">When the driver has looked at me and stopped</button></p>
<p><button data-right="">When the driver slows down</button></p><p id="said" role="status"></p>
<script>
talk.begin()
for (const button of document.querySelectorAll("button")) {
  button.addEventListener("click", () => {
    const right = Boolean(button.dataset.right)
    talk.set("cmi.core.score.raw", right ? "100" : "0")
    talk.set("cmi.core.lesson_status", right ? "passed" : "failed")
    said.textContent = right ? "Yes. No eyes, no crossing." : "Not yet. Think of who can see you."
  })
}
</script>"""
)

TALK = """const talk = (() => {
  const began = Date.now()
  const find = (from) => {
    let here = from
    while (!here.API && here.parent && here.parent !== here) here = here.parent
    return here.API
  }
  const api = find(window)
  addEventListener("pagehide", () => {
    const seconds = Math.round((Date.now() - began) / 1000)
    const two = (number) => String(number).padStart(2, "0")
    const time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map(Math.floor).map(two)
    api.LMSSetValue("cmi.core.session_time", time.join(":"))
    api.LMSSetValue("cmi.core.exit", "suspend")
    api.LMSFinish("")
  })
  return {
    begin: () => api.LMSInitialize(""),
    get: (name) => api.LMSGetValue(name),
    set: (name, value) => api.LMSSetValue(name, value),
  }
})()
"""

LOOK = """body { margin: 0; font: 1.125rem/1.5 system-ui, sans-serif; color: #14263b;
  background: #f4f7fa; }
main { max-width: 36rem; margin: 3rem auto; padding: 0 1.25rem; }
button { padding: .6rem 1rem; border: 1px solid #1c5d99; border-radius: .4rem; background: #fff;
  color: #14263b; font: inherit; text-align: start; cursor: pointer; }
"""


def package() -> bytes:
    """The zip, the same each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            ("imsmanifest.xml", MANIFEST),
            ("walk.html", WALK),
            ("question.html", QUESTION),
            ("talk.js", TALK),
            ("look.css", LOOK),
        ):
            archive.writestr(zipfile.ZipInfo(name), text)
    return out.getvalue()
