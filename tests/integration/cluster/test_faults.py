"""Each fault of `make faults`, with a few calls in progress: nothing is lost but what has to be."""

import pytest

from trunkline.faults.catalogue import FAULTS, Trial
from trunkline.faults.field import Field
from trunkline.faults.trial import SMALL

TRIED = [fault for fault in FAULTS if fault.fits_shape(SMALL.shape)]


@pytest.mark.timeout(420)
@pytest.mark.parametrize("fault", TRIED, ids=lambda it: it.name)
async def test_a_fault_costs_no_more_than_it_may(field: Field, fault: Trial):
    outcome = await fault.tried(field, SMALL)

    assert outcome.ok, outcome
