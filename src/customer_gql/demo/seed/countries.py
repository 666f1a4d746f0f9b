"""Where the customers of the demo shop live: real cities with their regions and postcodes, telephones nobody has.

In a pattern `#` is any digit and `@` a letter. Telephones are of the ranges set aside for fiction where a country has
such ranges, and of unused ones elsewhere.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class City:
    name: str
    region: str | None
    postcode: str


@dataclass(frozen=True, slots=True)
class SeedCountry:
    """A country: how its addresses, telephones and tax numbers look, and the mimesis locale of its names."""

    code: str
    locale: str
    street: str
    telephone: str
    tax_number: str | None
    carriers: tuple[str, ...]
    cities: tuple[City, ...]


def _parse_cities(listed: str) -> tuple[City, ...]:
    """Each line holds a name, a region or nothing, and a pattern of postcodes."""
    lines = [[part.strip() for part in line.split("|")] for line in listed.strip().splitlines()]
    return tuple(City(name, region or None, postcode) for name, region, postcode in lines)


COUNTRIES: Final = {
    country.code: country
    for country in (
        SeedCountry(
            "US",
            "en",
            "{number} {street}",
            "+1 20#-555-01##",
            None,
            ("UPS", "FedEx", "USPS"),
            _parse_cities("""
            Seattle       | Washington    | 981##
            Portland      | Oregon        | 972##
            San Francisco | California    | 941##
            Los Angeles   | California    | 900##
            Denver        | Colorado      | 802##
            Austin        | Texas         | 787##
            Houston       | Texas         | 770##
            Chicago       | Illinois      | 606##
            Minneapolis   | Minnesota     | 554##
            Atlanta       | Georgia       | 303##
            Miami         | Florida       | 331##
            Boston        | Massachusetts | 021##
            Brooklyn      | New York      | 112##
            Philadelphia  | Pennsylvania  | 191##
            """),
        ),
        SeedCountry(
            "CA",
            "en-ca",
            "{number} {street}",
            "+1 20#-555-01##",
            None,
            ("Canada Post", "UPS"),
            _parse_cities("""
            Toronto   | Ontario          | M5@ #@#
            Ottawa    | Ontario          | K1@ #@#
            Montréal  | Québec           | H2@ #@#
            Québec    | Québec           | G1@ #@#
            Vancouver | British Columbia | V6@ #@#
            Calgary   | Alberta          | T2@ #@#
            Halifax   | Nova Scotia      | B3@ #@#
            """),
        ),
        SeedCountry(
            "AU",
            "en-au",
            "{number} {street}",
            "+61 2 5550 ####",
            None,
            ("Australia Post",),
            _parse_cities("""
            Sydney    | New South Wales   | 20##
            Melbourne | Victoria          | 30##
            Brisbane  | Queensland        | 40##
            Perth     | Western Australia | 60##
            """),
        ),
        SeedCountry(
            "DE",
            "de",
            "{street} {number}",
            "+49 30 23125 ###",
            "DE#########",
            ("DHL", "DPD", "Hermes"),
            _parse_cities("""
            Berlin    | Berlin              | 10###
            Hamburg   | Hamburg             | 22###
            München   | Bayern              | 80###
            Nürnberg  | Bayern              | 904##
            Köln      | Nordrhein-Westfalen | 50###
            Münster   | Nordrhein-Westfalen | 481##
            Frankfurt | Hessen              | 60###
            Stuttgart | Baden-Württemberg   | 70###
            Leipzig   | Sachsen             | 04###
            Lübeck    | Schleswig-Holstein  | 235##
            """),
        ),
        SeedCountry(
            "FR",
            "fr",
            "{number} {street}",
            "+33 1 99 00 ## ##",
            "FR###########",
            ("Colissimo", "Chronopost"),
            _parse_cities("""
            Paris      | Île-de-France              | 750##
            Lyon       | Auvergne-Rhône-Alpes       | 690##
            Marseille  | Provence-Alpes-Côte d'Azur | 130##
            Toulouse   | Occitanie                  | 310##
            Nantes     | Pays de la Loire           | 440##
            Strasbourg | Grand Est                  | 670##
            Orléans    | Centre-Val de Loire        | 450##
            """),
        ),
        SeedCountry(
            "IT",
            "it",
            "Via {street} {number}",
            "+39 06 5550 ####",
            "IT###########",
            ("Poste Italiane", "BRT"),
            _parse_cities("""
            Roma    | Roma         | 001##
            Milano  | Milano       | 201##
            Torino  | Torino       | 101##
            Bologna | Bologna      | 401##
            Forlì   | Forlì-Cesena | 471##
            Napoli  | Napoli       | 801##
            """),
        ),
        SeedCountry(
            "NL",
            "nl",
            "{street} {number}",
            "+31 20 555 ####",
            "NL#########B01",
            ("PostNL", "DHL"),
            _parse_cities("""
            Amsterdam | Noord-Holland | 101# @@
            Rotterdam | Zuid-Holland  | 301# @@
            Den Haag  | Zuid-Holland  | 251# @@
            Utrecht   |               | 351# @@
            Eindhoven | Noord-Brabant | 561# @@
            """),
        ),
        SeedCountry(
            "ES",
            "es",
            "{street}, {number}",
            "+34 910 555 ###",
            "ES########@",
            ("Correos", "SEUR"),
            _parse_cities("""
            Madrid    | Madrid    | 280##
            Barcelona | Barcelona | 080##
            Sevilla   | Sevilla   | 410##
            Málaga    | Málaga    | 290##
            Bilbao    | Vizcaya   | 480##
            """),
        ),
        SeedCountry(
            "PL",
            "pl",
            "ul. {street} {number}",
            "+48 22 555 ## ##",
            "PL##########",
            ("InPost", "Poczta Polska"),
            _parse_cities("""
            Warszawa | mazowieckie   | 00-###
            Kraków   | małopolskie   | 30-###
            Wrocław  | dolnośląskie  | 50-###
            Poznań   | wielkopolskie | 60-###
            Łódź     | łódzkie       | 90-###
            Gdańsk   | pomorskie     | 80-###
            """),
        ),
        SeedCountry(
            "GB",
            "en-gb",
            "{number} {street}",
            "+44 20 7946 0###",
            "GB#########",
            ("Royal Mail", "DPD"),
            _parse_cities("""
            London     | Greater London     | SE1 #@@
            Manchester | Greater Manchester | M1 #@@
            Leeds      | West Yorkshire     | LS1 #@@
            Bristol    |                    | BS1 #@@
            Birmingham | West Midlands      | B2 #@@
            Edinburgh  | Midlothian         | EH1 #@@
            Cardiff    |                    | CF10 #@@
            """),
        ),
        SeedCountry(
            "JP",
            "ja",
            "{street}{number}-2-10",
            "+81 3-0123-####",
            None,
            ("ヤマト運輸", "佐川急便"),
            _parse_cities("""
            千代田区 | 東京都   | 100-00##
            世田谷区 | 東京都   | 154-00##
            横浜市   | 神奈川県 | 220-00##
            名古屋市 | 愛知県   | 450-00##
            京都市   | 京都府   | 600-80##
            大阪市   | 大阪府   | 530-00##
            札幌市   | 北海道   | 060-00##
            福岡市   | 福岡県   | 810-00##
            """),
        ),
    )
}

# mimesis has no readings of Japanese names, and e-mail addresses are made of them.
JAPANESE_LAST: Final = (
    "佐藤 sato|鈴木 suzuki|高橋 takahashi|田中 tanaka|伊藤 ito|渡辺 watanabe|山本 yamamoto|中村 nakamura|小林 kobayashi|"
    "加藤 kato|吉田 yoshida|山田 yamada|佐々木 sasaki|山口 yamaguchi|松本 matsumoto|井上 inoue|木村 kimura|林 hayashi|"
    "斎藤 saito|清水 shimizu|山崎 yamazaki|森 mori|池田 ikeda|橋本 hashimoto|阿部 abe|石川 ishikawa|前田 maeda|小川 ogawa"
)
JAPANESE_FEMALE: Final = (
    "花子 hanako|陽菜 hina|結衣 yui|美咲 misaki|葵 aoi|さくら sakura|凛 rin|愛 ai|由美 yumi|恵子 keiko|真由美 mayumi|"
    "久美子 kumiko|明美 akemi|千尋 chihiro|楓 kaede|美穂 miho"
)
JAPANESE_MALE: Final = (
    "太郎 taro|蓮 ren|大翔 hiroto|翔太 shota|健一 kenichi|拓也 takuya|直樹 naoki|悠斗 yuto|誠 makoto|浩 hiroshi|"
    "大輔 daisuke|和也 kazuya|陽斗 haruto|隆 takashi|亮 ryo|学 manabu"
)
