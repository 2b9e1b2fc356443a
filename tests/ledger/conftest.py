from ledger.testing import lift_before_flush

lift_before_flush()
