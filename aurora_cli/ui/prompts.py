"""Questions. Asked on stderr, so that stdout stays data; answered on stdin. No answer is a no; Ctrl-C is passed on."""

from __future__ import annotations

from rich.text import Text

from aurora_cli.ui.console import Consoles, echo, lead
from aurora_cli.ui.text import clean

YES = frozenset({"y", "yes"})
NO = frozenset({"", "n", "no"})


def confirm(consoles: Consoles, question: str) -> bool:
    """Asks until the answer is yes or no; Enter and end of input mean no.

    Raises:
        KeyboardInterrupt: Ctrl-C at the prompt.
    """
    while True:
        answer = _ask(consoles, lead(clean(question), "heading").append(" [y/N] "))
        word = (answer or "").strip().lower()
        if word in YES:
            return True
        if word in NO:
            return False
        echo(consoles.err, Text('Please answer "y" for yes or "n" for no.'))


def type_name(consoles: Consoles, name: str, what: str = "cluster") -> bool:
    """Asks for the name of the cluster (or of something else), once; True only if it is typed exactly.

    Raises:
        KeyboardInterrupt: Ctrl-C at the prompt.
    """
    return type_phrase(consoles, name, f"the name of the {what} ")


def type_phrase(consoles: Consoles, phrase: str, before: str = "") -> bool:
    """Asks for a phrase that nobody types by accident, once; True only if it is typed exactly.

    Args:
        before: what it is, as in the question.

    Raises:
        KeyboardInterrupt: Ctrl-C at the prompt.
    """
    prompt = Text(f"To proceed, type {before}").append(clean(phrase), style="heading").append(": ")
    answer = _ask(consoles, prompt)
    if answer is not None and answer.strip() == phrase:
        return True
    if answer is not None and answer.strip():
        echo(consoles.err, Text(f'That is not "{clean(phrase)}".'))
    return False


def _ask(consoles: Consoles, prompt: Text) -> str | None:
    """One line from stdin without its line break; None at the end of input."""
    with consoles.still():
        echo(consoles.err, prompt, end="")
        consoles.err.file.flush()
        line = ""
        try:
            line = consoles.stdin.readline()
        except UnicodeDecodeError:
            line = "?\n"  # bytes that are no text are no answer that we know
        finally:
            # The echo of the Enter key ends the line; without one we do, also after Ctrl-C.
            if not line.endswith("\n"):
                echo(consoles.err)
        return line.rstrip("\r\n") if line else None
