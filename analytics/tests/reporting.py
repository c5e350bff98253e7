"""A small business to report on."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from django.utils import timezone

from agencies.models import Agency
from agencies.tests.factories import make_agency
from analytics.models.reports import ReportSchedule
from analytics.selectors.reports import ReportSummary, build_report
from analytics.services.reporting.scheduling import create_schedule
from crm.core.actors import Actor
from crm.core.clock import business_zone, day_bounds
from crm.core.models import User
from crm.core.periods import Period
from crm.core.tests.factories import make_user
from leads.choices import Disposition
from leads.models import Lead
from leads.tests.factories import make_lead

START, END = date(2026, 10, 1), date(2026, 10, 31)
OCTOBER = Period("october", START, END, day_bounds(END)[1])
TESTS = Actor.system("tests")


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), business_zone())


def lead_of(agency: Agency, day: date, value: str = "100.00", **fields: Any) -> Lead:
    return make_lead(agency, created_at=at(day), lead_value=Decimal(value), **fields)


def make_business() -> tuple[Agency, Agency, User]:
    """Two agencies' October: 7 leads, $1,010.30, one returned, one without an agent, one without a state; 1 before."""
    first, second = (
        make_agency(code="FIRST", name="First Media"),
        make_agency(code="SECOND", name="Second & Sons"),
    )
    agent = make_user(first_name="Maya", last_name="Cole")
    retained = {"disposition": Disposition.RETAINED, "closed_date": at(date(2026, 10, 9))}
    lead_of(first, date(2026, 9, 30), "77.00")
    lead_of(first, START, "300.10", campaign_source="Search", assigned_agent=agent, **retained)
    lead_of(first, date(2026, 10, 2), "200.10", campaign_source="Search", assigned_agent=agent, state="NY")
    lead_of(first, date(2026, 10, 2), "100.10", campaign_source="TV", state="NY")
    lead_of(first, date(2026, 10, 2), "999.99", campaign_source="TV", disposition=Disposition.RETURNED)
    lead_of(second, date(2026, 10, 2), "400.00", campaign_source="Search", state="")
    lead_of(second, END, "5.00", campaign_source="")
    lead_of(second, END, "5.00", campaign_source="Radio", assigned_agent=agent)
    lead_of(second, date(2026, 11, 1), "50.00")
    return first, second, agent


def of_same_age_on(day: date) -> ReportSummary:
    """October at noon of `day`: $60. Of September $2,000, by two leads bought for $40 that signed on Oct 2 and Oct 5."""
    agency, signed = make_agency(), {"disposition": Disposition.RETAINED, "acquisition_cost": Decimal(40)}
    lead_of(agency, START, "60.00")
    for closed in (date(2026, 10, 2), date(2026, 10, 5)):
        lead_of(agency, date(2026, 9, 5), "1000.00", closed_date=at(closed), **signed)
    with patch.object(timezone, "now", lambda: at(day).astimezone(UTC)):
        return build_report(OCTOBER)


def make_schedule(**fields: Any) -> ReportSchedule:
    given: dict[str, Any] = {
        "name": "Weekly report",
        "formats": ["pdf"],
        "recipients": ["boss@example.com"],
        **fields,
    }
    return create_schedule(given=given, actor=TESTS)
