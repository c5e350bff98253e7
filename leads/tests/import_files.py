"""Files of leads for tests, and what a run makes of them."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from openpyxl import Workbook

from agencies.models import Agency
from agencies.tests.factories import make_agency
from crm.core.actors import Actor
from crm.core.choices import Source
from leads.models import Lead, LeadImport
from leads.services.imports.running import run_import
from leads.services.imports.starting import start_import

Rows = Iterable[Mapping[str, Any]]
COMMAND = Actor.system("import_leads", source=Source.COMMAND)

ZOHO_HEADER = ["LEADID", "Last Name", "Company", "Lead Owner", "Email", "Mobile", "Website", "Industry", "Lead Source",
               "Lead Status", "Created Time", "CONVERTED", "month_Created Time1"]  # fmt: skip
_ZOHO = """
4564|Hall|Chargepal|Thomas Mondrake|MaryCHall@example.com|860-253-6354|ForwardShop.com|Pharma|Sales Mail Alias|Junk Lead|15 Apr, 2021 00:03:00|Yes|April
4565|Anderson|Awthentikz|Lazar Mathew|JosephKAnderson@example.com|336-856-3419|OptimalBliss.com|Manufacturing|Cold Call|Attempted to Contact|15 Apr, 2021 00:03:00|Yes|April
4568|Fields|All Wound Up|Roger Terrence|RoyCFields@example.com|563-508-6582|MysteryCD.com|Education|Employee Referral|Lost Lead|15 Apr, 2021 00:03:00|Yes|April
4570|Burke|Circus World|Pete Zachariah|ErnestoABurke@example.com|408-626-3735|TutorParty.com|IT Services|Sales Mail Alias|Pre Qualified|15 Apr, 2021 00:03:00|Yes|April
4574|Javier|Fedco|Jasmine Frank|AdrianTJavier@example.com|507-417-6153|RewardsPays.com|Consulting|Partner|Contact in Future|28 Sep, 2020 00:08:00|No|September
4575|Proto|Heslop's|Jasmine Frank|SeanBProto@example.com|620-637-3622|SemiYearly.com|Technology|Web Research|Contacted|28 Sep, 2020 00:08:00|Yes|September
4577|Miller|Mikro Designs|Tina Thomas|HortenciaWMiller@example.com|209-345-5165|OrlandoBakery.com|Government/Military|Trade Show|Not Contacted|30 Dec, 2018 00:11:00|Yes|December
4578|Fredericksen|Adaptas|Tina Thomas|VictorAFredericksen@example.com|410-241-7129|TubeMenu.com|Communications|Advertisement|Junk Lead|30 Dec, 2018 00:11:00|Yes|December
4580|Estes|Simply Save|Santa Cruz Clara|HollyREstes@example.com|775-317-8837|JudoBasics.com|Financial Services|Online Store|Pre Qualified|25 Nov, 2020 00:10:00|Yes|November
4581|Siegel|World of Fun|Santa Cruz Clara|RoxanneOSiegel@example.com|631-849-0379|WildBoutique.com|Service Provider|Public Relations|Contacted|25 Nov, 2020 00:10:00|Yes|November
4583|Boone|Bombay Company|David Love|JohnABoone@example.com|432-301-6281|RadioActor.com|Pharma|External Referral|Contact in Future|25 Aug, 2020 00:07:00|Yes|August
4584|Johnson|Fedco|David Love|TracyRJohnson@example.com|256-756-9499|GeoSpecials.com|Education|Partner|Not Contacted|25 Aug, 2020 00:07:00|No|August
"""  # noqa: E501 - rows of a file
ZOHO_ROWS = [dict(zip(ZOHO_HEADER, line.split("|"), strict=True)) for line in _ZOHO.strip().splitlines()]


def agency(code: str = "IMPORTED") -> Agency:
    return Agency.objects.filter(pk=code).first() or make_agency(code=code)


def csv_file(rows: Rows, *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    rows = list(rows)
    text = io.StringIO(newline="")
    header = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, header, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_file(rows: Rows) -> bytes:
    rows = list(rows)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Leads")
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def people(
    count: int, fields: Mapping[str, Any] | None = None, *, start: int = 0, **more: Any
) -> list[dict[str, Any]]:
    """That many different people."""
    return [
        {
            "last_name": "Ito",
            "email": f"p{n}@example.org",
            "phone": f"{312 + n // 10_000}-{2000000 + n}",
            **(fields or {}),
            **more,
        }
        for n in range(start, start + count)
    ]


def queued(content: bytes, **options: Any) -> LeadImport:
    code = options.pop("agency_code", "") or agency().code
    options = {"filename": "leads.csv", "actor": COMMAND, **options}
    return start_import(io.BytesIO(content), agency_code=code, **options)


def imported(content: bytes, **options: Any) -> LeadImport:
    """The import of a file, done."""
    one = queued(content, **options)
    assert run_import(one.pk)
    one.refresh_from_db()
    return one


def refusals_of(one: LeadImport) -> list[dict[str, str]]:
    """The rows of the file of refused rows."""
    if not one.refused_file:
        return []
    with one.refused_file.open("rb") as file:
        return list(csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"), newline="")))


def lead_of(one: LeadImport, **which: Any) -> Lead:
    return Lead.objects.get(agency=one.agency_id, **which)
