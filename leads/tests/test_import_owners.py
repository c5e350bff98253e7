"""Owners of another CRM, and the agents they are here."""

from collections.abc import Iterator
from typing import Any

import pytest

from crm.core.actors import Actor
from crm.core.choices import Role, Source
from crm.core.models import User
from crm.core.tests.factories import make_user
from leads.exceptions import NotAllowed
from leads.models import Decision, Lead
from leads.tests.import_files import ZOHO_ROWS, csv_file, imported, people, queued

pytestmark = pytest.mark.django_db


def owned(*owners: str, status: str = "New") -> bytes:
    rows: Iterator[dict[str, Any]] = iter(people(len(owners)))
    return csv_file({**next(rows), "Lead Owner": owner, "Lead Status": status} for owner in owners)


def test_owners_are_found_by_address_and_by_name_without_case_and_accents() -> None:
    ines = make_user(first_name="Inés", last_name="Núñez", email="ines@example.com")
    one = imported(
        owned("INES@example.com", "ines  nunez", "Inés Núñez <ines@example.com>", "Nobody Here", "")
    )
    assert Lead.objects.filter(assigned_agent=ines).count() == 3
    assert one.report["owners"]["ines  nunez"] == {
        "agent": "ines@example.com", "rows": 1, "assigned": 1, "leftInPool": 0, "isCreated": False, "note": "",
    }  # fmt: skip
    assert one.report["owners"]["Nobody Here"]["note"] == "no agent has this name"
    ines.refresh_from_db()
    assert ines.capacity == 3


def test_an_owner_who_is_nobody_is_kept_in_the_notes_and_explained() -> None:
    imported(owned("Nobody Here"))
    lead = Lead.objects.get()
    assert (lead.assigned_agent, lead.notes) == (None, "Owner: Nobody Here")
    assignment = Decision.objects.get(lead_id=lead.pk).document["assignment"]
    assert (assignment["chosen"], assignment["reason"]) == (None, "no agent has this name")


def test_two_agents_of_one_name_are_nobody() -> None:
    for _ in range(2):
        make_user(first_name="Jo", last_name="Ma")
    one = imported(owned("Jo Ma"))
    assert "2 agents are named so" in one.report["owners"]["Jo Ma"]["note"]


def test_a_full_agent_gets_no_more_and_the_report_says_how_many_stay_in_the_pool() -> None:
    agent = make_user(first_name="Jo", last_name="Ma", max_capacity=2)
    one = imported(owned(*["Jo Ma"] * 5))
    agent.refresh_from_db()
    assert agent.capacity == 2
    tally = one.report["owners"]["Jo Ma"]
    assert (tally["assigned"], tally["leftInPool"]) == (2, 3)
    assert tally["note"] == f"{agent.email} is full: open leads stay in the pool"


def test_ended_leads_take_no_place() -> None:
    agent = make_user(first_name="Jo", last_name="Ma", max_capacity=0)
    imported(owned("Jo Ma", status="Junk Lead"))
    assert Lead.objects.get().assigned_agent == agent


def test_open_leads_of_a_deactivated_agent_stay_in_the_pool() -> None:
    make_user(first_name="Jo", last_name="Ma", is_active=False)
    one = imported(owned("Jo Ma"))
    assert Lead.objects.get().assigned_agent is None
    assert "is deactivated" in one.report["owners"]["Jo Ma"]["note"]


def test_managers_and_vendors_are_no_owners() -> None:
    make_user(role=Role.MANAGER, first_name="Jo", last_name="Ma")
    imported(owned("Jo Ma"))
    assert Lead.objects.get().assigned_agent is None


def test_a_dry_run_reckons_with_capacity_too() -> None:
    make_user(first_name="Jo", last_name="Ma", max_capacity=2)
    one = imported(owned(*["Jo Ma"] * 5), is_dry_run=True)
    assert one.report["owners"]["Jo Ma"]["assigned"] == 2


def test_owners_can_be_made_deactivated_accounts_that_hold_what_they_held() -> None:
    one = imported(csv_file([*ZOHO_ROWS, *people(120, {"Lead Owner": "Tina Thomas"})]), creates_owners=True)
    tina = User.objects.get(email="tina.thomas@import.invalid")
    assert (tina.role, tina.is_active, tina.has_usable_password()) == (Role.AGENT, False, False)
    assert (tina.first_name, tina.last_name) == ("Tina", "Thomas")
    assert (tina.capacity, tina.max_capacity) == (121, 121)
    assert one.report["owners"]["Tina Thomas"]["isCreated"] is True
    assert not Lead.objects.filter(assigned_agent=None).exists()


def test_only_admins_make_accounts() -> None:
    manager = make_user(role=Role.MANAGER)
    with pytest.raises(NotAllowed):
        queued(
            owned("Jo Ma"),
            creates_owners=True,
            actor=Actor("m", Role.MANAGER, Source.API, manager.pk),
        )
