"""Layout as `terraform fmt` has it (compared with the real one in the contract tests)."""

from __future__ import annotations

from textwrap import dedent

import pytest

from aurora_cli.hcl.formatter import format_hcl


def check(text: str, expected: str) -> None:
    once = format_hcl(dedent(text))
    assert once == dedent(expected).lstrip("\n")
    assert format_hcl(once) == once


def test_neighbouring_attributes_have_their_signs_in_one_column() -> None:
    check(
        """
        resource "a" "b" {
        x = 1
        longer = "y = 2 # {"
        # a comment parts them
        z = 3
        "quoted key" = [4]
        }
        """,
        """
        resource "a" "b" {
          x      = 1
          longer = "y = 2 # {"
          # a comment parts them
          z            = 3
          "quoted key" = [4]
        }
        """,
    )


def test_an_attribute_over_several_lines_stands_alone() -> None:
    check(
        """
        x = 1
        much_longer = {
        a = 1
        }
        yy = 2
        """,
        """
        x = 1
        much_longer = {
          a = 1
        }
        yy = 2
        """,
    )


def test_brackets_of_one_line_make_one_level() -> None:
    check(
        """
        x = merge({
        a = [
        1,
        ]
        }, {
        b = 2
        })
        """,
        """
        x = merge({
          a = [
            1,
          ]
          }, {
          b = 2
        })
        """,
    )


def test_null_attributes_and_doubled_blank_lines_go() -> None:
    check(
        """


        x {

        a = null


        b = a == null ? "= null" : null
        # c = null

        }


        y {}
        """,
        """
        x {
          b = a == null ? "= null" : null
          # c = null
        }

        y {}
        """,
    )


def test_heredocs_are_left_as_they_are() -> None:
    text = "a {\n  bbb = <<EOT\nx = null\n\n\n   {  \n y=1\nEOT\n  c   = 1\n}\n"
    assert format_hcl(text) == text


@pytest.mark.parametrize("text", ["a = 1", "a = 1\n", "a = 1\n\n\n"])
def test_one_newline_at_the_end(text: str) -> None:
    assert format_hcl(text) == "a = 1\n"
