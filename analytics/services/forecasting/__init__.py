"""Forecasts of leads and revenue by the day of creation, and the backtest that chose how. See docs/forecast.md."""
