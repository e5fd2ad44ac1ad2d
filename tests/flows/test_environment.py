from pathlib import Path

import pytest

from flows.environment import has_prefect_server, set_prefect_settings, state_folder


def test_telemetry_and_questions_are_off(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    environ = {"HOME": str(tmp_path)}
    set_prefect_settings(environ, "file:///a")
    assert environ["DO_NOT_TRACK"] == "1"
    assert environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environ["PREFECT_CLI_PROMPT"] == "false"
    assert Path(environ["PREFECT_HOME"]).is_relative_to(tmp_path)


def test_a_users_own_server_keeps_its_home_and_logs() -> None:
    environ = {"PREFECT_API_URL": "http://prefect.example/api"}
    set_prefect_settings(environ, "file:///a")
    assert "PREFECT_HOME" not in environ
    assert "PREFECT_LOGGING_LEVEL" not in environ
    assert environ["PREFECT_API_URL"] == "http://prefect.example/api"


@pytest.mark.parametrize(("url", "has"), [('PREFECT_API_URL = "http://p.example/api"', True), ("", False)])
def test_a_server_of_the_users_profile_counts(tmp_path, url: str, has: bool) -> None:
    (tmp_path / "profiles.toml").write_text(f'active = "mine"\n[profiles.mine]\n{url}\n', encoding="utf-8")
    assert has_prefect_server({"PREFECT_HOME": str(tmp_path)}) is has


def test_a_damaged_profile_is_no_server(tmp_path) -> None:
    (tmp_path / "profiles.toml").write_text("active = ", encoding="utf-8")
    assert not has_prefect_server({"PREFECT_HOME": str(tmp_path)})


def test_two_stores_share_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder("file:///a") != state_folder("file:///b")
    assert state_folder("file:///a") == state_folder("file:///a")


def test_without_a_home_the_temporary_folder_serves(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/proc/nowhere")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    assert state_folder("file:///a").is_relative_to(tmp_path)
