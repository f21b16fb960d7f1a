"""The words for what the model refuses."""

from __future__ import annotations

from aurora_cli.spec.resolve.messages import problem_from


def test_an_error_of_the_model_without_words_of_its_own_keeps_the_library_s() -> None:
    problem = problem_from({"type": "some_new_kind", "loc": ("port",), "input": "x", "msg": "Input is odd"})
    assert problem.message == "`port` cannot be x: input is odd"
