"""The states of an option and the order that makes them solvable backwards."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.durability.cases import LEVELS, one_phase, three_phases

from servanda.domain.errors import ModelError
from servanda.durability.model import Plan, PlanPhase, Start
from servanda.durability.states import EXIT, State, lay_out


@pytest.mark.parametrize(
    ("flags", "count"),
    [
        ({}, 72),
        ({"truce": True}, 144),
        ({"truce": True, "collapse": True}, 216),
        ({"collapse": True}, 72),
        ({"forces": False}, 36),
        ({"alignment": False}, 24),
        ({"credibility": False}, 24),
        ({"forces": False, "alignment": False, "credibility": False}, 4),
    ],
)
def test_collapsed_dimensions_save_states(flags: dict[str, bool], count: int) -> None:
    assert len(lay_out(one_phase(**flags), LEVELS, Start(), 4)) == count


def test_edges_between_blocks_only_lead_to_later_blocks() -> None:
    graph = lay_out(three_phases(), LEVELS, Start(), 4).graph
    block_of = np.repeat(np.arange(graph.block.size - 1), np.diff(graph.block))
    for s in range(graph.row.size):
        for e in range(graph.edge_ptr[s], graph.edge_ptr[s + 1]):
            if graph.edge_to[e] < graph.row.size:
                assert block_of[graph.edge_to[e]] >= block_of[s]
        assert block_of[graph.up[s]] == block_of[graph.down[s]] == block_of[s]
        assert block_of[graph.fray[s]] == block_of[s]
    assert np.diff(graph.block).max() <= 27


def test_every_state_can_be_reached() -> None:
    table = lay_out(three_phases(), LEVELS, Start(posture=1), 4)
    graph, seen, todo = table.graph, {table.graph.start}, [table.graph.start]
    while todo:
        s = todo.pop()
        edges = graph.edge_to[graph.edge_ptr[s] : graph.edge_ptr[s + 1]]
        for target in [*edges, graph.up[s], graph.down[s]]:
            if target < len(table) and int(target) not in seen:
                seen.add(int(target))
                todo.append(int(target))
    assert len(seen) == len(table)


def test_a_phase_tracks_what_a_later_phase_needs() -> None:
    plan = Plan(
        "later",
        (
            PlanPhase(0, np.ones(1), forces=False, alignment=False, credibility=False),
            PlanPhase(1, np.zeros(1), forces=False, credibility=False),
        ),
    )
    states = lay_out(plan, LEVELS, Start(), 4).states
    assert {s.alignment for s in states if s.phase == 0} == {0, 1, 2}
    assert {s.credibility for s in states} == {2}


def _targets(table_plan: Plan, state: State) -> list[State]:
    table = lay_out(table_plan, LEVELS, Start(), 4)
    s, graph = table.states.index(state), table.graph
    edges = range(graph.edge_ptr[s], graph.edge_ptr[s + 1])
    return [table.states[graph.edge_to[e]] for e in edges if graph.edge_code[e] >= EXIT]


def test_a_frayed_truce_holds_up_the_next_phase_and_a_kept_one_does_not() -> None:
    frayed = State(0, 1, 0, 1, 2, 1)
    assert _targets(three_phases(), frayed) == []
    kept = State(0, 1, 0, 1, 2, 0)
    assert _targets(three_phases(), kept) == [State(1, 1, 0, 1, 2, 0)]


def test_forces_that_left_stay_away() -> None:
    gone = State(1, 3, 1, 0, 1, 0)
    assert _targets(three_phases(), gone) == [State(2, 3, 1, 0, 1, 0)]


def test_probes_move_credibility_and_fray_the_truce() -> None:
    table = lay_out(three_phases(), LEVELS, Start(), 4)
    for state, up, down in zip(table.states, table.graph.up, table.graph.down, strict=True):
        frayed = max(state.frayed, int(state.phase < 2))
        assert table.states[up].credibility == min(state.credibility + 1, 2)
        assert table.states[down].credibility == max(state.credibility - 1, 0)
        assert table.states[up].frayed == table.states[down].frayed == frayed


def test_a_collapsed_truce_leads_nowhere_and_does_not_mend() -> None:
    table = lay_out(three_phases(), LEVELS, Start(), 4)
    collapsed = [s for s, state in enumerate(table.states) if state.frayed == 2]
    assert {table.states[s].phase for s in collapsed} == {0}
    graph = table.graph
    for s in collapsed:
        edges = range(graph.edge_ptr[s], graph.edge_ptr[s + 1])
        targets = [graph.edge_to[e] for e in edges if graph.edge_to[e] < len(table)]
        assert {table.states[t].frayed for t in targets} <= {2}
        assert {table.states[t].phase for t in targets} <= {0}


def test_a_truce_still_kept_charges_what_it_forbids_and_a_word_is_broken_only_where_given() -> None:
    table = lay_out(three_phases(), LEVELS, Start(), 4)
    for state, toll, broken in zip(table.states, table.graph.toll, table.graph.broken, strict=True):
        forbidden = [1.0, 0.0, 1.0, 0.0]
        assert list(toll) == (forbidden if state.phase == 0 and state.frayed == 0 else [0.0] * 4)
        assert list(broken) == (forbidden if state.phase == 1 else [0.0] * 4)


def test_flags_for_another_number_of_kinds_are_refused() -> None:
    with pytest.raises(ModelError, match="covered of phase 1 of option 'three' speaks of 4 kinds"):
        lay_out(three_phases(), LEVELS, Start(), 3)


def test_labels_are_words() -> None:
    assert State(0, 2, 1, 0, 1, 1).label() == (
        "phase 1, posture 2, credibility 0, forces gone, alignment 1, truce frayed"
    )
