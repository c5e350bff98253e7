"""Agents over HTTP."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from crm.core.api.permissions import IsAgentOrManager, IsManager
from crm.core.api.requests import actor_of, valid
from crm.core.choices import Availability
from crm.core.exceptions import NotFound
from crm.core.models import User
from leads.api import serializers as shapes
from leads.filters import AgentFilter
from leads.selectors import AgentFigures, agent_figures
from leads.services.agents import set_capacity


class AgentViewSet(GenericViewSet[User]):
    """Who works the leads, and how full they are."""

    queryset = User.objects.agents()
    serializer_class = shapes.AgentSerializer
    filterset_class = AgentFilter
    pagination_class = None
    lookup_value_regex = r"\d{1,18}"

    def get_permissions(self) -> list[BasePermission]:
        return [IsManager()] if self.action == "list" else [IsAgentOrManager()]

    @extend_schema(summary="Agents, their capacity and presence", responses=shapes.AgentsSerializer)
    def list(self, request: Request) -> Response:
        shown = list(self.filter_queryset(User.objects.agents().order_by("email")))
        figures = agent_figures(timezone.now())
        return Response(
            {
                "agents": [agent_document(agent, figures.get(agent.pk)) for agent in shown],
                "summary": _summary(shown),
            }
        )

    @extend_schema(summary="One agent", responses=shapes.AgentSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        actor = actor_of(request)
        agent = User.objects.agents().filter(pk=pk).first()
        if agent is None or not (actor.is_manager or actor.user_id == agent.pk):
            raise NotFound("There is no such agent, or you may not see them.")
        return Response(agent_document(agent, agent_figures(timezone.now()).get(agent.pk)))

    @extend_schema(
        summary="Set an agent's capacity and availability",
        request=shapes.AgentCapacityInputSerializer,
        responses=shapes.AgentSerializer,
    )
    def set_capacity(self, request: Request, pk: str) -> Response:
        given = valid(shapes.AgentCapacityInputSerializer, request)
        agent = set_capacity(int(pk), actor=actor_of(request), **given)
        return Response(agent_document(agent, agent_figures(timezone.now()).get(agent.pk)))


def capacity_document(agent: User) -> dict[str, Any]:
    """The contract's `capacity`."""
    return {
        "current": agent.capacity,
        "max": agent.max_capacity,
        "percentage": percentage(agent.capacity, agent.max_capacity),
        "available_slots": agent.open_slots,
    }


def percentage(part: int, whole: int) -> float:
    """Per cent, one decimal; nothing of nothing is full."""
    return round(100 * part / whole, 1) if whole else 100.0


def agent_document(agent: User, figures: AgentFigures | None) -> dict[str, Any]:
    """The contract's agent."""
    done = figures or AgentFigures()
    return {
        "agent_id": agent.pk,
        "name": str(agent),
        "email": agent.email,
        "status": "active" if agent.is_active else "inactive",
        "availability": agent.availability,
        "last_seen": agent.last_seen,
        "capacity": capacity_document(agent),
        "performance_score": done.performance_score,
        "stats": {
            "leadsHandled": done.handled,
            "conversionRate": done.conversion_rate,
            "avgResponseTime": done.response_minutes,
        },
    }


def _summary(agents: list[User]) -> dict[str, Any]:
    total, used = sum(agent.max_capacity for agent in agents), sum(agent.capacity for agent in agents)
    return {
        "total_agents": len(agents),
        "active_agents": sum(
            agent.is_active and agent.availability == Availability.ACTIVE for agent in agents
        ),
        "total_capacity": total,
        "used_capacity": used,
        "utilization_percentage": round(100 * used / total, 1) if total else 0.0,
    }
