"""The drawings: every place has its box, and every pipe its ends."""

from itertools import combinations, pairwise

import pytest

from pedidos.processes.web.operator.order_map.places import DRAWINGS, PIPES, TALL, WIDE, Drawing, Place


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing.name)
def test_all_boxes_are_inside_and_apart(drawing: Drawing) -> None:
    assert set(drawing.centres) == set(Place)
    (width, height), (box_width, box_height) = drawing.size, drawing.box
    for x, y in drawing.centres.values():
        assert box_width / 2 <= x <= width - box_width / 2
        assert box_height / 2 <= y <= height - box_height / 2
    for (ax, ay), (bx, by) in combinations(drawing.centres.values(), 2):
        assert abs(ax - bx) > box_width or abs(ay - by) > box_height


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing.name)
def test_a_pipe_goes_from_its_first_place_to_its_second_without_slopes(drawing: Drawing) -> None:
    for begin, end in PIPES:
        points = drawing.pipe(begin, end)
        assert (points[0], points[-1]) == (drawing.centres[begin], drawing.centres[end])
        assert drawing.pipe(end, begin) == points[::-1]
        for (ax, ay), (bx, by) in pairwise(points):
            assert ax == bx or ay == by
        assert all(0 <= x <= drawing.size[0] and 0 <= y <= drawing.size[1] for x, y in points)


def test_a_phone_shows_the_tall_one_at_its_own_size() -> None:
    assert TALL.size[0] <= 350 < WIDE.size[0]
