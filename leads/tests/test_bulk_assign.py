"""Many leads for agents: by a strategy or by hand, never over anyone's capacity."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from crm.core.actors import Actor
from crm.core.choices import Availability, Role
from crm.core.ids import uuid7
from crm.core.models import OutboxEvent, User
from crm.core.tests.factories import make_user, signed_in
from leads.choices import AssignmentStrategy, OperationKind
from leads.models import AgentTurn, BulkOperation, Decision, Lead, LeadChange
from leads.services.bulk.assigning import BulkAssigned, bulk_assign
from leads.services.bulk.by_hand import Wish
from leads.services.bulk.operations import Selection
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db

URL = "/api/leads/bulk-assign"
MANAGER = Actor.system("tests")
OUT: dict[str, Any] = {"disposition": "Rejected", "disposition_reason": "no answer"}


@pytest.fixture
def manager() -> User:
    return make_user(role=Role.MANAGER)


def agent_named(name: str, **fields: Any) -> User:
    return make_user(role=Role.AGENT, email=f"{name}@example.com", **fields)


def send(user: User, body: dict[str, Any]) -> Any:
    return signed_in(user).post(URL, body, format="json")


def ids_of(leads: Iterable[Lead]) -> list[str]:
    return [str(lead.pk) for lead in leads]


def assign(leads: Iterable[Lead], strategy: str, **options: Any) -> BulkAssigned:
    selection = Selection.named(lead.pk for lead in leads)
    return bulk_assign(selection, strategy=AssignmentStrategy(strategy), actor=MANAGER, **options)


def names_of(done: BulkAssigned) -> list[str]:
    return [given.agent.partition("@")[0] for given in done.given]


def capacity_of(agent: User) -> int:
    agent.refresh_from_db()
    return agent.capacity


def test_leads_are_given_out_and_the_answer_says_to_whom(manager: User) -> None:
    old, new = agent_named("old", availability=Availability.AWAY), agent_named("new")
    leads = [make_lead(assigned_agent=old), make_lead(assigned_agent=new), make_lead()]
    missing = uuid7()
    answer = send(
        manager,
        {
            "lead_ids": [*ids_of(leads), str(missing), str(leads[0].pk)],
            "assignment_strategy": "capacity_based",
            "notes": "old is on holiday",
        },
    )
    body = answer.json()
    assert answer.status_code == 200, body
    assert [list(item.values()) for item in body["assignments"]] == [
        [str(leads[0].pk), new.email, old.email, "assigned"],
        [str(leads[1].pk), new.email, new.email, "unchanged"],
        [str(leads[2].pk), new.email, None, "assigned"],
    ]
    assert body["failures"] == [
        {
            "lead_id": str(missing),
            "code": "not_found",
            "error": "There is no such lead, or you may not see it.",
        }
    ]
    assert body["summary"] == {"total_leads": 4, "successfully_assigned": 3, "failed_assignments": 1}
    assert (body["success"], body["unchanged_count"], body["repeated_count"]) == (True, 1, 1)
    assert (capacity_of(old), capacity_of(new)) == (0, 3)
    change = LeadChange.objects.filter(lead_id=leads[0].pk).latest("id")
    assert (change.action, change.source, change.reason) == ("bulk_assigned", "bulk", "old is on holiday")
    assert str(change.operation) == body["operation_id"]
    assert not LeadChange.objects.filter(lead_id=leads[1].pk, action="bulk_assigned").exists()


def test_the_operation_is_recorded_and_told_once(manager: User) -> None:
    agent_named("ada")
    body = send(manager, {"lead_ids": ids_of([make_lead()]), "assignment_strategy": "round_robin"}).json()
    operation = BulkOperation.objects.get()
    assert (str(operation.pk), operation.kind) == (body["operation_id"], OperationKind.ASSIGN)
    assert operation.request == {"assignment_strategy": "round_robin", "agents": [], "priority": None}
    events = OutboxEvent.objects.filter(topic__startswith="lead")
    assert [(event.topic, event.key, event.payload["count"]) for event in events] == [
        ("leads.bulk_changed", str(operation.pk), 1)
    ]


def test_turns_go_round_and_on_from_call_to_call() -> None:
    for name in ("ada", "ben", "cleo"):
        agent_named(name)
    served = [names_of(assign([make_lead(), make_lead()], "round_robin")) for _ in range(6)]
    flat = [name for names in served for name in names]
    assert set(Counter(flat).values()) == {4}
    assert flat == flat[:3] * 4  # the order of the first round, which was drawn, stays
    assert sorted(AgentTurn.objects.values_list("turn", flat=True)) == [10, 11, 12]


def test_a_newcomer_is_next_and_does_not_catch_up() -> None:
    agent_named("ada")
    assign([make_lead() for _ in range(5)], "round_robin")
    agent_named("ben")
    assert names_of(assign([make_lead() for _ in range(4)], "round_robin")) == ["ben", "ada", "ben", "ada"]


def test_the_first_round_is_drawn() -> None:
    for name in ("ada", "ben", "cleo"):
        agent_named(name)
    firsts = set()
    for _ in range(40):
        AgentTurn.objects.all().delete()
        firsts.update(names_of(assign([make_lead()], "round_robin")))
    assert len(firsts) == 3


def test_the_least_loaded_at_that_point_is_next() -> None:
    agent_named("big", max_capacity=10)
    small = agent_named("small", max_capacity=5)
    make_lead(assigned_agent=small)
    names = names_of(assign([make_lead() for _ in range(11)], "capacity_based"))
    assert Counter(names) == {"big": 8, "small": 3}  # 80 % each, to the lead
    assert names[:2] == ["big", "big"]  # up to the 20 % that small has; then it is a draw


def test_the_best_leads_go_out_first_and_shares_are_as_the_scores() -> None:
    weak, strong = agent_named("weak"), agent_named("strong")
    for _ in range(30):
        make_lead(assigned_agent=strong, disposition="Closed")
        make_lead(assigned_agent=weak, **OUT)
    leads = [make_lead(quality_score=score) for score in (3, 9, 5, 7, 1, 6, 2, 8, 4)]
    done = assign(leads, "performance")
    scores = {one["agent"]: one["score"] for one in done.operation.report["candidates"]}
    assert scores[strong.email] > 50 > scores[weak.email]
    share = 9 * scores[strong.email] / sum(scores.values())
    assert abs(names_of(done).count("strong") - share) <= 1
    assert names_of(done)[1] == "strong"  # the best lead
    positions = [Decision.objects.get(lead_id=lead.pk).document["assignment"]["position"] for lead in leads]
    assert positions == [7, 1, 5, 3, 9, 4, 8, 2, 6]
    assert [given.lead_id for given in done.given] == [lead.pk for lead in leads]  # in the order named


def test_who_has_no_score_counts_as_what_is_to_be_expected() -> None:
    agent_named("ada")
    done = assign([make_lead()], "performance")
    assert done.operation.report["candidates"][0]["score"] == 50
    reason = Decision.objects.get().document["assignment"]["reason"]
    assert reason == "next by a performance score of 50"


def test_full_absent_and_inactive_agents_get_nothing_and_the_reason_is_kept() -> None:
    agent_named("gone", is_active=False)
    agent_named("away", availability=Availability.AWAY)
    agent_named("full", max_capacity=0)
    agent_named("here", max_capacity=1)
    leads = [make_lead(), make_lead()]
    done = assign(leads, "round_robin")
    assert names_of(done) == ["here"]
    assert [(failure.lead_id, failure.code) for failure in done.failures] == [
        (leads[1].pk, "capacity_exceeded")
    ]
    assert "raise a capacity" in done.failures[0].message
    reasons = {one["agent"]: one["reason"] for one in done.operation.report["candidates"]}
    assert reasons == {
        "gone@example.com": "deactivated",
        "away@example.com": "not present: away",
        "full@example.com": "full: 0 of 0 places taken",
        "here@example.com": "0 of 1 places taken",
    }


def test_without_any_agent_every_lead_is_refused() -> None:
    done = assign([make_lead()], "capacity_based")
    assert [failure.code for failure in done.failures] == ["capacity_exceeded"]


def test_among_the_agents_named_presence_does_not_count_and_capacity_does() -> None:
    agent_named("here")
    agent_named("away", availability=Availability.AWAY, max_capacity=1)
    done = assign([make_lead(), make_lead()], "capacity_based", agents=[" Away@Example.com "])
    assert (names_of(done), len(done.failures)) == (["away"], 1)


@pytest.mark.parametrize("email", ["nobody@example.com", "gone@example.com", "boss@example.com"])
def test_an_agent_named_that_is_none_is_400(manager: User, email: str) -> None:
    agent_named("gone", is_active=False)
    make_user(role=Role.MANAGER, email="boss@example.com")
    body = {"lead_ids": ids_of([make_lead()]), "assignment_strategy": "round_robin", "agents": [email]}
    answer = send(manager, body)
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["agents"])
    assert email in answer.json()["error"]
    assert not BulkOperation.objects.exists()


def test_a_place_that_a_lead_leaves_is_there_for_the_next() -> None:
    """Ada is full; her lead goes to Ben, whose turn it is, and the next one may come to her."""
    ada, ben = agent_named("ada", max_capacity=1), agent_named("ben")
    held = make_lead(assigned_agent=ada)
    AgentTurn.objects.create(agent=ada, turn=1)
    done = assign([held, make_lead()], "round_robin")
    assert names_of(done) == ["ben", "ada"]
    assert (capacity_of(ada), capacity_of(ben)) == (1, 1)


def test_full_agents_keep_what_they_hold() -> None:
    ada = agent_named("ada", max_capacity=1)
    held = make_lead(assigned_agent=ada)
    done = assign([make_lead(), held], "capacity_based")
    assert [(given.lead_id, given.is_changed) for given in done.given] == [(held.pk, False)]
    assert len(done.failures) == 1


def test_who_holds_more_than_they_may_gets_none_until_there_is_room() -> None:
    ada = agent_named("ada")
    held = [make_lead(assigned_agent=ada) for _ in range(3)]
    User.objects.agents().update(max_capacity=2)
    agent_named("ben", max_capacity=2)
    done = assign([*held, make_lead()], "capacity_based")
    assert Counter(names_of(done)) == {"ada": 2, "ben": 2}
    assert capacity_of(ada) == 2


def test_only_open_leads_are_shared_out_and_by_hand_any() -> None:
    ada = agent_named("ada", max_capacity=1)
    finished = make_lead(**OUT)
    done = assign([finished, make_lead()], "capacity_based")
    assert names_of(done) == ["ada"]
    assert [(failure.lead_id, failure.code) for failure in done.failures] == [(finished.pk, "not_open")]
    by_hand = assign([finished], "manual", assignments=[Wish(finished.pk, ada.email)])
    assert names_of(by_hand) == ["ada"]
    assert capacity_of(ada) == 1


def test_each_lead_explains_itself_with_the_candidates_of_its_operation(manager: User) -> None:
    agent_named("ada")
    agent_named("away", availability=Availability.AWAY)
    lead = make_lead()
    send(manager, {"lead_ids": ids_of([lead]), "assignment_strategy": "round_robin"})
    told = signed_in(manager).get(f"/api/leads/{lead.pk}/explain").json()["assignment"]
    assert (told["strategy"], told["chosen"], told["position"]) == ("round_robin", "ada@example.com", 1)
    assert told["reason"] == "has not had a turn yet"
    candidates = {one["agent"]: one for one in told["candidates"]}
    assert told["draw"] == candidates["ada@example.com"]["draw"]
    assert candidates["away@example.com"]["eligible"] is False
    assert told["decided_by"] == manager.email


def test_priority_is_set_along_and_alone_where_the_agent_stays() -> None:
    ada = agent_named("ada")
    lead = make_lead(assigned_agent=ada)
    done = assign([lead], "capacity_based", priority="urgent")
    lead.refresh_from_db()
    assert (lead.priority, done.given[0].is_changed) == ("urgent", True)


def test_by_hand_each_lead_goes_to_the_agent_named_for_it(manager: User) -> None:
    ada, ben = agent_named("ada", max_capacity=1), agent_named("ben", availability=Availability.AWAY)
    leads = [make_lead() for _ in range(5)]
    wanted = ["ada@example.com", "BEN@example.com", "ada@example.com", "nobody@example.com"]
    pairs = [{"lead_id": str(lead.pk), "agent": agent} for lead, agent in zip(leads, wanted, strict=False)]
    pairs += [{"lead_id": str(leads[4].pk), "agent": agent} for agent in (ada.email, ben.email)]
    body = send(manager, {"assignment_strategy": "manual", "assignments": pairs}).json()
    assert [item["agent_email"] for item in body["assignments"]] == [ada.email, ben.email]
    assert [(failure["lead_id"], failure["code"]) for failure in body["failures"]] == [
        (str(leads[2].pk), "capacity_exceeded"),
        (str(leads[3].pk), "validation_error"),
        (str(leads[4].pk), "validation_error"),
    ]
    assert "nobody@example.com is not an active agent" in body["failures"][1]["error"]
    assert "different agents; send it once" in body["failures"][2]["error"]
    told = Decision.objects.get(lead_id=leads[0].pk).document["assignment"]
    assert (told["strategy"], told["reason"]) == ("manual", f"by {manager.email}")


def test_by_hand_full_agents_may_swap_leads() -> None:
    ada, ben = agent_named("ada", max_capacity=1), agent_named("ben", max_capacity=1)
    one, two = make_lead(assigned_agent=ada), make_lead(assigned_agent=ben)
    wishes = [Wish(one.pk, ben.email), Wish(two.pk, ada.email)]
    assert names_of(assign([one, two], "manual", assignments=wishes)) == ["ben", "ada"]


def test_the_same_assignment_twice_is_one() -> None:
    ada, lead = agent_named("ada"), make_lead()
    assert names_of(assign([lead], "manual", assignments=[Wish(lead.pk, ada.email)] * 2)) == ["ada"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"assignment_strategy": "round_robin"}, "lead_ids"),
        ({"assignment_strategy": "manual"}, "assignments"),
        ({"assignment_strategy": "by_birthday", "lead_ids": ["LEAD"]}, "assignment_strategy"),
        ({"lead_ids": ["LEAD"]}, "assignment_strategy"),
        ({"assignment_strategy": "round_robin", "lead_ids": []}, "lead_ids"),
        ({"assignment_strategy": "round_robin", "lead_ids": ["LEAD"], "agents": ["x"]}, "agents.0"),
        (
            {"assignment_strategy": "round_robin", "lead_ids": ["LEAD"], "assignments": ["PAIR"]},
            "assignments",
        ),
        ({"assignment_strategy": "manual", "assignments": []}, "assignments"),
        ({"assignment_strategy": "manual", "assignments": [7]}, "assignments"),
        ({"assignment_strategy": "manual", "assignments": [{"lead_id": "x", "agent": "y"}]}, "assignments"),
        (
            {"assignment_strategy": "manual", "lead_ids": [str(uuid7())], "assignments": ["PAIR"]},
            "assignments",
        ),
        ({"assignment_strategy": "manual", "assignments": ["PAIR"], "agents": ["a@example.com"]}, "agents"),
        ({"assignment_strategy": "round_robin", "lead_ids": ["LEAD"], "priority": "soon"}, "priority"),
        ({"assignment_strategy": "round_robin", "lead_ids": ["LEAD"], "colour": "red"}, "colour"),
    ],
)
def test_a_call_that_contradicts_itself_is_400_naming_the_field(
    manager: User, body: dict[str, Any], field: str
) -> None:
    lead = str(make_lead().pk)
    meant = {"LEAD": lead, "PAIR": {"lead_id": lead, "agent": "a@example.com"}}
    sent = {
        name: [meant.get(item, item) if isinstance(item, str) else item for item in value]
        if isinstance(value, list)
        else value
        for name, value in body.items()
    }
    answer = send(manager, sent)
    assert (answer.status_code, list(answer.json()["details"])) == (400, [field]), answer.json()
    assert not BulkOperation.objects.exists()


def test_only_managers_give_leads_out() -> None:
    agent = agent_named("ada")
    lead = make_lead(assigned_agent=agent)
    body = {"lead_ids": ids_of([lead]), "assignment_strategy": "capacity_based"}
    assert send(agent, body).status_code == 403


@pytest.mark.parametrize(
    ("strategy", "statements"),
    [("round_robin", 12), ("capacity_based", 11), ("performance", 13), ("manual", 10)],
)
def test_the_number_of_statements_does_not_grow(
    strategy: str, statements: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number, agents in ((10, 2), (200, 20)):
        people = [make_user(role=Role.AGENT, max_capacity=1_000) for _ in range(agents)]
        leads = [make_lead(assigned_agent=people[n % agents] if n % 2 else None) for n in range(number)]
        wishes = [Wish(lead.pk, people[-1].email) for lead in leads] if strategy == "manual" else []
        with django_assert_num_queries(statements):
            done = assign(leads, strategy, assignments=wishes)
        assert len(done.given) == number


def test_an_empty_list_of_agents_is_not_everybody(manager: User) -> None:
    agent_named("ada")
    lead = make_lead()
    body = {"lead_ids": ids_of([lead]), "assignment_strategy": "round_robin", "agents": []}
    answer = send(manager, body)
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["agents"])
    assert "leave this out" in answer.json()["error"]
    assert not BulkOperation.objects.exists()
    assert [failure.code for failure in assign([lead], "round_robin", agents=()).failures] == [
        "capacity_exceeded"
    ]


@pytest.mark.parametrize("agent", ["ada\x00@example.com", "ada@example.com\n", f"{'a' * 243}@example.com"])
def test_an_agent_named_by_hand_is_an_address(manager: User, agent: str) -> None:
    body = {
        "assignment_strategy": "manual",
        "assignments": [{"lead_id": str(make_lead().pk), "agent": agent}],
    }
    answer = send(manager, body)
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["assignments"])
    assert "The agent of number 1" in answer.json()["error"]


def test_scores_are_read_before_anybody_waits() -> None:
    agent_named("ada")
    with CaptureQueriesContext(connection) as captured:
        assign([make_lead()], "performance")
    statements = [query["sql"] for query in captured.captured_queries]
    (scores,) = (at for at, sql in enumerate(statements) if "handled" in sql)
    begun = next(at for at, sql in enumerate(statements) if sql.startswith("SAVEPOINT"))
    assert scores < begun
