"""Which ordinary organisations call many people? The hard part of the traffic: each looks like some fraud.

Rates without a source are assumptions, chosen so that the ordinary caller comes near the fraud it resembles.
"""

from __future__ import annotations

from call_traffic.profiles import Profile

ORDINARY = (
    Profile("call-centre", "consented sales and service by a dialer: lists are kept, agents talk for "
            "minutes", 12, (400, 3000), shown="range", numbers=(1, 40), trunks=(1, 2), unheld=(0, 0.02),
            back=(0.02, 0.08), answered=(0.32, 0.5), voicemail=(0.15, 0.3), median=(60, 180),
            brief=(0.08, 0.25), message=(0, 20)),
    Profile("local-presence", "a call centre that shows a number of the area it calls, all of them its "
            "own", 3, (500, 2000), shown="local", numbers=(20, 60), unheld=(0, 0.02), answered=(0.3, 0.42),
            voicemail=(0.15, 0.3), median=(50, 150), brief=(0.1, 0.25), message=(0, 15)),
    Profile("debt-collection", "few answer, many hang up, the same people are called again (in the "
            "United States seven times in seven days are allowed: 12 CFR 1006.14)", 4, (400, 1500),
            shown="range", numbers=(1, 10), reach="repeat", unheld=(0.01, 0.04), answered=(0.15, 0.3),
            voicemail=(0.25, 0.4), median=(25, 80), sigma=1.3, brief=(0.2, 0.35)),
    Profile("poll", "random numbers, some one in seventeen takes part (response of telephone polls fell "
            "to 6 % by 2018: Pew Research), the rest hang up", 2, (600, 2000), numbers=(1, 3),
            unheld=(0.02, 0.06), when="evening", answered=(0.2, 0.35), voicemail=(0.25, 0.4),
            median=(12, 25), sigma=1.8, brief=(0.3, 0.5), message=(0, 0)),
    Profile("election", "volunteers or a recording before a vote", 1.5, (600, 2500), numbers=(1, 4),
            when="evening", unheld=(0.01, 0.04), answered=(0.3, 0.45), voicemail=(0.25, 0.4),
            median=(14, 40), brief=(0.2, 0.4)),
    Profile("school-alert", "a recording to all parents within minutes", 10, (150, 1500), shown="office",
            when="burst", minutes=(3, 12), reach="area", answered=(0.5, 0.65), voicemail=(0.25, 0.35),
            median=(24, 40), sigma=0.25, brief=(0.05, 0.15), message=(24, 40), back=(0.03, 0.1)),
    Profile("town-alert", "storm, boil-water or closed-road notice from a number of the town to the "
            "whole town", 1, (800, 3000), shown="office", when="burst", minutes=(4, 15), reach="area",
            answered=(0.5, 0.6), voicemail=(0.25, 0.35), median=(30, 45), sigma=0.2, unheld=(0, 0.03),
            message=(30, 45)),
    Profile("reminder", "appointments of tomorrow, by machine", 15, (40, 400), reach="area",
            answered=(0.4, 0.55), voicemail=(0.3, 0.4), median=(22, 40), sigma=0.4, message=(20, 35)),
    Profile("doctor", "recall lists, dialled by hand", 10, (20, 120), shown="office", reach="area",
            answered=(0.4, 0.6), voicemail=(0.2, 0.35), median=(40, 110), back=(0.2, 0.4)),
    Profile("pharmacy", "prescription ready, a chain's one number for all branches", 3, (200, 900),
            shown="toll-free", trunks=(1, 2), answered=(0.4, 0.5), voicemail=(0.3, 0.45), median=(18, 30),
            sigma=0.3),
    Profile("one-time-code", "a voice reads a code: all are waiting for it", 3, (400, 2500),
            shown="toll-free", numbers=(1, 5), when="day", trunks=(1, 2), answered=(0.8, 0.9),
            voicemail=(0.02, 0.05), median=(16, 26), sigma=0.25, brief=(0, 0.05), reach="anyone",
            back=(0, 0.01)),
    Profile("flash-call", "an app proves a number by a missed call from one of many numbers (a service "
            "that regulators and carriers argue about, not a fraud); nobody calls back", 2, (300, 1200),
            shown="foreign", numbers=(50, 400), ways="gateway", when="day", answered=(0.01, 0.02),
            voicemail=(0.0, 0.01), busy=0.01, aborted=(0.9, 0.95), back=(0, 0.002)),
    Profile("taxi", "'your car is there': short, or only a ring", 12, (60, 400), shown="office",
            when="slow", reach="area", answered=(0.5, 0.6), voicemail=(0.02, 0.05), aborted=(0.2, 0.3),
            median=(10, 20), sigma=0.6, back=(0.1, 0.2)),
    Profile("proxy-numbers", "ride and delivery apps that put a number of their own between two people", 3,
            (300, 1500), shown="range", numbers=(30, 100), when="slow", answered=(0.55, 0.7),
            voicemail=(0.02, 0.06), aborted=(0.1, 0.2), median=(14, 35), sigma=0.8, back=(0.1, 0.25)),
    Profile("bank-alert", "is this payment yours? One toll-free number through several carriers", 3,
            (150, 1200), shown="toll-free", trunks=(2, 4), when="day", answered=(0.4, 0.55),
            voicemail=(0.2, 0.35), median=(25, 120), back=(0.1, 0.25)),
    Profile("two-carriers", "a large organisation that spreads its calls over carriers", 8, (200, 1500),
            shown="own", trunks=(2, 3), answered=(0.45, 0.65), median=(60, 150)),
    Profile("hospital", "all departments show the switchboard", 3, (400, 2000), shown="own", when="day",
            answered=(0.5, 0.65), voicemail=(0.1, 0.2), median=(60, 140), back=(0.3, 0.5)),
    Profile("branch-exchange", "an office's switchboard with direct-dial numbers", 40, (50, 500),
            shown="range", numbers=(10, 100), reach="repeat", answered=(0.5, 0.7), median=(70, 160),
            back=(0.1, 0.2)),
    Profile("hosted-exchange", "a small provider's customers, each with its own number, on one trunk", 6,
            (300, 2000), shown="customers", numbers=(100, 600), ways="small", trunks=(1, 1), when="day",
            reach="repeat", answered=(0.55, 0.65), median=(50, 120), sigma=1.3, back=(0.1, 0.2)),
    Profile("fax", "documents by telephone, busy lines dialled again", 8, (40, 200), shown="office",
            reach="repeat", busy=0.2, answered=(0.6, 0.7), voicemail=(0, 0.01), median=(40, 80), sigma=0.5,
            brief=(0.02, 0.05)),
    Profile("delivery-van", "drivers of a parcel firm behind one number", 5, (100, 700), shown="own",
            when="day", reach="area", answered=(0.45, 0.6), voicemail=(0.1, 0.2), aborted=(0.05, 0.12),
            median=(12, 25), sigma=0.7, back=(0.1, 0.25)),
    Profile("charity", "donors of last year", 3, (200, 1000), numbers=(1, 5), when="evening",
            answered=(0.3, 0.4), voicemail=(0.2, 0.3), median=(25, 80), sigma=1.2, brief=(0.15, 0.3)),
    Profile("call-shop", "a shop where strangers telephone, or a hotel: one number, anybody called", 3,
            (80, 400), shown="own", when="slow", answered=(0.55, 0.65), median=(60, 200),
            back=(0.01, 0.05)),
    Profile("service-desk", "outsourced, on two or three carriers for safety", 3, (200, 900), shown="own",
            trunks=(2, 3), answered=(0.5, 0.6), median=(80, 200)),
    Profile("stale-listing", "a number on the do-not-originate list that its holder calls from now and "
            "then", 2, (3, 20), shown="listed", answered=(0.5, 0.6), median=(60, 150)),
    Profile("conference", "all dial in within minutes and stay for the hour", 15, (10, 150), when="burst",
            minutes=(3, 8), inbound=True, answered=(0.93, 0.97), voicemail=(0, 0), median=(1200, 2700),
            sigma=0.5),
    Profile("hotline", "a bank's or firm's menu and queue", 5, (300, 3000), shown="toll-free", when="day",
            inbound=True, answered=(0.9, 0.95), voicemail=(0, 0.01), median=(90, 300), sigma=1.1,
            brief=(0.05, 0.2)),
    Profile("televote", "a show's number: short calls, many busy, the same people again", 0.7, (500, 4000),
            shown="toll-free", when="burst", minutes=(8, 25), reach="repeat", inbound=True, busy=0.3,
            answered=(0.6, 0.65), voicemail=(0, 0.01), median=(8, 14), sigma=0.3),
)  # fmt: skip
