"""Reads of leads that no single queryset says."""

from leads.selectors.agents import AGENT_FIGURES, TeamFigures, agent_figures, team_figures
from leads.selectors.duplicates import Likelihood, Lookalike, likely_duplicates
from leads.selectors.explaining import explanation_of
from leads.selectors.history import history_documents, history_of
from leads.selectors.performance import AgentFigures
from leads.selectors.suggesting import Suggestion, kinds_for, suggestions

__all__ = [
    "AGENT_FIGURES",
    "AgentFigures",
    "Likelihood",
    "Lookalike",
    "Suggestion",
    "TeamFigures",
    "agent_figures",
    "explanation_of",
    "history_documents",
    "history_of",
    "kinds_for",
    "likely_duplicates",
    "suggestions",
    "team_figures",
]
