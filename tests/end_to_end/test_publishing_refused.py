"""Publishing to a hosting that is down or says no: posts wait, and go out later."""

from click.testing import CliRunner
from remotes import git, publish_due

from endpoint.cli import main


def test_another_history_is_refused_and_kept(hosting, installation, tmp_path, start):
    other = tmp_path / "other"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "other")
    (other / "a.md").write_text("A")
    git(other, "add", "a.md")
    git(other, "commit", "--quiet", "-m", "Another site")
    before = git(other, "rev-parse", "main")
    installation.configure(repository={"remote": str(other / ".git")})
    parts = start()
    head = parts.repository.head()

    backlog = publish_due(parts)

    assert "another history" in backlog.last_error
    assert "endpoint init" in backlog.last_error
    assert git(other, "rev-parse", "main") == before
    assert parts.repository.head() == head


def test_what_a_hook_refuses_waits_with_its_reason(hosting, parts, post, client):
    hook = hosting.hook("pre-receive", "echo 'No \"posts\" on Sundays.' >&2; exit 1")
    post("Hello")
    refused = publish_due(parts)
    hook.unlink()
    post("Again")

    backlog = publish_due(parts)

    assert "No 'posts' on Sundays." in refused.last_error
    assert refused.commits == 1
    assert refused.next_attempt_at
    assert hosting.subjects()[-2:] == ["note: Hello", "note: Again"]
    assert (backlog.commits, backlog.last_error) == (0, "")


def test_posts_wait_while_the_remote_is_down(hosting, parts, post, clock, tmp_path):
    publish_due(parts)
    hosting.bare.rename(tmp_path / "away.git")
    waits = []
    for number in range(12):
        post(f"Post {number}") if number < 3 else clock.forward(seconds=1000)
        down = publish_due(parts)
        waits.append((down.next_attempt_at - clock()).total_seconds())
    (tmp_path / "away.git").rename(hosting.bare)
    clock.forward(seconds=900)

    backlog = publish_due(parts)

    assert down.commits == 3
    assert down.since.isoformat() == "2025-11-22T08:30:15+00:00"
    assert waits[:4] == [5, 10, 20, 40]
    assert max(waits) == 900
    assert hosting.subjects()[-3:] == ["note: Post 0", "note: Post 1", "note: Post 2"]
    assert (backlog.commits, backlog.since, backlog.last_error) == (0, None, "")


def test_check_tells_of_a_remote_that_refuses(hosting, installation, parts, tmp_path):
    hosting.bare.rename(tmp_path / "away.git")

    words = ["check", "--config", str(installation.folder / "config.toml")]
    checked = CliRunner().invoke(main, words)

    assert "MEND  remote: There is no repository at repository.remote" in checked.output
