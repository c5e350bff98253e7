"""Agents over HTTP."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
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
from leads.selectors import TeamFigures, team_figures
from leads.services.agents import deactivate_agent, set_capacity

MANAGERS_DO = ("list", "destroy")


class AgentViewSet(GenericViewSet[User]):
    """Who works the leads, and how full they are."""

    queryset = User.objects.agents()
    serializer_class = shapes.AgentSerializer
    filterset_class = AgentFilter
    pagination_class = None
    lookup_value_regex = r"\d{1,18}"

    def get_permissions(self) -> list[BasePermission]:
        return [IsManager()] if self.action in MANAGERS_DO else [IsAgentOrManager()]

    @extend_schema(summary="Agents, their capacity and presence", responses=shapes.AgentsSerializer)
    def list(self, request: Request) -> Response:
        shown = list(self.filter_queryset(User.objects.agents().order_by("email")))
        figures = team_figures()
        return Response(
            {"agents": [agent_document(agent, figures) for agent in shown], "summary": _summary(shown)}
        )

    @extend_schema(summary="One agent", responses=shapes.AgentSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        actor = actor_of(request)
        agent = User.objects.agents().filter(pk=pk).first()
        if agent is None or not (actor.is_manager or actor.user_id == agent.pk):
            raise NotFound("There is no such agent, or you may not see them.")
        return Response(agent_document(agent, team_figures()))

    @extend_schema(
        summary="Set an agent's capacity and availability",
        request=shapes.AgentCapacityInputSerializer,
        responses=shapes.AgentSerializer,
    )
    def set_capacity(self, request: Request, pk: str) -> Response:
        given = valid(shapes.AgentCapacityInputSerializer, request)
        agent = set_capacity(int(pk), actor=actor_of(request), **given)
        return Response(agent_document(agent, team_figures()))

    @extend_schema(
        summary="Deactivate an agent and hand the open leads on",
        description="Ends the agent's sign-ins. The open leads go to `reassign_to`, else back to the pool: all of them "
        "or, with 409 `capacity_exceeded` telling how many places are missing, none, and the agent stays.",
        parameters=[shapes.AgentDepartureSerializer],
        request=None,
        responses={
            200: shapes.AgentDepartedSerializer,
            409: OpenApiResponse(description="The agent named has not room for all."),
        },
    )
    def destroy(self, request: Request, pk: str) -> Response:
        done = deactivate_agent(int(pk), actor=actor_of(request), **_departure(request))
        return Response(
            {
                "success": True,
                "agent_id": done.agent.pk,
                "operation_id": done.operation.pk if done.operation else None,
                "reassigned_to": done.successor.email if done.successor else None,
                "leads_moved": done.leads_moved,
            }
        )


def _departure(request: Request) -> dict[str, str]:
    if request.data:
        raise ValidationError({"body": ["Send nothing here; the address takes ?reassign_to=."]})
    given = shapes.AgentDepartureSerializer(data=request.query_params.dict())
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


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


def agent_document(agent: User, team: TeamFigures) -> dict[str, Any]:
    """The contract's agent."""
    done = team.of(agent.pk)
    interval = done.performance_interval
    return {
        "agent_id": agent.pk,
        "name": str(agent),
        "email": agent.email,
        "status": "active" if agent.is_active else "inactive",
        "availability": agent.availability,
        "last_seen": agent.last_seen,
        "capacity": capacity_document(agent),
        "performance_score": done.performance_score,
        "performance_interval": {"low": interval[0], "high": interval[1]} if interval else None,
        "stats": {
            "leadsHandled": done.handled,
            "conversionRate": done.conversion_rate,
            "avgResponseTime": done.response_minutes,
        },
        "figures_as_of": team.as_of,
    }


def _summary(agents: list[User]) -> dict[str, Any]:
    working = [agent for agent in agents if agent.is_active]
    total, used = sum(agent.max_capacity for agent in working), sum(agent.capacity for agent in working)
    return {
        "total_agents": len(agents),
        "active_agents": sum(agent.availability == Availability.ACTIVE for agent in working),
        "total_capacity": total,
        "used_capacity": used,
        "utilization_percentage": round(100 * used / total, 1) if total else 0.0,
    }
