"""A list's way from bought numbers to numbers that may be dialled: who falls, where, and why."""

import json

from leadimport.cleaning import known_plans
from leadimport.mapping import ColumnMapping
from leadimport.numbersets import NumberSet
from leadimport.reasons import EXPLANATIONS, Reason
from leadimport.rules import NumberTimes, Rules
from tests.unit.leadimport.lists import a_column, clean

ANA, BEN, CAN, DAN = 8613812345678, 8613912345678, 12125552368, 442079460018
DAY = 86400.0


def test_a_bought_list_becomes_dial_ready():
    rules = Rules(
        blocked_regions=frozenset({"US"}),
        blocked_line_types=frozenset({"premium-rate"}),
        sets={
            Reason.DO_NOT_CALL: (NumberSet.of([BEN]), NumberSet.of([8613700000000])),
            Reason.DEAD: (NumberSet.of([8613600000000]),),
            Reason.IN_TENANT: (NumberSet.of([8613500000000]),),
        },
    )
    found = clean(
        a_column([
            "13812345678", "+86 139-1234-5678", "13700000000", "13600000000", "+1 212 555 2368", "16812345",
            "0138-12345678", "13500000000", "+44 20 7946 0018", "138123", "020 8888 8888",
        ]),
        rules,
    )  # fmt: skip

    assert found.accepted == [f"+{ANA}", f"+{DAN}", "+862088888888"]
    assert found.reasons == {
        3: "do-not-call", 4: "do-not-call", 5: "dead", 6: "blocked-region", 7: "blocked-line-type",
        8: "twice-in-file", 9: "in-tenant", 11: "invalid",
    }  # fmt: skip
    assert found.summary.rows == 11
    assert found.summary.accepted == 3
    assert found.summary.refused[Reason.DO_NOT_CALL] == 2
    assert found.summary.regions == {"CN": 2, "GB": 1}
    assert found.summary.line_types == {"fixed-line": 2, "mobile": 1}


def test_of_equal_numbers_the_first_that_may_be_dialled_stands():
    found = clean(a_column(["13812345678", "+8613812345678", "13812345678 ", "13912345678"]))

    assert found.accepted == [f"+{ANA}", f"+{BEN}"]
    assert found.reasons == {3: "twice-in-file", 4: "twice-in-file"}


def test_twice_is_found_over_a_whole_long_file():
    numbers = [f"138{number:08}" for number in range(40_000)]
    found = clean(a_column([*numbers, *numbers]))

    assert len(found.accepted) == 40_000
    assert found.summary.refused == {Reason.TWICE_IN_FILE: 40_000}


def test_mobile_numbers_have_province_city_and_carrier():
    found = clean(a_column(["13706690743", "010 6552 9988", "+44 20 7946 0018"]))

    assert found.summary.areas == {"浙江 温州": 1, "北京市": 1, "London": 1}
    assert found.summary.carriers["移动"] == 1


def test_the_tenants_region_says_whose_numbers_are_short():
    assert clean(a_column(["2125552368"]), Rules(region="US")).accepted == [f"+{CAN}"]
    assert clean(a_column(["2125552368"]), Rules(region="DE")).accepted != [f"+{CAN}"]


def test_the_same_column_is_found_by_name_index_and_looks():
    text = "id,Customer,Kontakt\n1,A,13812345678\n2,B,13912345678\n"

    for mapping in (None, ColumnMapping(number="Kontakt"), ColumnMapping(number=2)):
        assert clean(text, mapping=mapping).accepted == [f"+{ANA}", f"+{BEN}"]
    assert clean("13812345678\n13912345678\n").accepted == [f"+{ANA}", f"+{BEN}"]
    assert clean("a;b|c\t;13812345678\n").accepted == [f"+{ANA}"]


def test_a_mapping_is_kept_as_a_template():
    mapping = ColumnMapping(number="Kontakt", fields={"name": "Customer"}, header=True)
    saved = ColumnMapping.from_dict(json.loads(json.dumps(mapping.to_dict())))

    assert saved == mapping
    assert clean("id,Customer,Kontakt\n1,A,1\n", mapping=saved).opened.file.layout.fields == {"name": 1}


def test_the_refused_file_has_each_row_as_it_was_with_line_and_reason():
    found = clean('name,mobile,note\nA,12,"x, ""y"""\n王,13812345678,\nB,n/a,z\n')

    assert found.refused == 'line,reason,name,mobile,note\n2,too-short,A,12,"x, ""y"""\n4,not-a-number,B,n/a,z\n'


def test_the_refused_file_is_delimited_as_the_list_is():
    assert clean("name;mobile\nA;12\n").refused == "line;reason;name;mobile\n2;too-short;A;12\n"


def test_nothing_in_the_refused_file_is_a_formula():
    cells = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "  =2", "＝3", "＋4"]
    rows = [f'{cell},12,"{cell}","x;{cell}"' for cell in cells]
    found = clean("\n".join(["name,mobile,note,=HEAD", *rows]) + "\n")

    assert found.summary.refused == {Reason.TOO_SHORT: len(cells)}
    for line in found.refused.splitlines():
        for cell in line.replace('"', "").replace(";", ",").split(","):
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋")), line


def test_dead_numbers_are_dead_until_they_expire():
    now = 100 * DAY
    dead = NumberTimes.of([(ANA, now - 10 * DAY), (BEN, now - 40 * DAY)])

    rules = Rules(sets={Reason.DEAD: (dead.since(now - 30 * DAY),)})
    assert clean(a_column(["13812345678", "13912345678"]), rules).accepted == [f"+{BEN}"]


def test_frequency_caps_count_the_calls_of_a_window():
    now = 100 * DAY
    calls = NumberTimes.of([(ANA, now - hour * 3600) for hour in (1, 2, 30)] + [(BEN, now - 3600)])

    assert calls.often(now - DAY, 2).numbers().tolist() == [ANA]
    assert calls.often(now - DAY, 3).numbers().tolist() == []
    assert calls.often(now - 2 * DAY, 1).numbers().tolist() == [ANA, BEN]


def test_every_reason_is_explained():
    assert EXPLANATIONS.keys() == set(Reason) - {Reason.ACCEPTED}


def test_plans_are_compiled_once_a_process():
    assert known_plans() is known_plans()
