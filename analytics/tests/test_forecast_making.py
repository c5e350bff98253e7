"""Forecasts as documents: what they promise whatever the leads did."""

import json
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.choices import Series
from analytics.services.forecasting.backtest import backtest
from analytics.services.forecasting.candidates import candidates, seen_at, without_outliers
from analytics.services.forecasting.intervals import coverage, spread, spreads, student
from analytics.services.forecasting.making import Document, forecast_document
from analytics.tests.forecasting import PRICE, plain, year


@cache
def made(seed: int, series: Series, a_day: float = 55.0) -> Document:
    return forecast_document(year(seed, a_day=a_day), series)


def check(document: Document) -> None:
    """Finite, not negative, in order, and the path adds up to the sums."""
    json.dumps(document, allow_nan=False)
    for one in (
        *document["horizons"].values(),
        *({**day, "point": day["value"]} for day in document["path"]),
    ):
        assert 0 <= one["lower"] <= one["point"] <= one["upper"]
    for days, found in document["horizons"].items():
        path = [day["value"] for day in document["path"][: int(days)]]
        assert found["point"] == pytest.approx(sum(path), abs=0.006)
    assert len(document["path"]) == 90


def errors(document: Document, method: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        one["horizons"] for one in document["backtest"]["candidates"] if one["method"] == method
    )
    return found


@pytest.mark.parametrize("series", Series)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_chosen_method_beats_seasonal_naive(seed: int, series: Series) -> None:
    document = made(seed, series)
    check(document)
    chosen, naive = errors(document, document["method"]), errors(document, "seasonal_naive")
    assert document["method"] not in {"naive", "seasonal_naive"}
    assert chosen["30"]["wape"] < naive["30"]["wape"]
    assert document["backtest"]["error"] == chosen["30"]["wape"]
    assert chosen["30"]["trials"] >= 8


@pytest.mark.parametrize("series", Series)
def test_over_several_years_it_beats_it_by_a_tenth(series: Series) -> None:
    documents = [made(seed, series) for seed in (1, 2, 3)]
    chosen = sum(errors(document, document["method"])["30"]["wape"] for document in documents)
    assert chosen < 0.9 * sum(errors(document, "seasonal_naive")["30"]["wape"] for document in documents)


def test_intervals_hold_about_four_times_in_five() -> None:
    """On outcomes that they were not made of, over several years: one year has some seven months that are apart."""
    for series in Series:
        for days in ("day", "7", "30"):
            held = [made(seed, series)["backtest"]["coverage"][days] for seed in (1, 2, 3)]
            inside = sum(one["percent"] * one["tested"] for one in held) / sum(one["tested"] for one in held)
            assert 70 <= inside <= 90, (series, days, held)


def test_intervals_held_of_what_was_known_in_time() -> None:
    held = [
        made(seed, series)["backtest"]["coverage"]["30"]["inTime"] for seed in (1, 2, 3) for series in Series
    ]
    inside = sum(one["percent"] * one["tested"] for one in held) / sum(one["tested"] for one in held)
    assert 70 <= inside <= 90


@pytest.mark.parametrize("series", Series)
def test_a_trial_is_the_forecast_that_would_have_been_made(series: Series) -> None:
    """No candidate sees beyond its origin: cut off there, it says the same."""
    cohorts = year(4)
    trial = backtest(cohorts, series).trials[10]
    again = candidates(seen_at(cohorts, series, trial.origin), 90)
    changed = year(4)
    changed.leads[trial.origin :] = 1_000
    changed.worth[trial.origin :] = 1e9
    changed.sums[trial.origin :] = 1e9
    blind = candidates(seen_at(changed, series, trial.origin), 90)
    for method, path in trial.paths.items():
        assert path.tolist() == again[method].tolist() == blind[method].tolist()


def test_twice_the_leads_are_twice_the_forecast() -> None:
    leads = year(5).leads
    once, twice = (forecast_document(plain(list(leads * times)), Series.LEADS) for times in (1, 2))
    assert twice["method"] == once["method"]
    assert twice["horizons"]["30"]["point"] == pytest.approx(2 * once["horizons"]["30"]["point"], rel=0.01)
    assert twice["horizons"]["30"]["upper"] == pytest.approx(2 * once["horizons"]["30"]["upper"], rel=0.01)


@settings(max_examples=15)
@given(
    leads=st.lists(st.integers(0, 60) | st.just(0), min_size=1, max_size=160),
    tail=st.sampled_from([[], [0] * 30, [5_000], [0] * 7 + [900] + [3] * 7]),
)
def test_whatever_the_leads_did(leads: list[int], tail: list[int]) -> None:
    cohorts = plain([1, *leads, *tail])
    for series in Series:
        check(forecast_document(cohorts, series))


@pytest.mark.parametrize(
    "leads",
    [[7] * 200, [1] + [0] * 200, [1, 2, 3, 4, 5, 6, 7] * 30, [20, 22, 19] * 60 + [0] * 40],
    ids=["constant", "nothing since", "one week again and again", "paused"],
)
def test_series_without_surprise(leads: list[int]) -> None:
    for series in Series:
        document = forecast_document(plain(leads), series)
        check(document)
        assert document["horizons"]["7"]["point"] <= 7 * max(leads) * 40


def test_a_constant_series_stays_where_it_is() -> None:
    document = forecast_document(plain([7] * 200), Series.LEADS)
    assert document["horizons"]["30"] == {"point": 210.0, "lower": 210.0, "upper": 210.0}
    assert document["method"] == "naive"  # all are right: the simplest


def test_a_backlog_imported_is_no_sign_of_more() -> None:
    leads = year(6).leads.copy()
    usual = forecast_document(plain(list(leads)), Series.LEADS)["horizons"]["30"]["point"]
    leads[-10] = 5_000
    document = forecast_document(plain(list(leads)), Series.LEADS)
    assert document["method"] not in {"naive", "seasonal_naive"}
    assert document["horizons"]["30"]["point"] == pytest.approx(usual, rel=0.35)
    assert without_outliers(leads)[-10] < 400


def test_revenue_of_a_backlog_is_no_sign_of_more_either() -> None:
    """It is cut as its leads are; what a lead is worth is not touched by it."""
    leads = year(6).leads.copy()
    usual = candidates(seen_at(plain(list(leads)), Series.REVENUE, len(leads)), 30)
    leads[-10] = 1_500
    cohorts = plain(list(leads))
    seen = seen_at(cohorts, Series.REVENUE, len(leads))
    assert seen.steady[-10] == pytest.approx(without_outliers(leads)[-10] * PRICE)
    assert seen.steady[:-10].tolist() == cohorts.matured(len(leads))[:-10].tolist()
    for method in ("weekly_mean", "mstl_ets", "combination", "leads_by_value"):
        assert candidates(seen, 30)[method].sum() == pytest.approx(usual[method].sum(), rel=0.35), method


@pytest.mark.parametrize("days", [1, 6, 7, 60, 100])
def test_too_little_history_is_said(days: int) -> None:
    leads = [10 + day % 7 for day in range(days)]
    for series in Series:
        document = forecast_document(plain(leads), series)
        check(document)
        assert document["method"] == "naive"
        assert f"{days} days since the first lead" in document["reason"]
        assert document["backtest"] is None
    assert document["horizons"]["30"]["upper"] > document["horizons"]["30"]["lower"]


def test_the_reason_names_the_day_it_will_be_enough() -> None:
    for series in Series:
        needed = next(
            days for days in range(111, 160) if not forecast_document(year(7, days=days), series)["reason"]
        )
        assert f" {needed}." in forecast_document(year(7, days=needed - 1), series)["reason"]


def test_enough_history_is_used() -> None:
    document = forecast_document(year(7, days=150), Series.LEADS)
    assert document["reason"] == ""
    assert document["backtest"]["trials"] >= 8
    check(document)


def test_the_recent_month_is_given_as_it_stands_and_as_it_will() -> None:
    recent = made(1, Series.REVENUE)["recent"]
    assert recent["known"] < 0.8 * recent["matured"]
    assert made(1, Series.LEADS)["recent"]["known"] == made(1, Series.LEADS)["recent"]["matured"]
    pattern = made(1, Series.REVENUE)["maturity"]["pattern"]
    assert [one["percent"] for one in pattern] == sorted(one["percent"] for one in pattern)


def test_intervals_widen_where_there_is_less_to_go_by() -> None:
    trials = backtest(year(8), Series.LEADS)
    windows = trials.windows("weekly_mean", 30)
    few = [window._replace(actual=window.forecast + window.scale * 0.1) for window in windows]
    assert spread(few[:5], 30) > spread(few, 30) > 0.128
    assert coverage(trials, "weekly_mean", 90).tested <= len(trials.windows("weekly_mean", 90))
    short = backtest(year(8, days=130), Series.LEADS)
    assert not short.windows("weekly_mean", 90)
    found = spreads(short, "weekly_mean")
    assert found[90] == pytest.approx(found[30] * np.sqrt(3))


def test_student_is_near_its_table() -> None:
    assert [student(0.8, freedom) for freedom in (1, 2, 5, 30)] == pytest.approx(
        [3.078, 1.886, 1.476, 1.310], rel=0.04
    )
