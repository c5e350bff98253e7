"""The order of an installation's steps, without installing anything."""

import sys
from pathlib import Path

import pytest

from crm.engines import bootstrap


class Calls:
    """Stands in for the programs that an installation calls, and remembers them."""

    def __init__(self, *failing: str) -> None:
        self.failing, self.made = failing, list[str]()

    def __call__(self, *argv: str, quiet: bool = False) -> bool:
        said = " ".join(argv)
        if not quiet:
            self.made.append(said)
        if "-m venv" in said:
            bootstrap.VENV.mkdir()
        return not any(word in said for word in self.failing)

    @property
    def kinds(self) -> list[str]:
        words = ("venv", "uv==", "uv pip", "install")
        return [next(word for word in words if word in said.replace("/.venv/", "/")) for said in self.made]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("requirements", "requirements-dev", "constraints"):
        (tmp_path / f"{name}.txt").write_text(name)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(bootstrap, "UNFINISHED", tmp_path / ".venv" / "unfinished-install")
    monkeypatch.setattr(bootstrap, "_python_version", lambda: "3.11")
    return tmp_path


def bootstrapped(monkeypatch: pytest.MonkeyPatch, wanted: str, *failing: str) -> Calls:
    calls = Calls(*failing)
    monkeypatch.setattr(bootstrap, "_calls", calls)
    bootstrap.main(wanted)
    return calls


def test_uv_installs_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bootstrapped(monkeypatch, "requirements").kinds == ["venv", "uv==", "uv pip"]
    assert bootstrapped(monkeypatch, "requirements").made == []


def test_the_set_for_developers_holds_the_other_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrapped(monkeypatch, "requirements-dev")
    assert bootstrapped(monkeypatch, "requirements").made == []
    (root / "requirements-dev.txt").write_text("more")
    assert bootstrapped(monkeypatch, "requirements").made == []
    assert bootstrapped(monkeypatch, "requirements-dev").kinds == ["uv==", "uv pip"]


def test_pip_does_it_where_uv_does_not(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bootstrapped(monkeypatch, "requirements", "uv==").kinds == ["venv", "uv==", "install"]


def test_what_was_interrupted_is_installed_afresh(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrapped(monkeypatch, "requirements")
    bootstrap.UNFINISHED.touch()
    calls = bootstrapped(monkeypatch, "requirements")
    assert calls.kinds == ["uv==", "uv pip"]
    assert "--reinstall" in calls.made[-1]
    assert not bootstrap.UNFINISHED.exists()


def test_a_failure_is_tried_again_next_time(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="the next start tries again"):
        bootstrapped(monkeypatch, "requirements", "install")
    assert not bootstrap.stands("requirements")


def test_without_the_venv_package_it_says_what_to_install(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        bootstrapped(monkeypatch, "requirements", "-m venv")


def test_somebody_elses_checkout_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_wanted: str) -> None:
        raise PermissionError(13, "Permission denied", str(root))

    monkeypatch.setattr(bootstrap, "install", refuse)
    with pytest.raises(SystemExit, match=f"{root} is not ours to write"):
        bootstrap.main("requirements")


def test_programs_are_called_with_pips_index_for_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    monkeypatch.setenv("HOME", "/nonexistent")
    names = ("UV_DEFAULT_INDEX", "UV_NO_CACHE", "PIP_NO_CACHE_DIR", "UV_PYTHON_DOWNLOADS")
    code = f"import os, sys; sys.exit([os.environ[name] for name in {names!r}] != {{!r}})"
    wanted = ["https://index.example/simple", "1", "1", "never"]
    assert bootstrap._calls(sys.executable, "-c", code.format(wanted))
