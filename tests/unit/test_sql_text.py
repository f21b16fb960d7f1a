"""SQL is cut where the server would cut it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.sql_text import controls_transaction, first_word, reads_only, replace_parameters, statements, tokens

PIECES = [
    "select",
    "begin",
    "end",
    "case",
    "create function",
    "'",
    '"',
    "$$",
    "$a$",
    "/*",
    "*/",
    "--",
    "\n",
    ";",
    "(",
    ")",
]
PIECES += [":a", "::", "e'", "\\", "`", "#", " ", "ü", "1"]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("select 1; select 2;", ["select 1", "select 2"]),
        (";; -- nothing\n/* ; */;", []),
        ("select ';', \";\", $$;$$, $a$;$$;$a$, E'\\';'; x", ["select ';', \";\", $$;$$, $a$;$$;$a$, E'\\';'", "x"]),
        ("select 'a\\'; select 2", ["select 'a\\'", "select 2"]),
        ("a /* ; /* ; */ ; */ b; c -- ; \n; d", ["a /* ; /* ; */ ; */ b", "c -- ;", "d"]),
        ("create rule r as on insert to t do (a; b); c", ["create rule r as on insert to t do (a; b)", "c"]),
        (
            "create or replace function f() returns int begin atomic select case when a then 1 end; select 2; end; c",
            [
                "create or replace function f() returns int begin atomic select case when a then 1 end; select 2; end",
                "c",
            ],
        ),
        ("begin; select 1; end; c", ["begin", "select 1", "end", "c"]),
        ("select 'never ends; c", ["select 'never ends; c"]),
        ("select a$b$; c$b$", ["select a$b$", "c$b$"]),
    ],
)
def test_statements_of_postgresql(script: str, found: list[str]) -> None:
    assert statements(script) == found


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("select 'a\\';b', `;`, \";\" # ; c\n; d", ["select 'a\\';b', `;`, \";\" # ; c", "d"]),
        ("select 1--1; b", ["select 1--1", "b"]),
        ("/*! set x = 1 */; b", ["/*! set x = 1 */", "b"]),
        (
            "create procedure p() begin if a then b; end if; case c when 1 then d; end case; e; end; f",
            ["create procedure p() begin if a then b; end if; case c when 1 then d; end case; e; end", "f"],
        ),
    ],
)
def test_statements_of_mysql(script: str, found: list[str]) -> None:
    assert statements(script, mysql=True) == found


@given(st.lists(st.sampled_from(PIECES)).map(" ".join), st.booleans())
def test_no_text_is_lost(text: str, mysql: bool) -> None:
    joined = "".join(f":{part}" if kind == "parameter" else part for kind, part in tokens(text, mysql=mysql))
    assert joined == text
    assert all(first_word(one, mysql=mysql) for one in statements(text, mysql=mysql))


@pytest.mark.parametrize(
    ("statement", "word"),
    [("/* a */ ((SELECT 1))", "select"), ("\\d t", "\\"), ("-- a", ""), ("With x as (delete) select", "with")],
)
def test_a_statement_is_known_by_its_first_word(statement: str, word: str) -> None:
    assert first_word(statement) == word


def test_words_that_read_and_words_of_transactions() -> None:
    assert all(map(reads_only, ("select", "with", "explain", "show", "table", "values")))
    assert not any(map(reads_only, ("insert", "set", "call", "do", "commit", "execute", "vacuum", "copy", "")))
    assert all(map(controls_transaction, ("begin", "start", "commit", "rollback", "end", "savepoint")))


def test_parameters_are_names_after_one_colon() -> None:
    sql = "select :a::int, ':a', \":a\", x[1:2] from t where b = :b_1 -- :c"
    assert replace_parameters(sql, lambda name: f"<{name}>") == (
        "select <a>::int, ':a', \":a\", x[1:2] from t where b = <b_1> -- :c"
    )
