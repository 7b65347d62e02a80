"""What people write reaches a page as text: no template and no code of ours has a way around the escaping."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CODE = sorted(
    path for name in ("jobsite", "jobs", "locks", "workers", "examples") for path in (ROOT / name).rglob("*.py")
)
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))

# Alpine runs what stands in these attributes: data there would be code.
_ALPINE = r"""\s(?:x-[\w.:-]+|:[\w.-]+|@[\w.:-]+)\s*=\s*(?:"[^"]*?|'[^']*?)\{[{%]"""
REFUSED_IN_TEMPLATES = {
    "a filter or tag that turns escaping off": r"\|\s*(?:safe|safeseq)\b|\{%\s*autoescape\s+off",
    "x-html": r"\sx-html\b",
    "a template's variable or tag inside an attribute that Alpine runs": _ALPINE,
    "a script in the page; use a file, and json_script for its data": r"<script(?![^>]*\ssrc=)",
    "a handler in an attribute; use a file": r"\son[a-z]+\s*=",
    "a style in the page; use a class": r"<style\b|\sstyle\s*=",
    "an address that is a script": r"javascript:",
}
REFUSED_NAMES = {"mark_safe", "SafeString", "SafeText", "html_safe"}
REFUSED_IN_SCRIPTS = r"\beval\(|new Function|document\.write|\.outerHTML\s*=|insertAdjacentHTML"


def _found_in_template(text: str) -> list[str]:
    return [why for why, pattern in REFUSED_IN_TEMPLATES.items() if re.search(pattern, text, re.IGNORECASE)]


def _found_in_code(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in REFUSED_NAMES:
            yield f"line {node.lineno}: {name}() marks text as safe; use format_html or a template"
        if name in ("format_html", "format_html_join") and not all(map(_is_literal, node.args[: name.count("_")])):
            yield f"line {node.lineno}: the first arguments of {name}() must be literals"


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_escapes_everything(path: Path) -> None:
    assert not _found_in_template(path.read_text())


def test_no_code_marks_text_as_safe() -> None:
    found = [f"{path.relative_to(ROOT)}: {what}" for path in CODE for what in _found_in_code(path.read_text())]
    assert not found, "\n".join(found)


def test_no_script_runs_text() -> None:
    assert SCRIPTS
    assert not [path.name for path in SCRIPTS if re.search(REFUSED_IN_SCRIPTS, path.read_text())]


@pytest.mark.parametrize(
    "text",
    [
        "{{ name|safe }}",
        "{{ name | safe }}",
        "{{ names|safeseq|join:', ' }}",
        "{% autoescape off %}",
        '<p x-html="name"></p>',
        """<p x-data="{name: '{{ name }}'}"></p>""",
        "<p x-text='\"{{ name }}\"'></p>",
        """<p @click="open('{{ name }}')"></p>""",
        """<p :class="{% if a %}a{% endif %}"></p>""",
        "<script>let a = 1</script>",
        '<script nonce="x">let a = 1</script>',
        '<a onclick="go()">',
        '<a style="color: red">',
        '<a href="javascript:go()">',
    ],
)
def test_the_lint_of_templates_can_fail(text: str) -> None:
    assert _found_in_template(text)


@pytest.mark.parametrize(
    "text",
    [
        '{% include "a.html" with text=name only %}',
        '<div x-data="{open: false}" data-name="{{ name }}" @click="open = true"></div>',
        '<script src="{% static "jobsite/live.js" %}"></script>',
        '{{ rows|json_script:"rows" }}',
        '<a href="?safe=1" class="safe">unsafe styles, on = off</a>',
    ],
)
def test_the_lint_of_templates_lets_good_ones_pass(text: str) -> None:
    assert not _found_in_template(text)


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ("mark_safe(name)", True),
        ("safestring.mark_safe(name)", True),
        ("SafeString(name)", True),
        ("format_html(f'<b>{name}</b>')", True),
        ("format_html('<b>' + name)", True),
        ("format_html_join(sep, '<b>{}</b>', rows)", True),
        ("format_html('<b>{}</b>', name)", False),
        ("format_html_join(', ', '<b>{}</b>', rows)", False),
        ("def shown() -> SafeString: ...", False),
    ],
)
def test_the_lint_of_code_can_fail(text: str, *, is_refused: bool) -> None:
    assert bool(list(_found_in_code(text))) is is_refused
