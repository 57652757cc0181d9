"""Who buys from Northlight Training, who learns, who works there. All of them made up."""

# name, legal name, city, country, region, street, postcode
ACCOUNTS = [
    (
        "Kestrel Rail Group",
        "Kestrel Rail Group AB",
        "Stockholm",
        "SE",
        "Europe",
        "Spårgatan 14",
        "111 99",
    ),
    (
        "Brightwater Utilities",
        "Brightwater Utilities Ltd",
        "Leeds",
        "GB",
        "United Kingdom",
        "2 Weir Lane",
        "LS1 0XX",
    ),
    ("Norrsken Health", "Norrsken Hälsa AB", "Umeå", "SE", "Europe", "Älvvägen 3", "903 99"),
    (
        "Tidewell Foods",
        "Tidewell Foods plc",
        "Bristol",
        "GB",
        "United Kingdom",
        "Quay House, Dock Road",
        "BS1 0XX",
    ),
    (
        "Ateliers Moreau",
        "Ateliers Moreau SARL",
        "Lyon",
        "FR",
        "Europe",
        "8 rue des Copeaux",
        "69000",
    ),
    (
        "Hafenwerk Logistik",
        "Hafenwerk Logistik GmbH",
        "Hamburg",
        "DE",
        "Europe",
        "Speicherweg 21",
        "20000",
    ),
    (
        "Lumen & Ash",
        "Lumen & Ash Architects LLP",
        "London",
        "GB",
        "United Kingdom",
        "5 Plumb Yard",
        "E1 0XX",
    ),
    ("Nordic Rail Forum", "Nordic Rail Forum", "Oslo", "NO", "Europe", "Skinnegata 1", "0100"),
]

# first, last, job, account (None: an individual)
CONTACTS = [
    ("Ada", "Lindqvist", "Operations Lead", "Kestrel Rail Group"),
    ("Jonas", "Berg", "Depot Manager", "Kestrel Rail Group"),
    ("Meera", "Nair", "Analyst", "Kestrel Rail Group"),
    ("Oskar", "Fält", "Signal Engineer", "Kestrel Rail Group"),
    ("Hanna", "Ek", "HR Partner", "Kestrel Rail Group"),
    ("Liam", "Doyle", "Team Leader", "Brightwater Utilities"),
    ("Grace", "Okafor", "Learning Manager", "Brightwater Utilities"),
    ("Tom", "Ashworth", "Planner", "Brightwater Utilities"),
    ("Priya", "Shah", "Field Engineer", "Brightwater Utilities"),
    ("Elsa", "Nyström", "Ward Manager", "Norrsken Health"),
    ("Nils", "Åberg", "Controller", "Norrsken Health"),
    ("Fatima", "Haddad", "Nurse Educator", "Norrsken Health"),
    ("George", "Pell", "Site Manager", "Tidewell Foods"),
    ("Amelia", "Hart", "Quality Lead", "Tidewell Foods"),
    ("Claire", "Moreau", "Owner", "Ateliers Moreau"),
    ("Luc", "Fabre", "Workshop Manager", "Ateliers Moreau"),
    ("Jürgen", "Voss", "Shift Leader", "Hafenwerk Logistik"),
    ("Şirin", "Aydın", "Data Analyst", "Hafenwerk Logistik"),
    ("Miriam", "Katz", "Partner", "Lumen & Ash"),
    ("Ben", "Carver", "Project Architect", "Lumen & Ash"),
    ("Ingrid", "Solheim", "Secretary General", "Nordic Rail Forum"),
    ("Zoë", "Marchetti", "Freelance Consultant", None),
    ("Ravi", "Menon", "Student", None),
]

# Learners who can sign in: by first name.
LEARNERS = ["Ada", "Jonas"]

# Who teaches, with their address; the first of them signs in.
INSTRUCTORS = [
    ("Ewan Sharp", "ewan.sharp@northlight.example"),
    ("Petra Kuusk", "petra.kuusk@northlight.example"),
]

# Who looks after the training of Kestrel Rail Group, and signs in.
MANAGER = "Hanna Ek"

# address, name, role
STAFF = [
    ("admin@northlight.example", "Maren Holt", "Administrator"),
    ("sales@northlight.example", "Tomás Rey", "Sales"),
    ("training@northlight.example", "Signe Ahlgren", "Training Manager"),
    ("support@northlight.example", "Idris Bello", "Support"),
]

PASSWORD = "northlight-demo"  # noqa: S105 for trying out, on made-up people

# Fields of the installation's own: label, kind, choices, asked at checkout
CUSTOM_FIELDS = [
    ("Employee number", "text", [], False),
    ("Dietary needs", "choice", ["None", "Vegetarian", "Vegan", "Gluten-free"], True),
    ("Needs step-free access", "yes_no", [], True),
]
