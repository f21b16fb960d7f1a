"""Records that exist: moto takes one that was deleted for one that exists, where another record comes after it in the zone."""

from __future__ import annotations

from typing import Any

from moto.route53.exceptions import ResourceRecordAlreadyExists
from moto.route53.models import Route53Backend


def only_existing_records_exist() -> None:
    """`CREATE` fails for a record of that name and type in the zone, and for no other. Source: ChangeResourceRecordSets."""
    change = Route53Backend.change_resource_record_sets

    def change_records(self: Route53Backend, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        zone = self.get_hosted_zone(zoneid)
        for one in change_list:
            record = one["ResourceRecordSet"]
            name, kind = f"{record['Name'].strip('.')}.", record["Type"]
            if one["Action"] != "CREATE":
                continue
            if any(_key(there) == (name, kind, record.get("SetIdentifier")) for there in zone.rrsets):
                raise ResourceRecordAlreadyExists(name=name, _type=kind)
            while one in zone.rr_changes:  # the journal of one that was deleted since
                zone.rr_changes.remove(one)
        change(self, zoneid, change_list)

    Route53Backend.change_resource_record_sets = change_records  # type: ignore[method-assign]


def _key(record: Any) -> tuple[str, str, str | None]:
    return record.name, record.type, record.set_identifier
