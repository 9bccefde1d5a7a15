"""Where did the reported call come from, provider by provider?"""

from __future__ import annotations

from dataclasses import replace

from calls.traceback.ways import NOON, REPORT, call, others, provider, silent, told, traced, unanswered
from quivive.calls.traceback.peers import read
from quivive.calls.traceback.record import Record


def three(middle=None):
    """south delivered the call, middle carried it, north's customer made it; their clocks differ."""
    south = provider("south", call("s1", 60, "middle"), *others(60, "middle", None))
    held = middle or provider("middle", call("m1", -80, "north", "south"), *others(-80, "north", "south"))
    north = provider("north", call("n1", 20, "customer-7", "middle"), *others(20, "customer-1", "middle"))
    return [north, held, south]


def test_a_call_is_followed_to_the_customer_who_made_it():
    found = traced(three(), first="south")
    assert told(found) == [("south", "found", "s1"), ("middle", "found", "m1"), ("north", "found", "n1")]
    assert [hop.role for hop in found.hops] == ["terminating", "intermediate", "originating"]
    assert [hop.upstream for hop in found.hops] == ["middle", "north", None]
    assert found.hops[-1].customer == "customer-7"
    assert found.complete
    assert not found.gaps


def test_a_silent_provider_is_a_gap_and_the_way_goes_on_behind_it():
    found = traced(three(silent("middle")), first="south")
    assert told(found) == [("south", "found", "s1"), ("middle", "silent", None), ("north", "found", "n1")]
    assert [(gap.after, gap.missing) for gap in found.gaps] == [("south", "middle")]
    assert found.hops[1].upstream == "north"  # north's own record says so
    assert found.hops[1].deadline == NOON + 86_400
    assert not found.complete


def test_a_provider_that_only_others_name_is_a_gap_too():
    north, _, south = three()
    found = traced(
        [north, south], peers=read(["middle=middle", "north=north", "south=south"], ["north", "south"])
    )
    assert ("middle", "silent", None) in told(found)


def test_two_silent_neighbours_are_both_named_and_what_is_between_them_is_open():
    north = provider("north", call("n1", 20, "customer-7", "east"), *others(20, "customer-1", "east"))
    south = provider("south", call("s1", 60, "middle"), *others(60, "middle", None))
    found = traced([north, silent("east"), silent("middle"), south])
    assert [hop.provider for hop in found.hops] == ["south", "middle", "east", "north"]
    assert {gap.missing for gap in found.gaps} == {"middle", "east", None}
    assert any("not covered" in gap.why for gap in found.gaps)


def test_records_that_lack_the_call_are_a_gap():
    lacking = provider("middle", *others(-80, "north", "south"))
    found = traced(three(lacking))
    assert found.hops[1].state == "not-found"
    assert found.gaps[0].missing == "middle"
    assert found.hops[-1].record == "n1"


def test_a_refusal_is_told_as_one():
    found = traced(three(replace(silent("middle"), state="refused")))
    assert found.hops[1].state == "refused"
    assert "will not tell" in found.gaps[0].why


def test_two_calls_that_nothing_tells_apart_are_ambiguous_all_the_way():
    south = provider("south", unanswered("s1", 0, "north"), unanswered("s2", 50, "north"))
    north = provider(
        "north", unanswered("n1", 10, "customer-1", "south"), unanswered("n2", 60, "customer-1", "south")
    )
    found = traced([north, south])
    assert [(hop.state, hop.candidates, hop.upstream) for hop in found.hops] == [
        ("ambiguous", 2, "north"), ("ambiguous", 2, None)]  # fmt: skip
    assert all(hop.record is None for hop in found.hops)
    assert not found.complete


def test_the_neighbours_clocks_tell_repeated_calls_apart():
    south = provider("south", call("s1", 0, "middle"), *others(0, "middle", None))
    again = [call(f"m{at}", 40 + 61 * at, "north", "south") for at in (-1, 0, 1)]
    middle = provider("middle", *again, *others(40, "north", "south"))
    assert traced([middle, south]).hops[1].record == "m0"


def test_another_call_that_needs_the_record_keeps_it():
    south = provider(
        "south", call("s1", 0, "middle"), call("s2", 170, "middle", calling="13105550199", seconds=46.0)
    )
    middle = provider("middle", call("m2", 171, "north", "south", calling=None, seconds=46.0))
    found = traced([middle, south])
    assert found.hops[1].state in ("ambiguous", "not-found")


def test_a_replaced_calling_number_is_told_and_followed():
    middle = provider(
        "middle", call("m1", -80, "north", "south", calling="13105550123"), *others(-80, "north", "south")
    )
    north = provider(
        "north", call("n1", 20, "customer-7", "middle", calling="13105550123"), *others(20, None, "middle")
    )
    south = provider("south", call("s1", 60, "middle"), *others(60, "middle", None))
    found = traced([north, middle, south], first="south")
    assert found.complete
    assert "replaced" in found.hops[1].why
    assert found.hops[1].calling == "13105550123"


def test_several_calls_at_once_are_told_apart_by_caller():
    south = provider("south", call("s1", 0, "middle"), call("s2", 1, "middle", calling="13105550111"),
                     call("s3", 2, "middle", calling="13105550112"))  # fmt: skip
    middle = provider(
        "middle",
        call("m3", 61, "north", "south", calling="13105550112"),
        call("m1", 62, "north", "south"),
        call("m2", 60, "north", "south", calling="13105550111"),
    )
    assert traced([middle, south]).hops[1].record == "m1"


def test_a_route_tried_in_vain_is_not_the_way():
    north = provider("north", unanswered("n0", 20, "customer-7", "dead-end", code=503, call_id="x"),
                     call("n1", 20, "customer-7", "south", call_id="x", ring=14.0))  # fmt: skip
    dead = provider("dead-end", unanswered("d1", -30, "north", None, code=503, ring=1.0))
    south = provider("south", call("s1", 64, "north"))
    found = traced([north, dead, south])
    assert told(found) == [("south", "found", "s1"), ("north", "found", "n1")]


def test_a_trunk_that_nobody_named_is_a_gap_not_an_origin():
    south = provider("south", call("s1", 0, "TG-4711"))
    found = traced([south])
    assert found.hops[0].role == "terminating"
    assert found.gaps[0].after == "south"
    assert "TG-4711" in found.gaps[0].why


def test_whom_an_unnamed_trunk_belongs_to_can_stand_in_the_others_records():
    south = provider("south", call("s1", 0, "TG-4711"), *others(0, "TG-4711", None))
    north = provider("north", call("n1", 20, "customer-7", "south"), *others(20, "customer-1", "south"))
    found = traced([north, south], first="south")
    assert found.hops[0].upstream == "north"
    assert found.complete


def test_a_forwarded_call_is_followed_to_the_number_that_was_dialled():
    south = provider("south", call("s1", 60, "middle", others=("14155550123",)), *others(60, "middle", None))
    middle = provider(
        "middle", call("m1", -80, "north", "south", called="14155550123"), *others(-80, "north", "south")
    )
    north = provider(
        "north", call("n1", 20, "customer-7", "middle", called="14155550123"), *others(20, None, "middle")
    )
    assert traced([north, middle, south], first="south").complete


def test_the_leg_that_came_in_is_found_where_a_provider_forwarded_the_call_itself():
    middle = provider(
        "middle",
        call("in", -80, "north", None, called="14155550123"),
        call("out", -78, None, "south", ring=8.0),
    )
    north = provider("north", call("n1", 20, "customer-7", "middle", called="14155550123"))
    found = traced([north, middle, provider("south", call("s1", 62, "middle", ring=8.0))])
    assert [hop.provider for hop in found.hops] == ["south", "middle", "north"]
    assert "forwarded" in found.hops[1].why


def test_the_silent_provider_of_the_called_party_is_named_first():
    north, middle, _ = three()
    found = traced([north, middle, silent("south")])
    assert told(found)[0] == ("south", "silent", None)
    assert found.gaps[0].after == "the report"


def test_a_way_that_leads_back_is_not_walked_in_circles():
    a = provider("alpha", call("a1", 0, "beta", None))
    b = provider("beta", call("b1", 20, "alpha", "alpha"))
    assert any("lead back" in gap.why for gap in traced([a, b], first="alpha").gaps)


def test_no_record_anywhere_is_said():
    found = traced([provider("south", *others(0, "middle", None))])
    assert found.hops == ()
    assert "No provider's records show" in found.gaps[0].why


def test_an_answer_of_other_software_names_the_upstream_itself():
    answer = Record(
        "answer:1",
        NOON + 30,
        REPORT.calling,
        REPORT.called,
        seconds=45.0,
        answered=True,
        upstream="North",
        attest_seen="B",
        spc="1234",
        action="customer warned",
    )
    north = provider("north", call("n1", 20, "customer-7", "middle"))
    south = provider("south", call("s1", 60, "middle"))
    found = traced([north, provider("middle", answer), south], first="south")
    assert found.complete
    assert (found.hops[1].attest_seen, found.hops[1].spc, found.hops[1].action) == (
        "B",
        "1234",
        "customer warned",
    )


def test_a_gateway_is_told_by_the_countries_of_the_two():
    peers = read(
        ["north=north,country:IN", "middle=middle,country:US", "south=south,country:US"],
        ["north", "middle", "south"],
    )
    assert [hop.role for hop in traced(three(), peers=peers).hops] == [
        "terminating",
        "gateway",
        "originating",
    ]


def test_behind_a_gap_a_provider_that_may_have_been_tried_in_vain_is_not_taken_for_the_way():
    south = provider("south", unanswered("s1", 60, "middle"), *others(60, "middle", None))
    branch = provider("branch", unanswered("b1", 20, "north"), *others(20, "north", None))
    found = traced([branch, silent("middle"), south], first="south")
    assert ("branch", "found", "b1") not in told(found)
    assert found.hops[1].state == "silent"


def test_an_origin_that_another_providers_records_contradict_is_a_gap():
    west = provider("west", call("w1", 20, None, None), *others(20, "south", None))
    south = provider("south", call("s1", 60, None), *others(60, None, "west"))
    found = traced([west, south], first="south")
    assert found.complete or found.gaps  # never an end that is neither


def test_where_nothing_says_who_delivered_the_call_that_is_a_gap():
    found = traced(three())
    assert [(gap.after, gap.missing) for gap in found.gaps] == [("the report", None)]
    assert "--first" in found.gaps[0].why
    assert not found.complete


def test_a_silent_provider_that_nobody_names_may_have_delivered_the_call():
    found = traced([*three(), silent("east")])
    assert ("the report", "east") in [(gap.after, gap.missing) for gap in found.gaps]
    assert traced([*three(), silent("east")], first="south").complete


def test_lines_and_customers_stand_in_columns_that_are_called_as_for_providers():
    call_in = {"upstream": "TG-17", "downstream": "subscriber"}
    south = provider("south", replace(call("s1", 60, None), **call_in))
    north = provider("north", replace(call("n1", 20, None), upstream="cust-77", downstream="TG-99"))
    peers = read(["north=south/TG-17", "south=north/TG-99"], ["north", "south"])
    found = traced([north, south], peers=peers)
    assert [hop.upstream for hop in found.hops] == ["north", None]
    assert found.hops[1].customer == "cust-77"
    assert found.complete


def test_clocks_are_compared_by_way_of_a_third_provider_too():
    def shared(skew, digit):
        return [replace(each, calling=f"{each.calling[:-4]}{digit}{each.calling[-3:]}",
                        called=f"{each.called[:-4]}{digit}{each.called[-3:]}")
                for each in others(skew, None, None)]  # fmt: skip

    south = provider("south", call("s1", 80, "north"), call("s0", -70, "north"), *shared(80, 3))
    middle = provider("middle", *shared(40, 3), *shared(40, 4))
    north = provider("north", call("n1", -85, "customer-7", "south"), call("n0", -235, "customer-7", "south"),
                     *shared(-85, 4))  # fmt: skip
    assert traced([south, north]).hops[0].state == "ambiguous"
    found = traced([south, middle, north])  # north is right within 90 s, so that south is 75 s ahead
    assert told(found)[0] == ("south", "found", "s1")
    assert "compared" in found.hops[0].why
