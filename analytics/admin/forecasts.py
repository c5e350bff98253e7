"""What was expected when, and how good the method was in the backtest."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from analytics.admin.charts import forecast_chart
from analytics.choices import HORIZONS, Series
from analytics.models import Forecast
from analytics.selectors.forecasts import ForecastFigures, figures_of
from analytics.wording import DOLLARS, UNITS, expected, facts_of, per_cent, words
from crm.core.admin.base import ReadOnlyAdmin


@admin.register(Forecast)
class ForecastAdmin(ReadOnlyAdmin):
    """The newest first; they stay, to be compared with what came."""

    list_display = ("made_for", "series", "whose", "next_30", "between", "told_method", "error")
    list_display_links = ("made_for",)
    list_filter = (("series", ChoicesDropdownFilter),)
    ordering = ("-made_for", "series", "scope")
    sortable_by = ()
    fields = ("made_for", "made_at", "series", "whose", "told_method", "version")
    readonly_fields = ("whose", "told_method")
    change_form_template = "admin/analytics/forecast/change_form.html"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        stored = kwargs.get("obj")
        if stored is not None:
            figures = _of(stored)
            is_money = figures.series == Series.REVENUE
            units = {**UNITS, **dict.fromkeys(("known", "matured"), DOLLARS)} if is_money else UNITS
            context |= {
                "forecast": figures,
                "chart": forecast_chart(figures),
                "horizons": HORIZONS,
                **backtest_of(stored.document["backtest"]),
                "basis": figures.basis.replace("`", ""),
                "recent": facts_of(stored.document["recent"], units=units),
                "history": facts_of(stored.document["history"]),
            }
        return cast("HttpResponse", super().render_change_form(request, context, **kwargs))

    @display(description="of")
    def whose(self, forecast: Forecast) -> str:
        return forecast.scope or "all agencies"

    @display(description="method")
    def told_method(self, forecast: Forecast) -> str:
        return words(forecast.method)

    @display(description="next 30 days")
    def next_30(self, forecast: Forecast) -> str:
        return expected(_of(forecast).next30, Series(forecast.series))

    @display(description="in 4 of 5 cases")
    def between(self, forecast: Forecast) -> str:
        found = _of(forecast)
        return f"{expected(found.lower, found.series)} to {expected(found.upper, found.series)}"

    @display(description="error in the backtest")
    def error(self, forecast: Forecast) -> str:
        return per_cent(_of(forecast).backtest_error)


def backtest_of(backtest: dict[str, Any] | None) -> dict[str, Any]:
    """Each candidate with its errors by horizon, and how often the interval held; nothing without a backtest."""
    if backtest is None:
        return {}
    return {
        "backtest": backtest,
        "candidates": [
            (words(one["method"]), one["chosen"], [one["horizons"][str(days)] for days in HORIZONS])
            for one in backtest["candidates"]
        ],
        "coverage": [(days, backtest["coverage"][str(days)]) for days in HORIZONS],
    }


def _of(forecast: Forecast) -> ForecastFigures:
    return figures_of(forecast, forecast.made_for)
