"""Does the guide on calls show what the program says today? `python docs/console.py docs/guides/calls.md`."""

from conftest import ROOT
from test_docs import load

GUIDE = ROOT / "docs" / "guides" / "calls.md"


def test_the_commands_of_the_guide_print_what_it_shows_and_its_table_is_the_programs():
    console = load("console", ROOT / "docs" / "console.py")
    page = GUIDE.read_text("utf-8")
    assert console.refreshed(page) == page, "stale: python docs/console.py docs/guides/calls.md"


def test_the_commands_are_run_anew_and_not_believed():
    console = load("console", ROOT / "docs" / "console.py")
    page = "```console\n$ quivive calls lint \\\n  examples/certificates/provider.pem\nno findings\n```\n"
    assert "2 findings" in console.refreshed(page)
    assert "no findings" not in console.refreshed(page)
