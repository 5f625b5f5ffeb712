"""Column names and values of forms in five languages, as shipped."""

from pathlib import Path

import pytest

from config import countries
from config.mapping import FIELDS, Naming, load
from config.programme import load as load_programme
from domain.errors import ConfigError
from domain.imports import fold

FOLDER = Path(__file__).resolve().parents[2] / "config"
SKILLS = load_programme(FOLDER).skills


@pytest.fixture(scope="module")
def naming() -> Naming:
    return load(FOLDER, SKILLS)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Timestamp", "timestamp"), ("Marca temporal", "timestamp"), ("Horodateur", "timestamp"),
        ("Carimbo de data/hora", "timestamp"), ("طابع زمني", "timestamp"), ("E-MAIL  address *", "email"),
        ("Correo electronico", "email"), ("البريد الالكتروني", "email"), ("Name\n(on your badge)", "name"),
        ("Prénom", "given_name"), ("País (donde vives)", "country"), ("skills_learn", "skills_learn"),
        ("What do you want to learn? [Organisational skills]", "skills_learn"), ("Newsletter", "consent.newsletter"),
        ("I agree to [Newsletter]", "consent.newsletter"), ("I agree to [something else]", "consents"),
        ("What is your name for?", ""), ("", ""), ("???", ""),
    ],
)  # fmt: skip
def test_naming_field_of_a_header(naming: Naming, header: str, field: str) -> None:
    assert naming.field(header) == field


def test_naming_knows_every_field_by_name_and_by_code(naming: Naming) -> None:
    assert {f for f in FIELDS if naming.field(f) != f} == set()
    assert {f for f in FIELDS if not naming.looked_for[f]} == set()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Nigeria", "NG"), ("ng", "NG"), ("NGA", "NG"), ("Côte d'Ivoire", "CI"), ("Ivory coast", "CI"), ("USA", "US"),
        ("U.K.", "GB"), ("Tanzania", "TZ"), ("نيجيريا", "NG"), ("Brasil", "BR"), ("Alemania", "DE"),
        ("États-Unis", "US"), ("Níger", "NE"), ("Niger", "NE"), ("Guinée", "GN"), ("Atlantis", None),
    ],
)  # fmt: skip
def test_naming_country(naming: Naming, name: str, code: str | None) -> None:
    assert naming.countries.get(fold(name)) == code


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("Hausa", "ha"), ("Bangla", "bn"), ("Bengali", "bn"), ("français", "fr"), ("Castellano", "es"),
        ("العربية", "ar"), ("Kiswahili", "sw"), ("Deutsch", "de"), ("हिन्दी", "hi"), ("Dagbani", "dag"),
        ("Brazilian Portuguese", "pt-BR"), ("Klingonese", None),
    ],
)  # fmt: skip
def test_naming_language(naming: Naming, name: str, tag: str | None) -> None:
    assert naming.languages.get(fold(name)) == tag


@pytest.mark.parametrize(
    ("text", "tag"), [("pt-br", "pt-BR"), ("ZH_hant_tw", "zh-Hant-TW"), ("en", "en"), ("xx-yy", ""), ("english", "")]
)
def test_language_tag(text: str, tag: str) -> None:
    assert countries.language_tag(text) == tag


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("NG", "Africa/Lagos"), ("TZ", "Africa/Dar_es_Salaam"), ("DE", "Europe/Berlin"), ("IN", "Asia/Kolkata"),
        ("AR", "America/Argentina/Buenos_Aires"), ("BR", ""), ("US", ""), ("ES", ""), ("CD", ""), ("ZZ", ""),
    ],
)  # fmt: skip
def test_zone_of_a_country_whose_clocks_agree(country: str, zone: str) -> None:
    assert countries.zone_of(country) == zone


def test_zones_by_name_and_by_city() -> None:
    known = countries.zones()
    assert [known.get(fold(t)) for t in ("africa/lagos", "Lagos", "America/New York", "UTC", "Moon")] == [
        "Africa/Lagos", "Africa/Lagos", "America/New_York", "UTC", None
    ]  # fmt: skip


def test_naming_skills_by_the_words_of_the_pilot(naming: Naming) -> None:
    words = ["Building organisational plan + strategy", "Quantitative tools",
             "Wikimedia tools for running queries +scripts",
             "Basic Wikidata", "wikisource"]  # fmt: skip
    assert [naming.skills.get(fold(w)) for w in words] == [
        "organisational-plan", "quantitative-metrics", "queries-and-scripts", "wikidata-basic", "wikisource"
    ]  # fmt: skip


def test_load_without_an_own_mapping_takes_the_shipped_one(tmp_path: Path, naming: Naming) -> None:
    assert load(tmp_path, SKILLS) == naming


def test_load_lists_every_problem(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text(
        'colour = 1\n[countries]\nXX = ["Atlantis"]\n[columns]\nphone = ["Phone"]\n', "utf-8"
    )
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, SKILLS, tmp_path / "missing.toml")
    assert [(p.where, p.what) for p in caught.value.problems] == [
        ("mapping.toml: columns.phone", "is not a known key"),
        ("mapping.toml: colour", "is not a known key"),
        ("missing.toml", "is missing"),
    ]
