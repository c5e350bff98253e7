"""The forecast of the demo year, as a manager finds it."""

import pytest
from django.core.management import call_command

from analytics.choices import Series
from analytics.services.forecasting.refreshing import forecasts_now

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_on_the_demo_year_it_beats_seasonal_naive_and_its_interval_holds() -> None:
    call_command("seed_demo", leads=20_000, verbosity=0)
    documents = forecasts_now()
    assert set(documents) == set(Series)
    for document in documents.values():
        wape = {one["method"]: one["horizons"]["30"]["wape"] for one in document["backtest"]["candidates"]}
        assert document["backtest"]["error"] == wape[document["method"]] < wape["seasonal_naive"]
        assert document["backtest"]["trials"] >= 40
        for days in ("day", "7", "30"):
            assert 70 <= document["backtest"]["coverage"][days]["percent"] <= 90, days
    revenue = documents[Series.REVENUE]
    assert revenue["backtest"]["error"] < 15
    assert revenue["recent"]["known"] < revenue["recent"]["matured"]
