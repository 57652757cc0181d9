"""What Northlight Training teaches: plain lists, put into the database by `tms.demo.world`."""

CATEGORIES = {
    "Leadership": ["Leading people", "Leading projects"],
    "Data": ["Analysis", "Spreadsheets"],
    "Safety": ["Workplace", "First aid"],
    "Communication": [],
    "Finance": [],
}

# code, title, category, duration, summary, objectives, prerequisites, euros, tokens
COURSES = [
    (
        "LEAD-101",
        "Leading a First Team",
        "Leading people",
        "4 hours",
        "The first ninety days with people who look to you.",
        ["Agree what the team is for", "Run a first round of one-to-ones", "Give work away well"],
        "",
        240,
        ("Gold", 3),
    ),
    (
        "LEAD-120",
        "Coaching for Managers",
        "Leading people",
        "2 days",
        "Ask better questions, and wait for the answer.",
        ["Tell coaching from advising", "Hold a coaching talk of twenty minutes", "Follow up"],
        "Some months with a team of your own.",
        640,
        ("Gold", 8),
    ),
    (
        "LEAD-140",
        "Difficult Conversations",
        "Leading people",
        "1 day",
        "Say what has to be said, and stay on speaking terms.",
        ["Prepare the first sentence", "Separate the fact from the verdict", "End with a promise"],
        "",
        320,
        ("Gold", 4),
    ),
    (
        "PROJ-101",
        "Projects that Finish",
        "Leading projects",
        "6 hours",
        "Scope, a plan on one page, and the courage to cut.",
        ["Write a scope that says no", "Plan backwards from the day", "Report in three lines"],
        "",
        280,
        ("Gold", 3),
    ),
    (
        "PROJ-210",
        "Risks Before They Bite",
        "Leading projects",
        "3 hours",
        "A register that people read.",
        ["Find risks in an hour", "Weigh them without arithmetic games", "Decide who watches"],
        "Projects that Finish, or a project of your own.",
        150,
        ("Gold", 2),
    ),
    (
        "DATA-101",
        "Spreadsheets without Tears",
        "Spreadsheets",
        "5 hours",
        "Tidy tables, honest formulas, and no merged cells.",
        ["Lay out a table that can be sorted", "Look things up", "Check a sheet before sending it"],
        "",
        190,
        ("Silver", 2),
    ),
    (
        "DATA-150",
        "SQL for the Curious",
        "Analysis",
        "8 hours",
        "Ask the database yourself.",
        ["Choose, filter and group rows", "Join two tables", "Know when an answer is wrong"],
        "Spreadsheets without Tears helps.",
        320,
        ("Gold", 4),
    ),
    (
        "DATA-180",
        "Charts that Tell the Truth",
        "Analysis",
        "3 hours",
        "From a number to a picture, without lying on the way.",
        ["Choose a chart by the question", "Label it so that it stands alone", "Spot tricks"],
        "",
        140,
        ("Silver", 2),
    ),
    (
        "DATA-220",
        "Statistics in Plain Words",
        "Analysis",
        "1 day",
        "Averages, spread and chance, explained at the table.",
        ["Say what an average hides", "Read an interval", "Plan a fair comparison"],
        "",
        420,
        ("Gold", 5),
    ),
    (
        "SAFE-101",
        "Fire Marshal",
        "Workplace",
        "Half a day",
        "Get people out, and stay calm doing it.",
        ["Read the building", "Lead an evacuation", "Choose the right extinguisher"],
        "",
        160,
        ("Silver", 2),
    ),
    (
        "SAFE-110",
        "First Aid at Work",
        "First aid",
        "1 day",
        "What to do until help comes, practised until it sticks.",
        ["Make the place safe", "Resuscitate", "Stop a bleeding", "Call for help well"],
        "",
        180,
        ("Silver", 2),
    ),
    (
        "SAFE-130",
        "Working at Height",
        "Workplace",
        "2 days",
        "Ladders, harnesses, and the habit of checking.",
        ["Inspect a harness", "Rig an anchor", "Plan a rescue"],
        "First Aid at Work.",
        520,
        ("Silver", 6),
    ),
    (
        "SAFE-150",
        "Safe on the Line",
        "Workplace",
        "2 hours",
        "Track safety for people who visit, not for those who work there every day.",
        ["Know the signals", "Stand where you may", "Report what you see"],
        "",
        80,
        ("Silver", 1),
    ),
    (
        "COMM-101",
        "Plain English at Work",
        "Communication",
        "3 hours",
        "Write so that it is read once and understood.",
        ["Put the answer first", "Cut a text by half", "Write a mail that gets an answer"],
        "",
        120,
        None,
    ),
    (
        "COMM-120",
        "Presenting to a Room",
        "Communication",
        "1 day",
        "Three things to say, and a room that remembers them.",
        ["Find the three things", "Use slides as a backdrop", "Take questions"],
        "",
        360,
        ("Gold", 4),
    ),
    (
        "FIN-101",
        "Budget Basics for Managers",
        "Finance",
        "5 hours",
        "Read a budget, question it, and keep to it.",
        ["Tell cost from cash", "Ask three questions of any budget", "Forecast to year's end"],
        "",
        160,
        ("Gold", 2),
    ),
]

# code, title, category, summary, steps as (course, required, locked), euros, tokens
PATHS = [
    (
        "PATH-LEAD",
        "New Manager",
        "Leadership",
        "The first half year of leading people, in the order in which it happens.",
        [
            ("LEAD-101", True, False),
            ("COMM-101", True, False),
            ("LEAD-140", True, True),
            ("FIN-101", False, False),
        ],
        690,
        ("Gold", 8),
    ),
    (
        "PATH-DATA",
        "Analyst Foundations",
        "Data",
        "From a tidy spreadsheet to a chart that tells the truth.",
        [
            ("DATA-101", True, False),
            ("DATA-150", True, True),
            ("DATA-180", True, True),
            ("DATA-220", False, False),
        ],
        890,
        ("Gold", 11),
    ),
    (
        "PATH-SITE",
        "Ready for Site",
        "Safety",
        "Everything to be settled before the first day on site.",
        [("SAFE-150", True, False), ("SAFE-110", True, False), ("SAFE-130", False, False)],
        640,
        ("Silver", 7),
    ),
]

# Courses with an LMS event: code → (days of content, sections of (kind, title, text)).
CONTENT = {
    "LEAD-101": (
        None,
        [
            (
                "Before the first day",
                [
                    ("video", "What changes on Monday", ""),
                    (
                        "page",
                        "Five people to talk to first",
                        "<p>Before you change anything, listen. Talk to the person who had the job"
                        " before you, to your own manager, to the one who has been there longest,"
                        " to the newest, and to somebody who depends on the team's work.</p>"
                        "<p>Ask all five the same two questions: <strong>what should stay as it"
                        " is?</strong> and <strong>what would you mend first?</strong> Write the"
                        " answers down word for word.</p>",
                    ),
                    ("document", "A page for your one-to-ones", ""),
                ],
            ),
            (
                "The first month",
                [
                    (
                        "page",
                        "What the team is for",
                        "<p>A team that can say in one sentence what it is for can say no to the"
                        " rest. Draft the sentence alone, then throw it away and write it"
                        " together.</p><ul><li>Whom do we serve?</li><li>What do they get that"
                        " nobody else gives them?</li><li>How would they notice if we were"
                        " gone?</li></ul>",
                    ),
                    (
                        "page",
                        "Giving work away",
                        "<p>Give away results, not tasks: say what should be true at the end, by"
                        " when, and what may not happen on the way. Then stay reachable, and out"
                        " of it.</p>",
                    ),
                ],
            ),
        ],
    ),
    "PROJ-101": (
        180,
        [
            (
                "Scope",
                [
                    (
                        "page",
                        "A scope that says no",
                        "<p>Write two lists of the same length: what the project does, and what"
                        " somebody might expect of it and will not get. The second list is the"
                        " one that saves you.</p>",
                    ),
                    ("document", "The plan on one page", ""),
                ],
            ),
            (
                "Finishing",
                [
                    (
                        "page",
                        "Backwards from the day",
                        "<p>Start with the day on which it has to be used by others. What must be"
                        " true the day before? And the week before that? Go back until you reach"
                        " today, and look at what you find there.</p>",
                    ),
                    (
                        "page",
                        "Three lines on a Friday",
                        "<p>What moved. What stands in the way. What we need from you. Nothing"
                        " else, every Friday, to everybody.</p>",
                    ),
                ],
            ),
        ],
    ),
    "PROJ-210": (
        90,
        [
            (
                "An hour of bad news",
                [
                    (
                        "page",
                        "It has failed. Why?",
                        "<p>Tell the team that it is a year from now and the project has failed."
                        " Give everybody ten minutes, alone, to write down why. Read the notes"
                        " aloud and sort them together.</p>",
                    ),
                    (
                        "page",
                        "Who watches",
                        "<p>A risk without a name beside it is a wish. One name, one sign to look"
                        " out for, one day on which it is looked at again.</p>",
                    ),
                ],
            )
        ],
    ),
    "DATA-101": (
        180,
        [
            (
                "Tables",
                [
                    (
                        "page",
                        "One thing a row",
                        "<p>Every row is one thing, every column says one thing about it, and the"
                        " first row says what. No empty rows, no merged cells, no colour that"
                        " means something.</p>",
                    ),
                    ("document", "Checklist before you send it", ""),
                ],
            ),
            (
                "Formulas",
                [
                    (
                        "page",
                        "Looking things up",
                        "<p>A lookup answers: which row over there is about the same thing? Before"
                        " you trust it, count how many rows it did not find.</p>",
                    ),
                    ("video", "A lookup in two minutes", ""),
                ],
            ),
        ],
    ),
    "DATA-150": (
        365,
        [
            (
                "Asking",
                [
                    (
                        "page",
                        "Choose and filter",
                        "<p>A query is a sentence: from these rows, those where something holds,"
                        " show me these columns. Say it aloud before you type it.</p>",
                    ),
                    (
                        "page",
                        "Group",
                        "<p>Grouping folds many rows into one. Whatever isn't in the group has to"
                        " be counted, added up or averaged, otherwise the database asks which of"
                        " the many values you meant.</p>",
                    ),
                ],
            ),
            (
                "Joining",
                [
                    (
                        "page",
                        "Two tables",
                        "<p>A join pairs rows. If one side has two partners, you get two rows:"
                        " that is where totals become too large. Count before, and count"
                        " after.</p>",
                    ),
                    ("link", "The manual of the database", "https://www.postgresql.org/docs/"),
                ],
            ),
        ],
    ),
    "DATA-180": (
        90,
        [
            (
                "Pictures of numbers",
                [
                    (
                        "page",
                        "Begin with the question",
                        "<p>How much? A bar. How did it change? A line. Which part of the whole?"
                        " One bar, divided. If you can't say the question, the chart can't"
                        " answer it.</p>",
                    ),
                    (
                        "page",
                        "Where the axis begins",
                        "<p>A bar is read by its length, so it begins at zero. A line is read by"
                        " its slope, so it needn't. Say on the chart where it begins.</p>",
                    ),
                ],
            )
        ],
    ),
    "SAFE-150": (
        30,
        [
            (
                "On the line",
                [
                    ("video", "Before you step out", ""),
                    (
                        "page",
                        "Where you may stand",
                        "<p>Behind the yellow line, beside the person in orange, and never where"
                        " you can't see both ways. If in doubt, stand still and ask.</p>",
                    ),
                    ("document", "Signals on one page", ""),
                ],
            ),
            ("Practice", [("scorm", "A walk across the yard", "")]),
        ],
    ),
    "COMM-101": (
        None,
        [
            (
                "Reading once",
                [
                    (
                        "page",
                        "The answer first",
                        "<p>Most people read the first two lines. Put there what they need to"
                        " know or do; the reasons can wait below.</p>",
                    ),
                    (
                        "page",
                        "Half of it",
                        "<p>Take your last long mail and cut it to half. Then read it aloud."
                        " What you stumble over goes as well.</p>",
                    ),
                    ("link", "A list of plain words", "https://www.plainlanguage.gov/"),
                ],
            )
        ],
    ),
    "FIN-101": (
        180,
        [
            (
                "Reading a budget",
                [
                    (
                        "page",
                        "Cost and cash",
                        "<p>A cost belongs to the month that used it up, cash to the day on which"
                        " it left. The difference is where surprises live.</p>",
                    ),
                    (
                        "page",
                        "Three questions",
                        "<p>What is it based on? What would change it most? Who would notice"
                        " first?</p>",
                    ),
                ],
            )
        ],
    ),
}

# code of the course, type, days from today to the first session, length in days, place, seats,
# minimum, instructor
EVENTS = [
    ("LEAD-120", "classroom", 11, 2, "Malmö, Hamnhuset", 12, 4, "Signe Ahlgren"),
    ("LEAD-120", "classroom", 53, 2, "Stockholm, Kungsholmen", 12, 4, "Signe Ahlgren"),
    ("LEAD-140", "classroom", 24, 1, "Stockholm, Kungsholmen", 10, 4, "Idris Bello"),
    ("LEAD-140", "classroom", -40, 1, "Malmö, Hamnhuset", 10, 4, "Idris Bello"),
    ("DATA-220", "blended", 17, 1, "Stockholm, Kungsholmen", 14, 6, "Petra Kuusk"),
    ("SAFE-101", "classroom", 6, 1, "Göteborg, Depot 4", 8, 3, "Ewan Sharp"),
    ("SAFE-101", "classroom", -60, 1, "Stockholm, Kungsholmen", 8, 3, "Ewan Sharp"),
    ("SAFE-110", "classroom", 20, 1, "Stockholm, Kungsholmen", 2, 1, "Ewan Sharp"),
    ("SAFE-110", "classroom", 48, 1, "Göteborg, Depot 4", 12, 6, "Ewan Sharp"),
    ("SAFE-130", "blended", 33, 2, "Göteborg, Depot 4", 8, 4, "Ylva Norén"),
    ("COMM-120", "classroom", 40, 1, "London, Canal House", 10, 5, "Rhys Owen"),
    ("COMM-120", "classroom", -15, 1, "London, Canal House", 10, 5, "Rhys Owen"),
    ("LEAD-140", "classroom", 9, 1, "Malmö, Hamnhuset", 10, 4, "Idris Bello"),
    ("LEAD-140", "classroom", 59, 1, "Malmö, Hamnhuset", 10, 4, "Idris Bello"),
]

# name, code, description, what it opens, options as (name, period, unit, euros, tokens)
PASS_TYPES = [
    (
        "Leadership Library",
        "LEAD",
        "Everything about leading people and projects, in the classroom and at your desk.",
        ["PATH-LEAD", "LEAD-101", "LEAD-120", "LEAD-140", "PROJ-101", "PROJ-210", "COMM-101"],
        [
            ("Annual", 12, "months", 1490, ("Gold", 18)),
            ("Half a year", 6, "months", 890, ("Gold", 11)),
            ("Taster", 30, "days", 190, None),
        ],
    ),
    (
        "Data Skills Collection",
        "DATA",
        "From the first spreadsheet to statistics, for people who want to ask for themselves.",
        ["PATH-DATA", "DATA-101", "DATA-150", "DATA-180", "DATA-220"],
        [
            ("Annual", 12, "months", 990, ("Gold", 12)),
            ("Half a year", 6, "months", 590, ("Gold", 7)),
        ],
    ),
    (
        "Safety Essentials",
        "SAFE",
        "What everybody on site needs to know, kept fresh.",
        ["PATH-SITE", "SAFE-101", "SAFE-110", "SAFE-150"],
        [("Annual", 12, "months", 390, ("Silver", 5)), ("Quarter", 3, "months", 140, None)],
    ),
    (
        "Project Practice",
        "PROJ",
        "Small courses for people in projects. No longer sold; passes run to their end.",
        ["PROJ-101", "PROJ-210"],
        [("Annual", 12, "months", 420, None)],
    ),
    (
        "Finance for Everybody",
        "FIN",
        "In preparation for spring.",
        ["FIN-101"],
        [("Annual", 12, "months", 290, None)],
    ),
]
