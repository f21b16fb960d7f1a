"""Route tables, routes and associations."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.api.errors import accepted
from aurora_cli.sandbox.provider.engine.model import Call, Item, Listing, Read, Resource, Task, Update
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.resources.tagging import ec2_tagging

_TABLE_GONE = ("InvalidRouteTableID.NotFound",)

_DESTINATIONS = {
    "destination_cidr_block": "DestinationCidrBlock",
    "destination_ipv6_cidr_block": "DestinationIpv6CidrBlock",
    "destination_prefix_list_id": "DestinationPrefixListId",
}
# attribute -> member, for targets of a route resource and a route table's `route`
_TARGETS = {
    "carrier_gateway_id": "CarrierGatewayId",
    "core_network_arn": "CoreNetworkArn",
    "egress_only_gateway_id": "EgressOnlyInternetGatewayId",
    "gateway_id": "GatewayId",
    "local_gateway_id": "LocalGatewayId",
    "nat_gateway_id": "NatGatewayId",
    "network_interface_id": "NetworkInterfaceId",
    "odb_network_arn": "OdbNetworkArn",
    "transit_gateway_id": "TransitGatewayId",
    "vpc_endpoint_id": "VpcEndpointId",
    "vpc_peering_connection_id": "VpcPeeringConnectionId",
}
# A route table's inline `route` names two of the three destinations differently.
_INLINE = {"cidr_block": "DestinationCidrBlock", "ipv6_cidr_block": "DestinationIpv6CidrBlock", **_TARGETS}
_INLINE["destination_prefix_list_id"] = "DestinationPrefixListId"


def _targets_of(route: Item) -> dict[str, Any]:
    """The target attributes of a route; AWS returns an endpoint in the gateway's member."""
    found = {attribute: route.get(member) for attribute, member in _TARGETS.items()}
    if str(found["gateway_id"] or "").startswith("vpce-"):
        found["vpc_endpoint_id"], found["gateway_id"] = found["gateway_id"], None
    return found


def _is_own(route: Item) -> bool:
    """Whether it is a route of the table itself: neither local nor propagated nor of a gateway endpoint."""
    gateway = str(route.get("GatewayId"))
    of_endpoint = route.get("DestinationPrefixListId") and gateway.startswith("vpce-")
    return not (gateway == "local" or of_endpoint or route.get("Origin") == "EnableVgwRoutePropagation")


def _own_routes(task: Task, table: Item) -> Mapping[str, Any]:
    routes = []
    for route in filter(_is_own, table.get("Routes", ())):
        named = {attribute: route.get(member) for attribute, member in _INLINE.items()} | _targets_of(route)
        routes.append({attribute: value or "" for attribute, value in named.items()})
    return {"route": routes}


def clear_routes(task: Task, table: Item) -> None:
    """Delete every route that is the table's own."""
    for route in filter(_is_own, table.get("Routes", ())):
        destination = {member: route[member] for member in _DESTINATIONS.values() if route.get(member)}
        task.call("DeleteRoute", RouteTableId=task.id, **destination)


def _inline_params(task: Task, route: Item) -> dict[str, Any]:
    sent = {member: route.get(attribute) for attribute, member in _INLINE.items()}
    return {"RouteTableId": task.id, **{member: value for member, value in sent.items() if value}}


def _destination_params(task: Task, route: Item) -> dict[str, Any]:
    params = _inline_params(task, route)
    return {key: value for key, value in params.items() if key == "RouteTableId" or key.startswith("Destination")}


def _create_inline_routes(task: Task) -> None:
    for route in task.get("route") or ():
        task.call("CreateRoute", **_inline_params(task, route))


def _change_inline_routes(task: Task) -> None:
    if "route" not in task.changed:
        return
    before = {str(_destination_params(task, route)): route for route in task.prior.get("route") or ()}
    after = {str(_destination_params(task, route)): route for route in task.get("route") or ()}
    for key, route in before.items():
        if key not in after:
            task.call("DeleteRoute", **_destination_params(task, route))
    for key, route in after.items():
        params = _inline_params(task, route)
        if key not in before:
            task.call("CreateRoute", **params)
        elif params != _inline_params(task, before[key]):
            task.call("ReplaceRoute", **params)


def _delete_table(task: Task) -> None:
    tables = task.call("DescribeRouteTables", RouteTableIds=[task.id])["RouteTables"]
    for association in tables[0].get("Associations", ()):
        if not association.get("Main"):
            task.call("DisassociateRouteTable", AssociationId=association["RouteTableAssociationId"])
    task.call("DeleteRouteTable", RouteTableId=task.id)


ROUTE_TABLE = Resource(
    type="aws_route_table",
    service="ec2",
    label="Route Table",
    create=Call("CreateRouteTable", send={"VpcId": "vpc_id"}, match=False),
    id="RouteTable.RouteTableId",
    listing=Listing(Call("DescribeRouteTables", match=False), ids="RouteTables[].RouteTableId", before=True),
    finish=(_create_inline_routes,),
    read=Read(
        Call("DescribeRouteTables", send={"RouteTableIds": "id"}, match=False),
        item="RouteTables[0]",
        gone=_TABLE_GONE,
        fields={
            "arn": lambda task, item: task.arn(f"route-table/{task.id}"),
            "propagating_vgws": "PropagatingVgws[].GatewayId",
        },
        more=(_own_routes,),
    ),
    updates=(_change_inline_routes,),
    delete=_delete_table,
    busy=("DependencyViolation",),
    tagging=ec2_tagging("route-table"),
)


def _destination(task: Task) -> str:
    return next((task.get(attribute) for attribute in _DESTINATIONS if task.get(attribute)), "")


def _route_id(task: Task) -> str:
    return f"r-{task.get('route_table_id')}{zlib.crc32(_destination(task).encode())}"


def _pick_route(task: Task, answer: Item) -> Item | None:
    wanted = _destination(task)
    routes = answer["RouteTables"][0].get("Routes", ()) if answer["RouteTables"] else ()
    return next((r for r in routes if wanted in (r.get(member) for member in _DESTINATIONS.values())), None)


def _import_route(task: Task) -> Mapping[str, Any]:
    table, _, destination = (task.id or "").partition("_")
    if not destination:
        raise ProviderError(
            f"unexpected format of import ID ({task.id}), expected ROUTETABLEID_DESTINATION",
        )
    kind = "destination_cidr_block"
    if ":" in destination:
        kind = "destination_ipv6_cidr_block"
    elif destination.startswith("pl-"):
        kind = "destination_prefix_list_id"
    return {
        "id": f"r-{table}{zlib.crc32(destination.encode())}",
        "route_table_id": table,
        kind: destination,
    }


_DELETED_BY = {member: attribute for attribute, member in _DESTINATIONS.items()}

ROUTE = Resource(
    type="aws_route",
    service="ec2",
    label="Route",
    create=Call("CreateRoute"),
    id=_route_id,
    aliases={"EgressOnlyInternetGatewayId": "egress_only_gateway_id"},
    exists=("RouteAlreadyExists",),
    read=Read(
        Call("DescribeRouteTables", send={"RouteTableIds": "route_table_id"}, match=False),
        item=_pick_route,
        shape="RouteTables[0].Routes[0]",
        gone=("InvalidRoute.NotFound", *_TABLE_GONE),
        more=(lambda task, item: _targets_of(item),),
    ),
    updates=(Update(Call("ReplaceRoute"), when=frozenset(_TARGETS), whole=True),),
    delete=Call("DeleteRoute", send={"RouteTableId": "route_table_id", **_DELETED_BY}, match=False),
    import_attributes=_import_route,
)


def _pick_association(task: Task, answer: Item) -> Item | None:
    tables = answer["RouteTables"]
    every = (association for table in tables for association in table.get("Associations", ()))
    return next((one for one in every if one["RouteTableAssociationId"] == task.id), None)


def _move_association(task: Task) -> None:
    """Replace the association, which gets a new id."""
    answer = task.call("ReplaceRouteTableAssociation", AssociationId=task.id, RouteTableId=task.get("route_table_id"))
    task.id = answer.get("NewAssociationId") or _association_of(task)


def _association_of(task: Task) -> str:
    """The id of the target's current association."""
    target = task.get("subnet_id") or task.get("gateway_id")
    tables = task.call("DescribeRouteTables", RouteTableIds=[task.get("route_table_id")])["RouteTables"]
    for association in tables[0].get("Associations", ()) if tables else ():
        if target in (association.get("SubnetId"), association.get("GatewayId")):
            return str(association["RouteTableAssociationId"])
    raise ProviderError(f"No association found between route table {task.get('route_table_id')} and {target}")


def _import_association(task: Task) -> Mapping[str, Any]:
    target, _, table = (task.id or "").partition("/")
    task.values |= {"route_table_id": table, "subnet_id": target}
    return {"id": _association_of(task), "route_table_id": table}


def _disassociate(task: Task) -> None:
    with accepted("InvalidAssociationID.NotFound", *_TABLE_GONE):
        task.call("DisassociateRouteTable", AssociationId=task.id)


ASSOCIATION = Resource(
    type="aws_route_table_association",
    service="ec2",
    label="Route Table Association",
    create=Call("AssociateRouteTable"),
    id="AssociationId",
    listing=Listing(
        Call("DescribeRouteTables", send={"RouteTableIds": "route_table_id"}, match=False),
        ids="RouteTables[].Associations[].RouteTableAssociationId",
    ),
    exists=("Resource.AlreadyAssociated",),
    read=Read(
        Call(
            "DescribeRouteTables",
            send={"Filters": lambda t: [{"Name": "association.route-table-association-id", "Values": [t.id]}]},
            match=False,
        ),
        item=_pick_association,
        shape="RouteTables[0].Associations[0]",
        gone=("InvalidAssociationID.NotFound", *_TABLE_GONE),
    ),
    updates=(_move_association,),
    delete=_disassociate,
    import_attributes=_import_association,
)

ENTRIES = (ROUTE_TABLE, ROUTE, ASSOCIATION)
