"""One of two files of the same name, each with a helper of the same name beside it."""

from __future__ import annotations

import helper

SIDE = helper.SIDE


def test_finds_the_helper_beside_it():
    import helper as again

    assert (SIDE, helper.SIDE, again.SIDE) == ("right", "right", "right")


def test_finds_a_helper_first_imported_in_the_call():
    import late_helper

    assert late_helper.SIDE == "right"


def test_is_importable_by_its_own_name():
    import test_same_name

    assert test_same_name.SIDE == "right"


def test_uses_the_fixture_of_its_folder(side):
    assert side == "right"
