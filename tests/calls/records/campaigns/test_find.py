"""Campaigns are found, with the calls that show them, and ordinary callers are left alone."""

import pytest

from calls.records.campaigns import made_calls as made
from calls.records.campaigns.made_calls import Book, town
from quivive.calls.records.campaigns.campaign import KINDS
from quivive.calls.records.campaigns.find import find
from quivive.engines import DuckDB


def found(book, **options):
    campaigns, _ = find(book.records(), DuckDB(), **options)
    return {(each.kind, each.key): each for each in campaigns}


def test_a_town_that_telephones_is_no_campaign():
    assert found(town(Book())) == {}


def test_a_number_that_works_through_a_list_is_a_dialer():
    campaigns = found(made.dialer(town(Book())))
    assert list(campaigns) == [("dialer", "calling=14045550123")]
    only = campaigns["dialer", "calling=14045550123"]
    assert only.calls == 120
    assert only.first == (made.BEGIN + 20_000) * 1_000_000
    assert only.last == (made.BEGIN + 20_000 + 119 * 20) * 1_000_000
    assert "120 calls to 120 numbers" in only.why
    assert "25 % were answered" in only.why
    assert only.figures["answered_percent"] == 25


def test_the_examples_are_calls_of_the_campaign():
    only = found(made.dialer(town(Book())))["dialer", "calling=14045550123"]
    assert len(only.examples) == 5
    assert {each["calling"] for each in only.examples} == {14045550123}
    assert [each["start"] for each in only.examples] == sorted(each["start"] for each in only.examples)


@pytest.mark.parametrize(
    ("what", "seconds"),
    [
        ("a school that tells parents of a closed day", (25, 22, 0, 24)),
        ("a call centre that sells", (0, 0, 400, 0)),
        ("a pollster", (0, 0, 0, 12, 0, 15, 0, 600)),
    ],
)
def test_machines_that_are_waited_for_and_people_who_talk_are_no_dialers(what, seconds):
    book = town(Book())
    for nth in range(400):
        book.call(14045550123, made.reached(nth), 20_000 + nth * 20, seconds[nth % len(seconds)])
    assert found(book) == {}, what


def test_one_ring_from_abroad_that_people_call_back_is_wangiri():
    campaigns = found(made.wangiri(town(Book())))
    assert list(campaigns) == [("wangiri", "range=22177000xxx")]
    only = campaigns["wangiri", "range=22177000xxx"]
    assert only.calls == 90
    assert only.figures["called_back"] == 9
    assert all(each["ring"] == 3 for each in only.examples)


def test_where_no_record_tells_how_long_it_rang_only_what_is_called_back_is_wangiri():
    told, _ = find(made.wangiri(town(Book())).records(without=("ring",)), DuckDB())
    assert [(each.kind, each.key) for each in told] == [("wangiri", "range=22177000xxx")]
    assert "were not answered" in told[0].why
    book = made.wangiri(town(Book()))
    book.rows = [row for row in book.rows if row["called"] // 1000 != 22177000]
    silent, _ = find(book.records(without=("ring",)), DuckDB())
    assert not [each for each in silent if each.kind == "wangiri"]


def test_one_ring_from_home_that_nobody_calls_back_confirms_a_number():
    book = town(Book())
    for nth in range(120):
        book.call(14045550123, made.reached(nth), 30_000 + nth * 5, 0, ring=3)
    assert found(book) == {}


def test_a_signer_s_customer_who_changes_numbers_is_number_rotation():
    campaigns = found(made.rotation(town(Book())))
    assert list(campaigns) == [("number-rotation", "origid=rotating")]
    only = campaigns["number-rotation", "origid=rotating"]
    assert only.figures["numbers"] == 80
    assert all(each["origid"] == "rotating" for each in only.examples)


def test_numbers_that_count_up_are_number_rotation_whoever_signs():
    campaigns = found(made.in_sequence(town(Book())))
    assert list(campaigns) == [("number-rotation", "range=1510555xxxx")]
    assert campaigns["number-rotation", "range=1510555xxxx"].figures["in_step_percent"] == 100


def test_a_company_s_extensions_are_no_rotation():
    book = town(Book())
    for nth in range(300):
        talk = (0, 150, 30, 300, 0, 80)[nth % 6]
        book.call(15105550000 + nth * 37 % 150, made.reached(nth), 40_000 + nth * 9, talk, origid="company")
    assert found(book) == {}


def test_cards_in_one_device_that_are_never_called_are_a_sim_box():
    campaigns = found(made.sim_box(town(Book())))
    assert list(campaigns) == [("sim-box", "imei=356938035643809")]
    assert campaigns["sim-box", "imei=356938035643809"].figures["numbers"] == 3


def test_cards_are_found_without_device_and_cell():
    records = made.sim_box(town(Book()), cards=6).records(without=("imei", "imsi", "cell"))
    campaigns, _ = find(records, DuckDB())
    assert [(each.kind, each.key) for each in campaigns] == [("sim-box", "range=49170100xxxx")]


def test_a_mobile_salesman_who_is_called_back_is_no_sim_box():
    book = made.sim_box(town(Book()), cards=1)
    for nth in range(20):
        book.call(493025550000 + nth, 491701000100, 60_000 + nth * 60, 50)
    assert found(book) == {}


def test_a_new_number_of_the_called_one_s_exchange_for_each_call_is_neighbour_spoofing():
    campaigns = found(made.neighbours(town(Book())))
    assert list(campaigns) == [("neighbour-spoofing", "origid=near")]
    assert campaigns["neighbour-spoofing", "origid=near"].calls == 80


def test_a_number_on_four_trunks_at_once_is_borrowed():
    campaigns = found(made.borrowed(town(Book())))
    assert list(campaigns) == [("several-trunks", "calling=12065550123")]
    assert campaigns["several-trunks", "calling=12065550123"].figures["trunks"] == 4


def test_listed_numbers_and_emergency_numbers_never_call():
    book = town(Book())
    book.call(911, made.reached(1), 100, 20)
    book.call(18005550199, made.reached(2), 200, 0)
    book.call(18885550100, made.reached(3), 300, 0)
    campaigns = found(book, do_not_originate=["18005550199", "1888555."])
    assert {key for _, key in campaigns} == {"calling=911", "calling=18005550199", "calling=18885550100"}
    assert {kind for kind, _ in campaigns} == {"do-not-originate"}


def test_extensions_of_a_house_may_be_911():
    book = town(Book())
    for extension in range(900, 940):
        book.call(extension, made.reached(extension), 100 + extension, 20)
    assert found(book) == {}


def test_what_the_records_do_not_say_is_named():
    _, missing = find(made.dialer(town(Book())).records(without=("trunk", "ring")), DuckDB())
    assert {each.kind: each.why for each in missing} == {
        "sim-box": "The records name no handset or cell, and North American numbers do not tell mobiles from "
        "fixed lines: only other numbers were looked at.",
        "several-trunks": "The records do not say the trunk.",
    }


def test_no_records_are_no_campaigns():
    campaigns, missing = find(Book().records(), DuckDB())
    assert campaigns == []
    assert [each.kind for each in missing] == list(KINDS)


def test_who_rotates_numbers_among_a_carrier_s_other_customers_is_found_by_where_numbers_come_from():
    assert found(made.carriers(Book())) == {}
    (only,) = found(made.hidden(made.carriers(Book()))).values()
    assert only.kind == "number-rotation"
    assert only.place["trunk" if "trunk" in only.place else "spc"] in ("carrier-0", "900J")
    assert "hardly come by that trunk" in only.why
    theirs = [number for number in only.numbers if number % 10_000 >= 5000]
    assert len(theirs) >= 170
    assert len(theirs) >= 0.75 * len(only.numbers)


def test_neighbours_numbers_that_come_astray_are_found_among_a_carrier_s_other_customers():
    campaigns = found(made.hidden_near(made.carriers(Book())))
    assert [kind for kind, _ in campaigns] == ["neighbour-spoofing"]
    (only,) = campaigns.values()
    assert len(only.numbers) >= 200


def test_a_campaign_names_its_numbers_and_the_way_they_came():
    only = found(made.rotation(town(Book())))["number-rotation", "origid=rotating"]
    assert only.place == {"origid": "rotating"}
    assert only.numbers == tuple(15105550000 + nth * 7919 for nth in range(80))
