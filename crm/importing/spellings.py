"""What else may a column be called? The headings of HubSpot, Salesforce and of spreadsheets.

Squeezed: without case, accents, blanks and signs, so that `First Name`, `first_name` and
`FirstName` are one. In the order in which they are preferred; English, German, French, Spanish,
Italian, Portuguese, Dutch, Swedish, Norwegian, Danish, Polish.
"""

STREET = """
mailingstreet billingstreet streetaddress street address strasse anschrift adresse rue
adressepostale calle direccion via indirizzo rua endereco straat adres gatuadress gata gateadresse
vejnavn ulica
"""
POSTCODE = """
mailingzippostalcode mailingpostalcode billingzippostalcode billingpostalcode postalcode postcode
zippostalcode zip zipcode plz postleitzahl codepostal codigopostal cap codigopostalcep postnummer
postnr kodpocztowy
"""
CITY = """
mailingcity billingcity city town stadt ort ville ciudad citta cidade plaats stad ort by miasto
"""
COUNTRY = """
mailingcountry mailingcountrycode billingcountry billingcountrycode countryregion countryregioncode
country countrycode land landregion pays paysregion pais paisregion paese pais land kraj
"""
LANGUAGE = "language preferredlanguage sprache langue idioma lingua taal sprak sprog jezyk"
NOTES = """
notes note description comments notizen bemerkung bemerkungen beschreibung remarques commentaires
notas descripcion comentarios descrizione descricao opmerkingen anteckningar kommentar uwagi
"""

CONTACTS = {
    "id": """
        recordid contactid hsobjectid id externalid datensatzid kontaktid iddelcontacto
        identifiantdelafiche idfiche idderegistro iddelregistro idrecord idregisto idcontacto
        idcontatto recordnummer postid
    """,
    "first_name": """
        firstname givenname forename vorname prenom nombre nome primeironome voornaam fornamn
        fornavn imie
    """,
    "last_name": """
        lastname surname familyname nachname familienname nomdefamille nom apellidos apellido
        cognome sobrenome apelido achternaam efternamn efternavn etternavn nazwisko
    """,
    "name": """
        fullname name contactname vollstandigername vollername nomcomplet nombrecompleto
        nomecompleto nomeecognome volledigenaam naam namn navn imieinazwisko
    """,
    "email": """
        email emailaddress mail workemail emailadresse mailadresse epost epostadresse epostadress
        adresseemail adressemail courriel correoelectronico correo indirizzoemail enderecodeemail
        emailadres adresemail
    """,
    "phone": """
        phonenumber phone telephone telephonenumber tel mobilephonenumber mobilephone mobile
        telefonnummer telefon rufnummer numerodetelephone telefono numeroditelefono
        numerodetelefono telefone telefoonnummer telefoon numertelefonu mobilnummer handy
    """,
    "job_title": """
        jobtitle title position role berufsbezeichnung stellenbezeichnung funktion titel
        intituleduposte fonction poste cargo puesto qualifica mansione ruolo functie functietitel
        befattning stilling stanowisko
    """,
    "account_ids": """
        associatedcompanyids associatedcompanyidsprimary primaryassociatedcompanyid
        associatedcompanyid accountid companyid zugeordneteunternehmensids unternehmensid
        accountnummer idsdesentreprisesassociees iddelacuenta
    """,
    "account_names": """
        associatedcompany associatedcompanies associatedcompanyprimary accountname primaryaccount
        companyname company account organisation organization employer zugeordnetesunternehmen
        unternehmensname unternehmen firma firmenname kunde entrepriseassociee nomdelentreprise
        entreprise societe nomducompte nombredelaempresa empresa nombredelacuenta compania
        nomedaempresa nomeazienda azienda societa bedrijfsnaam bedrijf foretag foretagsnamn
        virksomhed bedrift selskab nazwafirmy
    """,
    "street": STREET,
    "postcode": POSTCODE,
    "city": CITY,
    "country": COUNTRY,
    "time_zone": "timezone zeitzone fuseauhoraire zonahoraria fusoorario fusohorario tijdzone",
    "language": LANGUAGE,
    "opt_out": """
        emailoptout hasoptedoutofemail unsubscribedfromallemail optedoutofallemail optedoutofemail
        hsemailoptout abgemeldetvonallenemails emailabmeldung desabonnedetouslesemails
    """,
    "announcements": "receivesannouncements announcements newsletter",
    "reminders": "receivesreminders reminders",
    "notes": NOTES,
}  # fmt: skip

ACCOUNTS = {
    "id": """
        recordid accountid companyid hsobjectid id externalid datensatzid unternehmensid
        idderegistro iddelregistro identifiantdelafiche iddelacuenta idrecord recordnummer
    """,
    "name": """
        companyname accountname name company account organisation organization unternehmensname
        unternehmen firma firmenname kunde nomdelentreprise entreprise societe nomducompte
        nombredelaempresa empresa nombredelacuenta nombre nomedaempresa nomeazienda azienda nome
        bedrijfsnaam bedrijf foretag foretagsnamn virksomhed bedrift selskab nazwafirmy nazwa naam
    """,
    "legal_name": "legalname registeredname rechtsname raisonsociale razonsocial ragionesociale",
    "parent": """
        parentcompanyids parentaccountid parentaccount parentcompany parentcompanyid
        muttergesellschaft ubergeordneterfirma maisonmere empresamatriz
    """,
    "region": "region",
    "currency": "currency accountcurrency currencyisocode wahrung devise moneda valuta moeda",
    "street": STREET,
    "postcode": POSTCODE,
    "city": CITY,
    "country": COUNTRY,
    "tax_number": """
        taxnumber taxid vatnumber vatid vat ustidnr ustid steuernummer umsatzsteuerid numerodetva
        tva nif cif numerofiscal partitaiva btwnummer momsregistreringsnummer orgnr
        organisasjonsnummer cvr nip
    """,
    "owner": "owner",
    "notes": NOTES,
}  # fmt: skip

# Headings that only one system has say where the IDs come from.
SYSTEMS = {
    "HubSpot": """
        recordid associatedcompany associatedcompanyids associatedcompanyidsprimary hsobjectid
        lifecyclestage contactowner companyowner datensatzid identifiantdelafiche idderegistro
        iddelregistro marketingcontactstatus countryregion
    """,
    "Salesforce": """
        contactid accountid mailingstreet mailingzippostalcode billingstreet emailoptout
        hasoptedoutofemail reportstoid ownerid accountowner billingzippostalcode lastactivitydate
    """,
}
# And headings of our own lists' exports: only there is a `Number` ours.
OURS = ("primaryaccount", "signsin", "externalids", "parentaccount", "kind", "contacts")
