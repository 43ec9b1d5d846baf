"""What is compared side by side is measured in turns that favour no setting."""

from pedidos_bench.measures.side_by_side import turns

SETTINGS = ["off", "on", "all traced"]


def test_every_setting_comes_at_every_place_once() -> None:
    rounds = [turns(SETTINGS, number) for number in range(len(SETTINGS))]
    for place in zip(*rounds, strict=True):
        assert sorted(place) == sorted(SETTINGS)


def test_the_turns_begin_anew_after_each_setting_came_first() -> None:
    assert turns(SETTINGS, len(SETTINGS)) == SETTINGS
