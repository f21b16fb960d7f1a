"""SNS: moto's actions, extended by topic attributes that moto does not store."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.sns.responses import SNSResponse

KNOWN_TO_MOTO = frozenset({"ContentBasedDeduplication", "DeliveryPolicy", "DisplayName", "KmsMasterKeyId", "Policy"})


class TopicResponse(SNSResponse):
    """An SNS request."""

    def set_topic_attributes(self) -> ActionResult:
        """SetTopicAttributes; an empty value removes an attribute."""
        name, value = self._get_param("AttributeName"), self._get_param("AttributeValue")
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        if name not in KNOWN_TO_MOTO:
            topic.__dict__.setdefault("further", {})[name] = value
        return super().set_topic_attributes()

    def get_topic_attributes(self) -> ActionResult:
        """GetTopicAttributes."""
        answer = super().get_topic_attributes()
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        further = {name: value for name, value in topic.__dict__.get("further", {}).items() if value}
        answer.result["Attributes"].update(further)  # type: ignore[index]
        return answer
