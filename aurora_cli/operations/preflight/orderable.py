"""Ask AWS, beside Terraform's plan, whether version, classes, zones, storage and features go together in the Region.

Without that, a combination that AWS does not offer fails in the middle of an apply, with the cluster there and no instance in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import AuroraError, SpecInvalid
from aurora_cli.events import Emit, Note
from aurora_cli.operations.core.concern import Change, Concern, Shown
from aurora_cli.problem import Problem
from aurora_cli.spec.derived.members import members_of
from aurora_cli.spec.derived.regions import regions_of, secondary_spec
from aurora_cli.spec.facts.features import FEATURES, given_services
from aurora_cli.spec.facts.versions import rendered_version
from aurora_cli.spec.values.quantities import format_acu
from aurora_cli.terraform.state.addresses import CLUSTER_ADDRESS, in_region, region_of

if TYPE_CHECKING:
    from aurora_cli.aws.engine.orderable import Offer, Offers
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.terraform.plan.plan import Plan, ResourceChange

CHECK = "orderable"
_OF_A_REGION = ("instances.", "network.")
SERVERLESS = "db.serverless"
_MOST_ALTERNATIVES = 3
_Breach = tuple[str, str, str | None]


class OrderableCheck:
    """The check of one spec.

    Args:
        app: for the API client.
        spec: the spec to reach.
        before: the spec that the cluster was last brought to, or None.
        emit: told when AWS could not be asked.
        prefix: of the paths in what it finds, for the cluster of a secondary Region.
    """

    def __init__(
        self, app: AppContext, spec: ClusterSpec, before: ClusterSpec | None, emit: Emit, prefix: str = ""
    ) -> None:
        self.app, self.spec, self.emit, self.prefix = app, spec, emit, prefix
        self.differs = before is None or asked_about(before) != asked_about(spec)

    def run(self) -> Offers | None:
        """Ask, and refuse what AWS does not offer. Raises SpecInvalid with every breach.

        Returns:
            What AWS offers; None when it could not be asked.
        """
        from aurora_cli.aws.engine.orderable import read_offers

        rds = self.app.aws(self.spec.region).client("rds")
        try:
            offers = read_offers(rds, self.spec.engine, rendered_version(self.spec))
        except AuroraError as error:
            self._fall_back(error)
            return None
        self.refuse(breaches(self.spec, offers))
        return offers

    def refuse(self, found: Iterable[_Breach]) -> None:
        """Raises SpecInvalid with every breach, if there is one."""
        problems = [
            Problem(
                f"{self.prefix if path.startswith(_OF_A_REGION) else ''}{path}",
                message,
                hint=hint,
                check=CHECK,
                source="the RDS API",
            )
            for path, message, hint in found
        ]
        if problems:
            count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
            raise SpecInvalid(f"AWS does not offer what the spec asks for: {count}", problems=problems, hint=_SKIP)

    def _fall_back(self, error: AuroraError) -> None:
        from aurora_cli.spec.facts.tables import table

        text = f"The orderable options could not be read from AWS; the packaged table of {table('classes')['read']} is used."
        self.emit(Note(f"{text} {error.message}", level="warning", hint=error.hint))


_SKIP = "If AWS has changed since, skip the check with --skip-check orderable."


class Orderable(Concern):
    """The check of a change, in every Region of it, and the choice of zones that offer its classes.

    Zones of a new VPC are AWS's first ones, and one of them may lack a class: the plan then shows it, and is made again with the
    zones that offer every class. They are kept, so that the VPC stays in them.
    """

    def __init__(self, change: Change) -> None:
        super().__init__(change)
        self._asked: list[tuple[OrderableCheck, Offers]] = []

    def ask_aws(self) -> None:
        """Ask where something changed that the check reads, or a cluster is made. Raises SpecInvalid with every breach."""
        if CHECK in self.options.skip_checks:
            return
        before, addresses, emit = self.context.before, self.change.addresses, self.options.emit
        home = OrderableCheck(self.app, self.spec, before, emit)
        if home.differs or CLUSTER_ADDRESS not in addresses:
            self._ask(home)
        for region, given in regions_of(self.spec).items():
            if given.headless:
                continue
            was = secondary_spec(before, region) if before and region in regions_of(before) else None
            own = secondary_spec(self.spec, region)
            check = OrderableCheck(self.app, own, was, emit, prefix=f"global.regions.{region}.")
            if check.differs or in_region(region, CLUSTER_ADDRESS) not in addresses:
                self._ask(check)

    def _ask(self, check: OrderableCheck) -> None:
        offers = check.run()
        if offers is not None:
            self._asked.append((check, offers))

    def plans_again(self, plan: Plan) -> bool:
        """Whether a zone of a subnet that is created lacks a class, so that others are to be chosen."""
        chosen = dict(self.stack.record.offered_zones)
        for check, offers in self._asked:
            spec, fit = check.spec, zones_with_all(check.spec, offers)
            made = {str(c.after.get("availability_zone")) for c in self._created(plan, check, "aws_subnet")}
            if fit and not isinstance(spec.network.zones, list) and made - fit:
                chosen[spec.region] = tuple(sorted(fit))
        again = chosen != dict(self.stack.record.offered_zones)
        if again:
            self.values = {"offered_zones": tuple(sorted(chosen.items()))}
        return again

    def review(self, plan: Plan) -> Shown:
        """Refuse an instance in a zone that does not offer its class. Raises SpecInvalid."""
        for check, offers in self._asked:
            check.refuse(_placed(check.spec, offers, self._created(plan, check, "aws_rds_cluster_instance")))
        return Shown()

    def _created(self, plan: Plan, check: OrderableCheck, kind: str) -> list[ResourceChange]:
        region = check.spec.region if check.prefix else None
        return [c for c in plan.changes if c.type == kind and c.action == "create" and region_of(c.address) == region]


def asked_about(spec: ClusterSpec) -> tuple[Any, ...]:
    """The part of a spec that the check reads."""
    credentials = spec.credentials
    return (
        rendered_version(spec),
        {member.class_name for member in members_of(spec)},
        {key: own.zone for key, own in spec.instances.overrides.items()},
        spec.instances.acu,
        spec.storage,
        spec.network.ip_version,
        spec.network.zones,
        spec.monitoring.insights is not None,
        (credentials.iam_authentication, credentials.domain is not None),
        sorted(given_services(spec)),
    )


def breaches(spec: ClusterSpec, offers: Offers) -> Iterator[_Breach]:
    """(path, what is wrong, a legal alternative) of everything that AWS does not offer."""
    if not offers.versions:
        yield _version(spec)
        return
    for class_name, path in _classes(spec).items():
        offer = offers.classes.get(class_name)
        if offer is None:
            where = f"{spec.engine} {offers.version} in {spec.region}"
            yield path, f"{class_name} cannot be ordered with {where}", _nearest(class_name, offers)
        else:
            yield from _features(spec, offer, path, offers)
    yield from _zones(spec, offers)
    yield from _capacity(spec, offers)
    yield from _roles(spec, offers)


def _version(spec: ClusterSpec) -> _Breach:
    from aurora_cli.spec.facts.versions import major_version, newest

    version = rendered_version(spec)
    best = newest(spec.engine, major_version(spec.engine, version)) or newest(spec.engine)
    message = f"{spec.region} does not offer {spec.engine} {version} for new clusters"
    return "engine_version", message, f"the newest known of this major version is `{best}`"


def _classes(spec: ClusterSpec) -> dict[str, str]:
    """Class -> the path that asks for it; the spec's own class first."""
    found: dict[str, str] = {}
    for member in members_of(spec):
        own = spec.instances.overrides.get(member.key)
        path = f"instances.overrides.{member.key}.class" if own is not None and own.class_ else "instances.class"
        found.setdefault(str(member.class_name), path)
    return found


def _features(spec: ClusterSpec, offer: Offer, path: str, offers: Offers) -> Iterator[_Breach]:
    wanted = {
        "storage": (spec.storage in offer.storage, f"storage {spec.storage}"),
        "monitoring.insights": (offer.insights or spec.monitoring.insights is None, "Database Insights"),
        "credentials.iam_authentication": (
            offer.iam or not spec.credentials.iam_authentication,
            "IAM authentication",
        ),
        "credentials.domain": (offer.kerberos or spec.credentials.domain is None, "Kerberos"),
        "network.ip_version": (spec.network.ip_version != "dual" or "DUAL" in offer.networks, "IPv6"),
    }
    for feature, (offered, name) in wanted.items():
        if not offered:
            message = f"{offer.class_} does not support {name}, with {spec.engine} {offers.version} in {spec.region}"
            fitting = [other for other in offers.classes.values() if _goes(other, feature, spec)]
            yield feature if feature != "storage" else path, message, _nearest(offer.class_, offers, fitting)


def _goes(offer: Offer, feature: str, spec: ClusterSpec) -> bool:
    return {
        "storage": spec.storage in offer.storage,
        "monitoring.insights": offer.insights,
        "credentials.iam_authentication": offer.iam,
        "credentials.domain": offer.kerberos,
        "network.ip_version": "DUAL" in offer.networks,
    }[feature]


def zones_with_all(spec: ClusterSpec, offers: Offers) -> frozenset[str]:
    """The zones that offer every class of the spec; empty where AWS names none."""
    found = [offers.classes[name].zones for name in _classes(spec) if name in offers.classes]
    return frozenset.intersection(*found) if found else frozenset()


def _placed(spec: ClusterSpec, offers: Offers, created: Iterable[ResourceChange]) -> Iterator[_Breach]:
    """Instances in a zone without their class, by Terraform's plan: the subnets that exist say which zones there are."""
    network = spec.network
    path = next((f"network.{n}" for n in ("subnet_group", "subnet_ids") if getattr(network, n)), "network.zones")
    for zone, class_ in sorted(
        {(c.after.get("availability_zone"), c.after.get("instance_class")) for c in created}, key=str
    ):
        offer = offers.classes.get(str(class_))
        if zone is None or offer is None or not offer.zones or zone in offer.zones:
            continue
        where = f"use subnets there, or `instances.overrides.N.zone`; it is in: {', '.join(sorted(offer.zones))}"
        yield path, f"{zone} has no {class_} with {spec.engine} {offers.version}", where


def _zones(spec: ClusterSpec, offers: Offers) -> Iterator[_Breach]:
    """Only zones that are named: those of a number are chosen beside the plan."""
    fit = zones_with_all(spec, offers)
    for zone in spec.network.zones if isinstance(spec.network.zones, list) and fit else ():
        if zone not in fit:
            lacks = next(name for name in _classes(spec) if zone not in offers.classes[name].zones)
            message = f"{zone} has no {lacks} with {spec.engine} {offers.version}"
            yield "network.zones", message, f"zones with every class: {', '.join(sorted(fit))}"
    for member in members_of(spec):
        own = spec.instances.overrides.get(member.key)
        offer = offers.classes.get(str(member.class_name))
        if own is None or own.zone is None or offer is None or own.zone in offer.zones:
            continue
        there = ", ".join(sorted(offer.zones)) or "no zone"
        message = f"{own.zone} has no {member.class_name} with {spec.engine} {offers.version}"
        yield f"instances.overrides.{member.key}.zone", message, f"it is in: {there}"


def _capacity(spec: ClusterSpec, offers: Offers) -> Iterator[_Breach]:
    acu, limits = spec.instances.acu, offers.acu
    if acu is None or SERVERLESS not in _classes(spec):
        return
    if limits is None:
        yield "instances.acu", f"{spec.engine} {offers.version} has no Serverless v2 in {spec.region}", None
        return
    low, high = float(limits.get("MinCapacity") or 0), float(limits.get("MaxCapacity") or acu.max)
    if acu.min < low or acu.max > high:
        legal = format_acu(max(acu.min, low), min(acu.max, high))
        message = f"{spec.engine} {offers.version} has {format_acu(low, high)} ACU in {spec.region}"
        yield "instances.acu", message, f"write `acu: {legal}`"


def _roles(spec: ClusterSpec, offers: Offers) -> Iterator[_Breach]:
    """Names under which a role is associated; a version that lists none takes them without a name (Aurora MySQL)."""
    if offers.features is None:
        return
    for service in given_services(spec):
        name = FEATURES[spec.engine].get(service)
        if name is not None and name not in offers.features:
            there = ", ".join(sorted(offers.features))
            message = f"{spec.engine} {offers.version} does not support a role for {name} in {spec.region}"
            yield f"services.{service}", message, f"it supports roles for: {there}"


def _nearest(class_name: str, offers: Offers, among: list[Offer] | None = None) -> str | None:
    """The nearest classes that can be ordered: of the same size first, then of the same family."""
    names = [offer.class_ for offer in (among if among is not None else offers.classes.values())]
    _, _, rest = class_name.partition(".")
    family, _, size = rest.partition(".")
    kind = family[:1]

    def distance(name: str) -> tuple[bool, bool, bool, str]:
        other, _, other_size = name.partition(".")[2].partition(".")
        return other_size != size, other[:1] != kind, other != family, name

    best = sorted((name for name in names if name not in (SERVERLESS, class_name)), key=distance)[:_MOST_ALTERNATIVES]
    return f"nearest that can be: {', '.join(best)}" if best else None
