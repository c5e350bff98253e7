"""The tables of leads."""

from leads.models.comment import Comment
from leads.models.decision import Decision
from leads.models.history import LeadChange
from leads.models.imports import ImportRefusal, LeadImport
from leads.models.law import StateLaw
from leads.models.lead import Lead, etag_of
from leads.models.policy import IntakePolicy
from leads.models.scorecard import Scorecard
from leads.models.search import LeadSearch

__all__ = [
    "Comment",
    "Decision",
    "ImportRefusal",
    "IntakePolicy",
    "Lead",
    "LeadChange",
    "LeadImport",
    "LeadSearch",
    "Scorecard",
    "StateLaw",
    "etag_of",
]
