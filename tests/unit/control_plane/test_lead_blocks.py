"""Leads packed in blocks come out as they went in, and a row's place does not depend on what else was refused."""

import io

import pytest

from callmodel.ids import LeadId, ListId
from control_plane.features.lists.packing import block_count, blocks_of
from control_plane.leads.blocks import BLOCK_ROWS, Block, StoredLead, bucket_of, lead_id_of, place_of
from leadimport.cleaning import Cleaner
from leadimport.mapping import ColumnMapping
from leadimport.numbersets import NumberSet
from leadimport.opening import open_list
from leadimport.reasons import Reason
from leadimport.rules import Rules

BOUGHT = ListId("bought")
FIELDS = ColumnMapping("phone", {"name": "name", "note": "note"})


def imported(text: str, mapping: ColumnMapping = FIELDS, *forbidden: int) -> list[StoredLead]:
    """Return the leads of a file, packed and unpacked."""
    opened = open_list(io.BytesIO(text.encode()), mapping)
    sets = {Reason.DO_NOT_CALL: (NumberSet.of(forbidden),)} if forbidden else {}
    cleaner = Cleaner(Rules("CN", sets=sets))
    leads, first = [], 0
    for judged in cleaner.clean(opened.file, opened.size):
        for number, block in blocks_of(judged, cleaner.places, opened.file.layout.fields, first):
            leads += Block.unpack(block.pack()).leads(BOUGHT, number)
        first += block_count(judged)
    return leads


def test_a_lead_keeps_its_number_its_kind_and_its_cells():
    leads = imported('phone,name,note\n13812345678,王伟,"says ""hi"",\nloudly"\n+442079460000,Ann,\n12,no,x\n')

    first, second = leads
    assert (first.number, first.region, first.line_type) == ("+8613812345678", "CN", "mobile")
    assert first.province and first.carrier
    assert first.cells == {"name": "王伟", "note": 'says "hi",\nloudly'}
    assert (second.number, second.region, second.cells["name"], second.line) == ("+442079460000", "GB", "Ann", 4)


def test_leads_without_fields_keep_no_text():
    (lead,) = imported("phone,name\n13812345678,secret name\n", ColumnMapping("phone"))

    assert lead.cells == {}


def test_a_leads_id_follows_from_the_file_alone():
    text = "phone,name,note\n" + "".join(f"138{row:08},{row},\n" for row in range(5000))
    whole = {lead.number: lead.lead_id for lead in imported(text)}
    others = {lead.number: lead.lead_id for lead in imported(text, FIELDS, *range(8613800000000, 8613800004000))}

    assert len(whole) == 5000 and len(others) == 1000
    assert all(whole[number] == lead_id for number, lead_id in others.items())
    assert whole["+8613800004321"] == "bought.4321"


@pytest.mark.parametrize("row", [0, BLOCK_ROWS - 1, BLOCK_ROWS, 123_456_789])
def test_an_id_names_its_place(row: int):
    block, place = divmod(row, BLOCK_ROWS)

    assert place_of(lead_id_of(BOUGHT, block, place)) == (BOUGHT, block, place)
    assert bucket_of(block) == block // 64


@pytest.mark.parametrize(
    "text", ["", "bought", "bought.", "bought.x", "bought.-1", "bought.٣", "bought.1234567890123"]
)
def test_other_texts_are_no_ids(text: str):
    with pytest.raises(ValueError):
        place_of(LeadId(text))


def test_a_place_that_was_refused_has_no_lead():
    opened = open_list(io.BytesIO(b"phone\n13812345678\n12\n13912345678\n"), ColumnMapping("phone"))
    cleaner = Cleaner(Rules("CN"))
    ((_, block),) = [
        each for judged in cleaner.clean(opened.file) for each in blocks_of(judged, cleaner.places, {}, 0)
    ]

    assert [block.row_at(place) for place in range(4)] == [0, None, 1, None]
