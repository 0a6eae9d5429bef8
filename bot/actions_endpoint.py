"""Runs Rasa's custom actions inside this process instead of behind HTTP.

Rasa's `RemoteAction` uses nothing of its endpoint but `request`, so an endpoint that hands the
call to rasa_sdk's executor saves the second process and the hop (notes/rasa-channels.md §9).
"""

from __future__ import annotations

import json
import logging
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.keys import Key

logger = logging.getLogger(__name__)


class InProcessActions(EndpointConfig):
    """An action endpoint without a server."""

    def __init__(self, package: str = "actions") -> None:
        """Args: the package whose actions to register."""
        # Without the selective domain, Rasa would rebuild the whole domain for each action.
        super().__init__(url="inprocess://actions", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Runs one action.

        Args:
            method: Of no meaning here, as are the next three.
            subpath: Ignored.
            content_type: Ignored.
            compress: Ignored.
            **kwargs: `json` holds the call as Rasa would post it.

        Returns:
            The action's events and responses. Those of one that failed are the phone lines: Rasa
            would store the turn without an answer and say nothing.

        Raises:
            ClientResponseError: The action rejected its execution.
        """
        call = kwargs["json"]
        try:
            return await self._executor.run(call)
        except ActionExecutionRejection as rejection:
            text = json.dumps({"action_name": rejection.action_name, "error": rejection.message})
            raise ClientResponseError(400, rejection.message, text) from rejection
        except Exception as error:
            # Neither the text nor the slots of the conversation may reach a log.
            name = call.get("next_action")
            logger.error("action %s failed: %s", name, type(error).__name__)
            return {"events": [], "responses": [{"response": Key.SYSTEM_FAILED.value}]}
