"""What the parts of a stack are called, and where they live, follows from how many there are."""

from pathlib import Path

import pytest

from devstack.datastores import DataStores
from devstack.environments import Environments
from trunkline.plan import AddressPlan
from trunkline.shape import CLUSTER, SINGLE, Shape

PLAN = AddressPlan(77)


def test_where_there_is_one_of_each_nothing_has_a_number():
    assert SINGLE.name_of("edge", 1, "kamailio") == "kamailio"
    assert SINGLE.name_of("api", 1) == "api"
    assert SINGLE.folder_of("node", 1) == "node"


def test_a_part_that_joins_later_has_a_number():
    assert SINGLE.name_of("node", 2, "asterisk") == "node-2-asterisk"


def test_where_there_are_several_everything_has_a_number():
    assert CLUSTER.name_of("edge", 1, "kamailio") == "edge-1-kamailio"
    assert CLUSTER.name_of("api", 2) == "api-2"
    assert CLUSTER.folder_of("node", 1) == "node-1"


@pytest.mark.parametrize("shape", [SINGLE, CLUSTER, Shape(edges=9, nodes=9, apis=9, redises=9, cassandras=9)])
def test_no_two_parts_share_an_address(shape: Shape):
    listeners = PLAN.listeners(shape) | DataStores(PLAN, Path("/run/here"), shape).listeners()
    places = list(listeners.values())

    assert len(places) == len(set(places))


def test_a_node_prefers_an_edge_of_its_own_and_knows_all():
    environments = Environments(PLAN, Path("/run/here"), CLUSTER)

    edges = [environments.node(index=index)["TRUNKLINE_EDGE_INTERNAL"] for index in (1, 2)]

    assert edges == ["127.77.10.1:5062,127.77.10.2:5062", "127.77.10.2:5062,127.77.10.1:5062"]


@pytest.mark.parametrize("count", [0, 10])
def test_a_shape_without_a_part_or_with_too_many_is_none(count: int):
    with pytest.raises(ValueError, match="1 to 9"):
        Shape(nodes=count)
