"""Labels of fields and choices in the languages that mails come in, too: English, German, Dutch, Swedish."""

from collections.abc import Mapping
from typing import Final

_LANGUAGES: Final = ("en", "de", "nl", "sv")
_LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "email": ("E-mail address", "E-Mail-Adresse", "E-mailadres", "E-postadress"),
    "password": ("Password", "Passwort", "Wachtwoord", "Lösenord"),
    "prefix": ("Title", "Anrede", "Aanhef", "Titel"),
    "firstName": ("First name", "Vorname", "Voornaam", "Förnamn"),
    "middleName": ("Middle name", "Zweiter Vorname", "Tweede voornaam", "Mellannamn"),
    "lastName": ("Last name", "Nachname", "Achternaam", "Efternamn"),
    "suffix": ("Suffix", "Namenszusatz", "Achtervoegsel", "Suffix"),
    "gender": ("Gender", "Geschlecht", "Geslacht", "Kön"),
    "MALE": ("Male", "Männlich", "Man", "Man"),
    "FEMALE": ("Female", "Weiblich", "Vrouw", "Kvinna"),
    "NOT_SPECIFIED": ("Not specified", "Keine Angabe", "Niet opgegeven", "Ej angivet"),
    "true": ("Yes", "Ja", "Ja", "Ja"),
    "false": ("No", "Nein", "Nee", "Nej"),
    "dateOfBirth": ("Date of birth", "Geburtsdatum", "Geboortedatum", "Födelsedatum"),
    "birthYear": ("Year of birth", "Geburtsjahr", "Geboortejaar", "Födelseår"),
    "taxVatNumber": ("Tax or VAT number", "Steuer- oder USt-IdNr.", "Btw-nummer", "Momsregistreringsnummer"),
    "isSubscribed": (
        "Subscribe to the newsletter",
        "Newsletter abonnieren",
        "Inschrijven voor de nieuwsbrief",
        "Prenumerera på nyhetsbrevet",
    ),
    "allowsRemoteAssistance": (
        "Staff may sign in to help me",
        "Der Kundendienst darf sich anmelden, um mir zu helfen",
        "Medewerkers mogen inloggen om mij te helpen",
        "Personalen får logga in för att hjälpa mig",
    ),
    "company": ("Company", "Firma", "Bedrijf", "Företag"),
    "street": ("Street address", "Straße und Hausnummer", "Straat en huisnummer", "Gatuadress"),
    "city": ("City", "Ort", "Plaats", "Ort"),
    "region": ("State or province", "Bundesland oder Region", "Provincie of staat", "Län eller delstat"),
    "postcode": ("Postal code", "Postleitzahl", "Postcode", "Postnummer"),
    "countryCode": ("Country", "Land", "Land", "Land"),
    "telephone": ("Telephone", "Telefon", "Telefoon", "Telefon"),
    "fax": ("Fax", "Fax", "Fax", "Fax"),
    "vatNumber": ("VAT number", "USt-IdNr.", "Btw-nummer", "Momsregistreringsnummer"),
    "isDefaultBilling": (
        "Use as billing address",
        "Als Rechnungsadresse verwenden",
        "Als factuuradres gebruiken",
        "Använd som faktureringsadress",
    ),
    "isDefaultShipping": (
        "Use as shipping address",
        "Als Lieferadresse verwenden",
        "Als verzendadres gebruiken",
        "Använd som leveransadress",
    ),
}


def label_of(code: str, locale: str) -> str:
    """In the language of a locale such as `de_AT`; in English where there is no text in that language."""
    language = locale.partition("_")[0]
    return _LABELS[code][_LANGUAGES.index(language) if language in _LANGUAGES else 0]
