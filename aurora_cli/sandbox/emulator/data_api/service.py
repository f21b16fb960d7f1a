"""Takes requests of rds-data. It is called while other calls are served: a statement may take its time."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from concurrent import futures
from contextlib import closing
from typing import Any

from botocore.validate import ParamValidator
from moto.core.utils import get_service_model

from aurora_cli.sandbox.emulator.calls import scope
from aurora_cli.sandbox.emulator.data_api import limits, statements
from aurora_cli.sandbox.emulator.data_api.connections import Connection, connect
from aurora_cli.sandbox.emulator.data_api.logins import Login
from aurora_cli.sandbox.emulator.data_api.refusal import STATUSES, Refused
from aurora_cli.sandbox.emulator.data_api.sessions import Sessions
from aurora_cli.sandbox.emulator.server import Environ
from aurora_cli.sandbox.emulator.wire_errors import Answer, WireError, wire_answer

SERVICE = "rds-data"
FindLogin = Callable[[str, str, str, str | None], Login]
"""Takes Region, the ARNs of cluster and secret, and the database. Raises Refused."""
Run = Callable[[Connection], dict[str, Any]]
_ACTIONS = {
    "/Execute": "ExecuteStatement",
    "/BatchExecute": "BatchExecuteStatement",
    "/BeginTransaction": "BeginTransaction",
    "/CommitTransaction": "CommitTransaction",
    "/RollbackTransaction": "RollbackTransaction",
}
_ENDS = {"CommitTransaction": "COMMIT", "RollbackTransaction": "ROLLBACK"}
_JSON = [("Content-Type", "application/json")]


class DataApi:
    """The Data API of an emulator.

    Args:
        find: finds where and as whom to connect.
    """

    def __init__(self, find: FindLogin) -> None:
        self._find = find
        self.sessions = Sessions()

    def answer(self, environ: Environ) -> Answer:
        """Serve a request.

        Raises:
            NotImplementedError: the action is not supported: ExecuteSql is of Aurora Serverless v1.
        """
        action = _ACTIONS.get(environ["PATH_INFO"])
        if action is None:
            raise NotImplementedError(environ["PATH_INFO"])
        try:
            params = _parameters(action, environ["wsgi.input"].read())
            return 200, _JSON, json.dumps(self._act(action, scope(environ)[1], params)).encode()
        except Refused as refused:
            code = refused.code
            error = WireError(code, code, code, refused.message, 400, STATUSES.get(code, 400))
            return wire_answer(error, "rest-json")

    def _act(self, action: str, region: str, params: Mapping[str, Any]) -> dict[str, Any]:
        of = (params["resourceArn"], params["secretArn"])
        login = self._find(region, *of, params.get("database"))
        transaction = params.get("transactionId")
        if action == "BeginTransaction":
            return {"transactionId": self.sessions.begin(of, login)}
        if action in _ENDS:
            committed = self.sessions.end(str(transaction), of, _ENDS[action])
            return {"transactionStatus": "Transaction Committed" if committed else "Rollback Complete"}
        if action == "ExecuteStatement" and params.get("continueAfterTimeout"):
            return self._outlasting(lambda: self._run(of, login, transaction, lambda one: one.run_to_its_end(params)))
        run: Run = lambda one: one.run(params) if action == "ExecuteStatement" else one.run_batch(params)  # noqa: E731
        return self._run(of, login, transaction, run)

    def _run(self, of: tuple[str, str], login: Login, transaction: str | None, run: Run) -> dict[str, Any]:
        if transaction:
            with self.sessions.use(transaction, of) as connection:
                return run(connection)
        with closing(connect(login)) as connection:
            return run(connection)

    def _outlasting(self, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What a statement gives that the time of a call does not end. Raises Refused: it goes on, in a thread."""
        found: futures.Future[dict[str, Any]] = futures.Future()

        def work() -> None:
            try:
                found.set_result(run())
            except BaseException as problem:  # whoever waits is told
                found.set_exception(problem)

        threading.Thread(target=work, name="data-api", daemon=True).start()
        try:
            return found.result(limits.STATEMENT_S)
        except futures.TimeoutError:
            raise statements.timed_out() from None


def _parameters(action: str, body: bytes) -> dict[str, Any]:
    shape = get_service_model(SERVICE).operation_model(action).input_shape
    try:
        params = json.loads(body or b"{}")
        wrong = ParamValidator().validate(params, shape)
        problem = wrong.generate_report() if wrong.has_errors() else None
    except (ValueError, TypeError, AttributeError) as error:
        problem = f"The request is not JSON of this action: {error}"
    if problem:
        raise Refused("ValidationException", problem)
    return dict(params)
