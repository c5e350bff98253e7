"""The tables of leads."""

from leads.models.comment import Comment
from leads.models.decision import Decision
from leads.models.history import LeadChange
from leads.models.imports import ImportRefusal, LeadImport
from leads.models.law import StateLaw
from leads.models.lead import Lead, etag_of
from leads.models.operations import AgentTurn, BulkOperation
from leads.models.policy import IntakePolicy
from leads.models.saved_filter import SavedFilter, SavedFilterUse
from leads.models.scorecard import Scorecard
from leads.models.search import LeadSearch
from leads.models.term import Term

__all__ = [
    "AgentTurn",
    "BulkOperation",
    "Comment",
    "Decision",
    "ImportRefusal",
    "IntakePolicy",
    "Lead",
    "LeadChange",
    "LeadImport",
    "LeadSearch",
    "SavedFilter",
    "SavedFilterUse",
    "Scorecard",
    "StateLaw",
    "Term",
    "etag_of",
]
