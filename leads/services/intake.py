"""Intake: from what a vendor posts to a stored, scored, priced and assigned lead, in one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Subquery
from django.utils import timezone

from agencies.models import Agency
from crm.core import changes, events
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.clock import business_day
from leads.events import LeadAssigned, LeadReceived
from leads.exceptions import AgencyPaused, DuplicateLead, InvalidInput
from leads.models import Decision, IntakePolicy, Lead, Scorecard
from leads.services.choosing import Choice, choose_agent
from leads.services.deadlines import filing_deadline
from leads.services.fields import RECEIVABLE, RECEIVABLE_FROM_STAFF
from leads.services.law import LawTable
from leads.services.normalise import normalise, note_extensions
from leads.services.scoring import score_lead
from pricing.models import PriceBook
from pricing.quoting import PricingFacts, quote
from pricing.selectors import book_of, current_book

DUPLICATE_GUARD = "leads_no_duplicates"  # the trigger in leads/sql/0004_duplicates.sql


@dataclass(frozen=True, slots=True)
class IntakeContext:
    """The rules in force, loaded once for one lead or for a whole file."""

    law: LawTable
    scorecard: Scorecard
    book: PriceBook
    policy: IntakePolicy
    today: date

    @classmethod
    def load(cls, states: Iterable[str] | None = None) -> "IntakeContext":
        """Two statements, or four where a version is new here; the law of `states` only, where given."""
        newest_score = Scorecard.objects.order_by("-version").values("version")[:1]
        newest_book = PriceBook.objects.order_by("-version").values("version")[:1]
        policy = IntakePolicy.objects.annotate(
            scorecard_version=Subquery(newest_score), book_version=Subquery(newest_book)
        ).get()
        return cls(
            law=LawTable.load(states),
            scorecard=_scorecard(policy.scorecard_version),
            book=book_of(policy.book_version) if policy.book_version else current_book(),
            policy=policy,
            today=business_day(),
        )


@lru_cache(maxsize=16)
def _scorecard(version: int) -> Scorecard:
    """Kept by the process: versions are never changed, nor used twice."""
    return Scorecard.objects.get(version=version)


def receive_lead(raw: Mapping[str, Any], *, actor: Actor) -> Lead:
    """Take in one lead: normalise, refuse duplicates, score, price, assign, store, publish.

    Raises InvalidInput naming the fields, AgencyPaused, DuplicateLead. Nothing is stored then.
    """
    values = received_values(raw, actor=actor)
    agency = _sending_agency(values.pop("vendor_code", ""), actor)
    lead = Lead(**values, agency=agency, created_by=actor.label)
    try:
        with transaction.atomic():
            changes.sign(actor, action="created")
            return _store_new(lead, actor, is_valued="lead_value" in values)
    except IntegrityError as error:
        raise (duplicate_refusal(error, lead, actor) or error) from None


def received_values(raw: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """The fields of a new lead, clean; InvalidInput names every field that is wrong, unknown or not the caller's."""
    clean = normalise(raw, today=business_day())
    note_extensions(clean, raw)
    problems = {name: list(sentences) for name, sentences in clean.problems.items()}
    allowed = RECEIVABLE if actor.role == Role.VENDOR else RECEIVABLE_FROM_STAFF
    for name in clean.unplaced:
        problems[name] = [
            "Unknown field; POST /api/leads in /api/docs lists the known ones and their aliases."
        ]
    for name in clean.values.keys() - allowed:
        problems.setdefault(name, ["Set by the program, not on intake."])
    if not (clean.values.get("first_name") or clean.values.get("last_name")) and not problems.keys() & {
        "first_name",
        "last_name",
        "name",
    }:
        problems["last_name"] = ["Send last_name (and first_name), or name."]
    if not (clean.values.get("phone") or clean.values.get("email")) and not problems.keys() & {
        "phone",
        "email",
    }:
        problems["phone"] = ["Send a phone number or an e-mail address."]
    if problems:
        raise InvalidInput(_summary(problems), **problems)
    return clean.values


def decide(lead: Lead, context: IntakeContext, *, is_valued: bool = False) -> dict[str, Any]:
    """Set deadline, score and prices of an unsaved lead; returns the sections of its decision record.

    With `is_valued` the lead's value was given, be it nothing; else it is the price.
    """
    document = rescore(lead, context)
    priced = quote(
        PricingFacts(
            vendor_code=lead.agency_id,
            campaign_source=lead.campaign_source,
            state=lead.accident_state or lead.state,
            quality_score=lead.quality_score,
            days_to_deadline=lead.days_to_deadline(context.today),
            received_at=lead.created_at,
        ),
        book=context.book,
    )
    if not (is_valued or lead.lead_value):
        lead.lead_value = priced.price
    if lead.acquisition_cost is None:
        lead.acquisition_cost = priced.price
    return {**document, "price": priced.document()}


def rescore(lead: Lead, context: IntakeContext) -> dict[str, Any]:
    """Set deadline and score from the lead's facts as they are now; prices stay."""
    deadline = filing_deadline(lead, law=context.law)
    lead.filing_deadline = deadline.date
    score = score_lead(lead, law=context.law, scorecard=context.scorecard, today=context.today)
    lead.quality_score = score.value
    return {"deadline": deadline.document(), "score": score.document()}


def unique_verdict(lead: Lead, window_days: int) -> dict[str, Any]:
    """The record of a lead that is nobody's duplicate."""
    return {
        "verdict": "unique",
        "window_days": window_days,
        "compared": [name for name in ("email", "phone") if getattr(lead, name)],
    }


def duplicate_refusal(error: IntegrityError, lead: Lead, actor: Actor) -> DuplicateLead | None:
    """What the database's duplicate guard said about `lead`, if that is what went wrong."""
    twin = guarded_twin(error)
    if twin is None:
        return None
    window_days = IntakePolicy.objects.get().duplicate_window_days
    return duplicate_of(lead, twin, window_days=window_days, actor=actor)


def guarded_twin(error: IntegrityError) -> UUID | None:
    """The lead that the database's duplicate guard found, if that is what went wrong."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is None or diagnosis.constraint_name != DUPLICATE_GUARD:
        return None
    return UUID(diagnosis.message_detail)


def duplicate_of(lead: Lead, twin_id: UUID, *, window_days: int, actor: Actor) -> DuplicateLead:
    """The refusal; it names the other lead only to a caller who may see it."""
    twin = Lead.objects.filter(pk=twin_id).first()
    fields = [
        name
        for name in ("email", "phone")
        if twin and getattr(lead, name) and getattr(lead, name) == getattr(twin, name)
    ]
    visible = Lead.objects.visible_to(actor).filter(pk=twin_id).exists()
    return DuplicateLead(
        window_days=window_days, fields=fields, **({"lead_id": str(twin_id)} if visible else {})
    )


def _store_new(lead: Lead, actor: Actor, *, is_valued: bool) -> Lead:
    context = IntakeContext.load([lead.accident_state or lead.state])
    _refuse_duplicate(lead, context.policy.duplicate_window_days, actor)
    document = decide(lead, context, is_valued=is_valued)
    document["duplicate"] = unique_verdict(lead, context.policy.duplicate_window_days)
    choice = (
        choose_agent()
        if context.policy.assigns_on_intake
        else Choice(None, (), "intake policy: not assigned on intake")
    )
    document["assignment"] = choice.record()
    if choice.chosen:
        lead.assigned_agent_id = choice.chosen.agent_id
    lead.save(force_insert=True)
    Decision.objects.create(lead_id=lead.pk, actor=actor.label, document=document)
    news: list[events.Event] = [
        LeadReceived(lead_id=str(lead.pk), agency=lead.agency_id, source=actor.source.value)
    ]
    if choice.chosen:
        news.append(
            LeadAssigned(
                lead_id=str(lead.pk), agent_id=choice.chosen.agent_id, previous_agent_id=None, actor="intake"
            )
        )
    events.publish_all(news)
    return lead


def _refuse_duplicate(lead: Lead, window_days: int, actor: Actor) -> None:
    """The friendly check; the database's guard decides where two come in at once."""
    window = timedelta(days=window_days)
    now: datetime = lead.created_at or timezone.now()
    twin = (
        Lead.objects.reachable_as(email=lead.email, phone=lead.phone)
        .exclude(disposition="Duplicate")
        .filter(created_at__gt=now - window, created_at__lt=now + window)
        .order_by()
        .values_list("pk", flat=True)
        .first()
    )
    if twin:
        raise duplicate_of(lead, twin, window_days=window_days, actor=actor)


def _sending_agency(code: str, actor: Actor) -> Agency:
    if actor.role == Role.VENDOR:
        if code and code != actor.vendor_code:
            raise InvalidInput(
                "vendor_code: not your agency.", vendor_code=["Leave it out, or send your own agency's code."]
            )
        code = actor.vendor_code
    if not code:
        raise InvalidInput("vendor_code: missing.", vendor_code=["Name the agency that sent the lead."])
    agency = Agency.objects.filter(pk=code).first()
    if agency is None:
        raise InvalidInput(
            "vendor_code: unknown.",
            vendor_code=[f"There is no agency {code!r}; GET /api/agencies lists them."],
        )
    if not agency.is_sending:
        raise AgencyPaused(
            f"Agency {agency.code} is {agency.get_status_display().lower()}: its leads are not taken now."
        )
    return agency


def _summary(problems: Mapping[str, list[str]]) -> str:
    name, sentences = next(iter(problems.items()))
    more = f" ({len(problems) - 1} more in details)" if len(problems) > 1 else ""
    return f"{name}: {sentences[0]}{more}"
