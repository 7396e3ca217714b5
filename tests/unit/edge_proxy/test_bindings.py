"""Contacts of one station: a phone that comes back from elsewhere takes its own place, and nobody else's."""

import pytest

from edge_proxy.registration import MOST_CONTACTS, Binding, address_of, instance_of, names_another_way, superseded

HERE, THERE = "198.51.100.7", "203.0.113.9"


def binding(port: int, *, address: str = HERE, agent: str = "Softphone 5", instance: str = "") -> Binding:
    return Binding(f"b{port}", f"sip:1001@{address}:{port}", address, agent, instance, modified=port)


def test_a_phone_that_comes_from_another_port_each_time_takes_its_oldest_place():
    known = [binding(port) for port in range(1, MOST_CONTACTS + 1)]

    assert superseded(known, binding(99)) == ["b1"]
    assert superseded(known[:2], binding(99)) == [], "two phones of one make may sit behind one address"
    assert superseded(known, binding(3)) == [], "it is there"


def test_other_phones_of_the_station_keep_their_places():
    desk = [binding(port, agent="Desk") for port in (1, 2)]
    elsewhere = [binding(port, address=THERE) for port in (3, 4)]

    assert superseded([*desk, *elsewhere, binding(5)], binding(99)) == ["b5"]
    assert superseded([*desk, *elsewhere, binding(5, agent="Other")], binding(99)) == []


def test_a_phone_with_an_instance_id_is_known_anywhere():
    phone = binding(1, instance="urn:uuid:1")

    assert superseded([phone, binding(2)], binding(9, address=THERE, instance="urn:uuid:1")) == ["b1"]
    assert superseded([phone], binding(9, instance="urn:uuid:2")) == []


def test_a_phone_that_was_set_up_anew_each_time_takes_its_oldest_place():
    known = [binding(port, instance=f"urn:uuid:{port}") for port in range(1, MOST_CONTACTS + 1)]

    assert superseded(known, binding(99, instance="urn:uuid:99")) == ["b1"]
    assert superseded(known, binding(99, instance="urn:uuid:2")) == ["b2"], "one place is enough"
    assert superseded(known, binding(99, address=THERE, instance="urn:uuid:99")) == [], "those may be others' phones"


def test_where_a_phone_is_and_which_it_is():
    assert address_of("sip:1001@10.0.0.9:5060;alias=198.51.100.7~40000~1") == HERE
    assert address_of("sip:1001@x.invalid;transport=ws", "sip:198.51.100.7:4000;transport=ws") == HERE
    assert address_of("sip:1001@198.51.100.7:5060") == HERE
    assert instance_of('<sip:1@2>;+sip.instance="<urn:uuid:AB>";reg-id=1') == "urn:uuid:ab"
    assert instance_of("<sip:1@2>") == ""


@pytest.mark.parametrize(
    ("contact", "found"),
    [
        ("<sip:1@2;alias=3~4~1>", True),
        ('"a > b" <sip:1@2;received=3>;expires=5', True),
        ("sip:1@2;received=3", True),
        ("<sip:1@2;MADDR = 3>", True),
        ('<sip:1@2:5>;expires=300;received="sip:2:5";+sip.instance="<urn:uuid:1>"', False),
        ('";received=3>" <sip:1@2>', False),
        ("<sip:1@2;transport=tcp>", False),
    ],
)
def test_only_the_uri_of_a_contact_leads_another_way_once_it_is_registered(contact: str, found: bool):
    assert names_another_way(contact, registers=False) is found
    assert names_another_way(contact, registers=True) is ("received" in contact.lower() or found)
