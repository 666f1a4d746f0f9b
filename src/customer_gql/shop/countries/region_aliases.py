"""Spellings of regions that people use and the data do not know: English names, old names, short names."""

from collections.abc import Mapping
from typing import Final

# The keys of these regions are their ISO codes, which the data do not repeat.
CODES_WITHOUT_ISO_FIELD: Final[Mapping[str, frozenset[str]]] = {
    "ES": frozenset(
        """
        VI AB A AL O AV BA B BU CC CA S CS CE CR CO CU GI GR GU SS H HU PM J C LO GC LE L LU M MA ML MU NA OR P PO SA TF
        SG SE SO T TE TO V VA BI ZA Z
        """.split()  # noqa: SIM905 - a list of 52 lines is no easier to read
    ),
    "US": frozenset({"AS", "GU", "MP", "PR", "VI"}),
}

_LISTED: Final = """
US-DC Washington DC, Washington District of Columbia
US-VI US Virgin Islands, Virgin Islands of the United States
CA-NL Newfoundland, Labrador, NF
CA-PE PEI
CA-QC PQ
CA-NT NWT
MX-CMX Mexico City, Distrito Federal, DF, CDMX
MX-MEX Estado de Mexico, Edomex
AR-C Buenos Aires City, Capital Federal, CABA
BR-DF Brasilia, Federal District
ES-A Alacant
ES-BI Biscay, Bizkaia
ES-C Corunna, A Coruña
ES-CS Castello
ES-GI Gerona
ES-L Lleida
ES-NA Navarre
ES-OR Orense
ES-PM Balearic Islands, Illes Balears, Baleares, Balears
ES-SE Seville
ES-SS Gipuzkoa
ES-VI Araba
ES-Z Saragossa
IT-23 Aosta, Aosta Valley
IT-BZ South Tyrol, Alto Adige, Südtirol, Bozen
IT-FI Florence
IT-GE Genoa
IT-LI Leghorn
IT-MI Milan
IT-MN Mantua
IT-NA Naples
IT-PD Padua
IT-RM Rome
IT-SR Syracuse
IT-TO Turin
IT-VE Venice
RU-MOW Moscow
RU-SPE Saint Petersburg, St Petersburg
CN-NM Inner Mongolia
CN-XZ Tibet
CN-XJ Xinjiang
CN-NX Ningxia, Ningxia Huizuzizhiqu
CN-GX Guangxi
IN-OD Odisha, Orissa
IN-PY Pondicherry
IN-UK Uttaranchal
IN-DL New Delhi, NCT of Delhi, National Capital Territory of Delhi
UA-30 Kiev, Kyiv
UA-32 Kiev Oblast, Kyiv Oblast
ID-JK DKI Jakarta, Jakarta
ID-YO Yogyakarta, Jogjakarta
KR-11 Seoul City
VN-SG Saigon, Ho Chi Minh City
"""

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    code: tuple(names.split(", ")) for code, _, names in (line.partition(" ") for line in _LISTED.strip().splitlines())
}
"""By ISO 3166-2 code."""
