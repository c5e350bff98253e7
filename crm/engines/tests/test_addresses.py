"""Addresses depend on the data folder alone."""

from pathlib import Path

import pytest

from crm.engines.addresses import BASE_DIR, SOCKET_PATH_LIMIT, data_dir, local_database_url, local_redis_url


def test_sockets_lie_in_the_data_folder() -> None:
    assert local_database_url(Path("/srv/var")) == "postgres://crm@/crm?host=/srv/var/postgres"
    assert local_redis_url(Path("/srv/var")) == "unix:///srv/var/valkey/valkey.sock"


@pytest.mark.parametrize("folder", ["/srv/" + "long" * 30, "/srv/a b", "/srv/a%20b", "/srv/ä"])
def test_a_path_that_a_socket_or_url_cannot_carry_is_replaced_by_a_short_one(folder: str) -> None:
    addresses = [local_database_url(Path(folder)), local_redis_url(Path(folder))]
    assert addresses == [local_database_url(Path(folder)), local_redis_url(Path(folder))]
    assert addresses[0].startswith("postgres://crm@/crm?host=/tmp/mva-crm-")
    assert addresses[1].startswith("unix:///tmp/mva-crm-")
    assert all(len(address) < SOCKET_PATH_LIMIT for address in addresses)
    assert local_redis_url(Path(folder + "x")) != addresses[1]


def test_the_data_folder_is_var_beside_manage_py_or_data_dir() -> None:
    assert data_dir({}) == data_dir({"DATA_DIR": ""}) == BASE_DIR / "var"
    assert data_dir({"DATA_DIR": "here"}) == Path.cwd() / "here"
    assert (BASE_DIR / "manage.py").exists()
