"""Reads of leads that no single queryset says."""

from leads.selectors.agents import AgentFigures, agent_figures
from leads.selectors.explaining import explanation_of
from leads.selectors.history import history_documents, history_of

__all__ = ["AgentFigures", "agent_figures", "explanation_of", "history_documents", "history_of"]
