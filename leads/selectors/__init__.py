"""Reads of leads that no single queryset says."""

from leads.selectors.agents import TeamFigures, agent_figures, team_figures
from leads.selectors.explaining import explanation_of
from leads.selectors.history import history_documents, history_of
from leads.selectors.performance import AgentFigures

__all__ = [
    "AgentFigures",
    "TeamFigures",
    "agent_figures",
    "explanation_of",
    "history_documents",
    "history_of",
    "team_figures",
]
