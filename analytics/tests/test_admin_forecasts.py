"""Forecasts in the admin: what was expected, and how good the method was."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from analytics.choices import Series
from analytics.models import Forecast
from analytics.selectors.forecasts import latest_forecast
from analytics.services.forecasting.making import VERSION, forecast_document
from analytics.tests.forecasting import plain, year
from crm.core.clock import business_day

LIST = reverse("admin:analytics_forecast_changelist")

pytestmark = pytest.mark.django_db


def store(series: Series, document: dict[str, Any]) -> Forecast:
    return Forecast.objects.create(
        series=series,
        scope="",
        made_for=business_day(),
        method=document["method"],
        version=VERSION,
        document=document,
    )


def page_of(forecast: Forecast) -> str:
    return reverse("admin:analytics_forecast_change", args=[forecast.pk])


@pytest.fixture(scope="module")
def documents() -> dict[Series, dict[str, Any]]:
    cohorts = year(7)
    return {series: forecast_document(cohorts, series) for series in Series}


def test_list_page_and_selector_agree(documents: dict[Series, dict[str, Any]], manager: Client) -> None:
    stored = {series: store(series, documents[series]) for series in Series}
    said = manager.get(LIST).content.decode()
    for series in Series:
        expected = latest_forecast(series)
        assert expected.next30 is not None
        words = f"${expected.next30:,.0f}" if series == Series.REVENUE else f"{round(expected.next30):,}"
        assert words in said
        assert words in manager.get(page_of(stored[series])).content.decode()
        assert f"{expected.backtest_error} %" in said


def test_the_backtest_shows_every_candidate_and_the_chosen_one(
    documents: dict[Series, dict[str, Any]], manager: Client
) -> None:
    page = manager.get(page_of(store(Series.REVENUE, documents[Series.REVENUE])))
    candidates = page.context["candidates"]
    assert [is_chosen for _, is_chosen, _ in candidates].count(True) == 1
    assert len(candidates) >= 3
    assert all(len(errors) == 3 for _, _, errors in candidates)
    assert "Interval held" in page.content.decode()
    assert page.content.decode().count("<canvas") == 1


def test_the_page_speaks_of_dollars_and_of_all_agencies(
    documents: dict[Series, dict[str, Any]], manager: Client
) -> None:
    document = documents[Series.REVENUE]
    page = manager.get(page_of(store(Series.REVENUE, document)))
    said = page.content.decode()
    assert dict(page.context["recent"])["As they stand"] == f"${document['recent']['known']:,.2f}"
    assert dict(page.context["history"])["Days"] == f"{document['history']['days']:,} days"
    assert "Revenue of all agencies" in said
    assert said.count("all agencies") > said.count("Revenue of all agencies")
    assert "`" not in page.context["basis"]
    assert "$" not in dict(facts_of_leads(manager, documents))["As they stand"]


def facts_of_leads(manager: Client, documents: dict[Series, dict[str, Any]]) -> list[tuple[str, str]]:
    page = manager.get(page_of(store(Series.LEADS, documents[Series.LEADS])))
    return list(page.context["recent"])


def test_every_line_of_the_chart_has_the_colour_of_its_legend(
    documents: dict[Series, dict[str, Any]], manager: Client
) -> None:
    page = manager.get(page_of(store(Series.LEADS, documents[Series.LEADS])))
    for line in json.loads(page.context["chart"].data)["datasets"]:
        assert line["backgroundColor"] == line["borderColor"]


def test_too_little_history_says_so(manager: Client) -> None:
    document = forecast_document(plain([3.0] * 20), Series.LEADS)
    page = manager.get(page_of(store(Series.LEADS, document))).content.decode()
    assert "Too little history" in page
    assert "chosen" not in page


def test_nobody_changes_a_forecast(documents: dict[Series, dict[str, Any]], admin: Client) -> None:
    forecast = store(Series.LEADS, documents[Series.LEADS])
    assert admin.post(page_of(forecast), {"method": "guess"}).status_code == 403
    assert admin.get(reverse("admin:analytics_forecast_delete", args=[forecast.pk])).status_code == 403
