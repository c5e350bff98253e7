"""Tests run on the real engines: started before Django's settings are read, quick and forgetful ones."""

import os
from contextlib import ExitStack

import pytest

DATABASE_PREFIX = "test_crm_"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start or join the engines. conftest.py would be too late: pytest-django has read the settings by then.

    The engines are imported here, after coverage has begun to count.
    """
    from crm.engines.addresses import data_dir
    from crm.engines.leases import local_engines
    from crm.engines.processes import EngineError

    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:  # the controller's engines and settings are inherited; each worker clears a cache of its own
        os.environ["REDIS_URL"] += f"?db={int(worker.removeprefix('gw')) % 15 + 1}"
        return
    os.environ.setdefault("PYTHONHASHSEED", str(os.getpid()))  # workers see parametrised sets in one order
    os.environ.setdefault("TEST_DATABASE_NAME", f"{DATABASE_PREFIX}{os.getpid()}")
    folder = data_dir(os.environ) / "test"
    os.environ["DATA_DIR"] = str(folder)  # tests write their files there, not among real ones
    running = ExitStack()
    early_config.add_cleanup(running.close)
    try:
        engines = running.enter_context(local_engines(folder, os.environ, durable=False))
    except EngineError as error:
        raise pytest.UsageError(str(error)) from error
    os.environ.update(engines.settings)
    if any(lease.engine.name == "postgres" for lease in engines.started):
        _drop_leftovers(engines.settings["DATABASE_URL"])


def _drop_leftovers(url: str) -> None:
    """Drop the databases of killed sessions; whoever starts the server knows that nobody uses them."""
    import psycopg
    from psycopg import sql

    host = url.partition("?host=")[2]
    with psycopg.connect(host=host, user="crm", dbname="crm", autocommit=True) as connection:
        names = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [DATABASE_PREFIX]
        )
        for (name,) in names.fetchall():
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
