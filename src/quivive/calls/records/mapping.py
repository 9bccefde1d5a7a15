"""Which column of somebody's call records is which of ours?

Names of columns differ from exporter to exporter, but are put together from the same words: a party and a
number, a side and a trunk, a moment and a time. What is not told by its name must be told by a map.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from quivive.errors import UsageError

MANDATORY = ("start", "calling", "called")
_CALLERS = ["calling", "caller", "source", "src", "from", "orig", "originating", "originator", "origin", "a", "ani", "cli", "clid", "callerid"]
_CALLEES = ["called", "callee", "destination", "dest", "dst", "to", "term", "terminating", "terminator", "b", "dnis", "dialed", "dialled"]
_NUMBERS = ["number", "num", "no", "nr", "nbr", "party", "partynumber", "partynum", "partyid", "msisdn", "tn", "did", "phone", "phonenumber", "phoneno", "telephone", "telephonenumber", "e164", "uri", "user", "digits", "subscriber", "normalized", "normalised", "addr", "address", "aor"]  # fmt: skip
_IN = ["in", "ingress", "inbound", "incoming", "src", "source", "orig", "originating", "from", "a", "originator", "origination", "input"]
_OUT = ["out", "egress", "outbound", "outgoing", "dst", "dest", "destination", "term", "terminating", "to", "b", "terminator", "termination", "output"]
_WAYS = ["trunk", "trunkgroup", "trunkgrp", "trunkid", "trunkname", "trunkgroupname", "trunkgroupid", "tg", "tgid", "peer", "peername", "gateway", "gw", "gatewayname", "carrier", "carriername", "carrierid", "route", "routename", "ip", "ipaddress", "ipaddr", "host", "provider", "vendor", "operator", "interconnect", "partner", "leg", "realm"]  # fmt: skip
_TIMES = ["time", "timestamp", "date", "datetime", "at", "ts", "epoch", "utc", "stamp", "ms", "us", "timeutc", "timems", "tsms", "epochms", "dt", "timeiso", "iso", "tm"]
_UNITS = ("", "s", "sec", "secs", "second", "seconds")
_MILLIS = ("ms", "msec", "msecs", "millis", "milliseconds")


def _made(first: Iterable[str], second: Iterable[str], both: bool = False) -> tuple[str, ...]:
    pairs = list(product(first, second))
    return tuple(a + b for a, b in pairs) + (tuple(b + a for a, b in pairs) if both else ())


_STARTS = ("start", "setup", "begin", "callstart", "callbegin", "callsetup", "invite", "attempt", "seizure", "initiation",
           "origination", "starting", "calldate", "callinitiated", "initiated")  # fmt: skip
_ANSWERS = (
    "answer",
    "answered",
    "connect",
    "connected",
    "pickup",
    "callanswer",
    "callanswered",
    "callconnect",
    "accept",
)
_ENDS = ("end", "stop", "release", "disconnect", "hangup", "teardown", "finish", "callend", "callstop", "ended", "bye",
         "disconnected", "callrelease", "calldisconnect")  # fmt: skip
_TALKS = ("billsec", "bill", "billable", "billed", "talk", "talktime", "talking", "conversation", "conversationtime",
          "conversationduration", "talkduration", "billduration", "billedduration", "billableduration", "chargeable",
          "chargeableduration", "charged", "connectedduration", "connectduration", "answeredduration", "talked",
          "answeredtime", "durationanswered", "billabletime", "answeredseconds", "billingduration")  # fmt: skip
_LONG = ("duration", "callduration", "totalduration", "length", "calllength", "elapsed", "dur", "sessiontime", "acctsessiontime",
         "usage", "totaltime")  # fmt: skip
_RINGS = ("ring", "ringing", "ringtime", "ringduration", "alerting", "alertingtime", "ringingtime", "pdd", "waittime", "setupduration",
          "timetoanswer", "ringingduration")  # fmt: skip

NAMES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "start": (("start",),
              ("starttime", "starttimestamp", "startdatetime", "startts", "startepoch", "startstamp", "startutc",
               "calldate", "callstarttime", "callstart", "callstartdatetime", *_made(("callstart",), _TIMES)),
              tuple(n for n in (*_STARTS, *_made(_STARTS, _TIMES)) if n != "start"),
              ("timestamp", "datetime", "calltime", "calltimestamp", "calldatetime", "eventtime", "eventtimestamp",
               "recordtime", "dateandtime", "datetimeutc", "timestamputc", "epoch", "ts", "unixtime", "tstamp",
               "timestampms", "timestampus", "eventdate", "timeofcall", "callts"),
              ("time", "timeutc", "timeepoch", "createdat", "created", "createdon", "when", "date")),
    "calling": (("calling",),
                ("callingnumber", "callingpartynumber", "callernumber", "calleridnumber", "calleridnum", "calling_number"),
                tuple(n for n in (*_CALLERS, *_made(_CALLERS, _NUMBERS), *_made(("msisdn", "number", "num", "tn", "did", "phone"),
                      ("a", "from", "orig", "src", "source", "calling", "caller")), "anumber", "origtn", "ptyanumber",
                      "calleridall", "anumbernormalized", "apartynumber", "aparty", "apty", "srcnumber", "callerphone",
                      "pai", "passertedidentity", "callerani", "srcuser", "fromuser", "callingstationid", "callingtn",
                      "origcallingnumber", "sourcenumber", "cgpn", "cgpa", "cgnumber", "origaddr", "calleraddress")
                      if n not in ("callingnumber", "callingpartynumber", "callernumber", "calling", "fromdid"))),
    "called": (("called",),
               ("callednumber", "calledpartynumber", "calleenumber", "destinationnumber", "dialednumber", "dialledtnumber"),
               tuple(n for n in (*_CALLEES, *_made(_CALLEES, _NUMBERS), *_made(("msisdn", "number", "num", "tn", "did", "phone"),
                     ("b", "to", "dest", "dst", "destination", "called", "callee")), "bparty", "bpty", "bpartynumber",
                     "dialeddigits", "dialleddigits", "dstuser", "touser", "calledstationid", "cdpn", "cdpa",
                     "finalcalledpartynumber", "ruri", "requesturi", "dstouser", "calledtn", "desttn", "ruriuser", "dialeddid")
                     if n not in ("called", "callednumber", "calledpartynumber", "calleenumber", "destinationnumber",
                                  "dialednumber"))),
    "seconds": (("seconds",), _made(_TALKS, _UNITS), _made(_TALKS, _MILLIS) + ("billmsec", "billusec")),
    "duration": (_made(_LONG, _UNITS), _made(_LONG, _MILLIS) + ("mduration", "uduration"), ("secs", "sec", "durationinseconds")),
    "ring": (_made(_RINGS, _UNITS), _made(_RINGS, _MILLIS) + ("waitsec", "waitmsec", "progresssec", "progressmsec")),
    "answered": (("answered", "isanswered", "wasanswered", "answeredflag", "connected", "isconnected", "answeredyn"),
                 ("disposition", "calldisposition", "answerstatus", "callresult", "result", "outcome", "calloutcome",
                  "callstatus", "status", "finalstatus", "completion", "completed", "successful", "success", "state",
                  "callstate")),
    "answer": (_made(_ANSWERS, _TIMES), ("answer", "connect", "pickup")),
    "end": (_made(_ENDS, _TIMES), ("end", "stop")),
    "trunk": (("trunk", "trunkin", "ingress", "ingresstrunk"), _made(_IN, _WAYS, both=True),
              ("trunkgroup", "trunkname", "trunkid", "trunkgroupid", "trunkgroupname", "tg", "customertrunk", "interconnect",
               "peer", "peername", "peerip", "gateway", "gatewayname", "gw", "networkaddr", "sipnetworkip", "remoteip",
               "sourceaddress", "srcaddr", "originhost", "upstream", "upstreamcarrier", "upstreamprovider", "customer",
               "carrier", "route", "sipreceivedip", "account", "accountcode", "channel", "channelname")),
    "egress": (("egress", "trunkout", "egresstrunk"), _made(_OUT, _WAYS, both=True),
               ("downstream", "downstreamcarrier", "downstreamprovider", "routeout", "sipgatewayname", "nexthop",
                "destinationaddress", "dstaddr", "route", "vendor", "gateway", "dstchannel", "destinationchannel", "bridgechannel")),
    "spc": (("spc", "signingspc", "spcode"),
            ("signer", "signerspc", "signedby", "serviceprovidercode", "signingocn", "signerocn", "signingprovider", "ocn",
             "signingparty", "signingpartyspc", "attestingprovider", "spid", "certspc", "certificatespc", "signingserviceprovider",
             "signeridentifier", "signerid", "origocn", "originatingocn", "stispc")),
    "certificate": (("certificate", "cert", "x5u"),
                    ("certurl", "certificateurl", "certuri", "certificateuri", "certsha256", "certificatesha256", "certificatehash",
                     "certhash", "certfingerprint", "certificatefingerprint", "signingcert", "signingcertificate",
                     "stircertificate", "infourl", "signercert", "signercertificate", "certificateid", "certid", "stix5u",
                     "x5url", "certificatechainurl", "stirx5u", "shakencert")),
    "origid": (("origid", "originationid", "originationidentifier", "stirorigid", "shakenorigid", "origidentifier", "origiduuid",
                "passportorigid", "originationuuid", "originid"),),
    "attest": (("attest", "attestation", "attestationlevel", "attestlevel", "stirattest", "stirattestation", "shakenattest",
                "shakenattestation", "stirshakenattestation", "attestreceived", "attestationreceived", "attestindicator",
                "attestationindicator", "passportattest", "stirshaken", "attestin", "attestationinfo", "shakenlevel",
                "stirshakenlevel", "stirshakenattest"),),
    "verstat": (("verstat", "verificationstatus", "stirverstat", "stirstatus", "verificationresult", "tnvalidation",
                 "verstatus", "callvalidation", "sipverstat", "stirshakenverstat", "verification", "verified",
                 "identitystatus", "stirverification", "stirresult", "shakenverstat"),),
    "sip_code": (("sipcode", "sipstatus", "sipresponse", "sipresponsecode", "sipstatuscode", "sipfinalcode", "sipresult",
                  "sipcause", "finalsipcode", "finalresponse", "responsecode", "statuscode", "resultcode", "finalcode",
                  "sipterminationcode", "sipfinalresponse", "siprc", "sipresp", "sipreply", "sipreplycode", "lastsipcode",
                  "siphanguppcause", "siptermstatus", "proximatestatus", "sipreleasecode", "sipinviteresponse"),
                 ("code", "replycode", "response", "releasecode", "errorcode")),
    "cause": (("cause", "hangupcause", "q850", "q850cause", "hangupcauseq850", "releasecause", "causecode", "isdncause",
               "disconnectcause", "terminationcause", "isupcause", "hangupcausecode", "causevalue", "releasecausecode",
               "callendreason", "endcause", "endreason", "hangupreason", "disconnectreason", "causeq850", "termcause",
               "clearingcause", "hangupcode", "releasereason", "terminatingcause", "causeid", "relcause", "clearcause"),),
    "imei": (("imei", "imeisv", "callerimei", "imeinumber", "originatingimei", "servedimei", "aimei", "callingimei",
              "deviceimei", "deviceid", "handset", "handsetid", "equipmentid", "imeia", "origimei", "tac"),),
    "imsi": (("imsi", "callerimsi", "imsinumber", "originatingimsi", "servedimsi", "aimsi", "callingimsi", "imsia", "origimsi",
              "subscriberimsi"),),
    "cell": (("cell", "cellid", "cellidentity", "cgi", "ecgi", "firstcell", "firstcellid", "startcell", "startcellid", "cid",
              "servingcell", "lacci", "cellname", "celltower", "tower", "towerid", "acell", "callingcell", "locationcell",
              "callercell", "origcell", "ncgi", "eutrancgi", "cellglobalid", "enodeb", "callercellid", "originatingcell",
              "siteid", "userlocation"),),
    "call_id": (("callid", "sipcallid", "callidentifier", "acctsessionid", "sipcallidheader", "siphcallid", "sipid"),),
    "id": (("id", "uniqueid", "uuid", "recordid", "cdrid", "calluuid", "record", "callreference", "reference", "ref",
            "sessionid", "rowid", "callref", "recordnumber", "globalcallid", "linkedid", "calluid", "guid", "callguid",
            "sequence", "recordno", "eventid", "transactionid", "rownum", "row", "index", "no"),),
    "date": (("date", "calldate", "startdate", "callstartdate", "day"),),
    "time": (("time", "calltime", "starttime", "timeofday", "callstarttime"),),
}  # fmt: skip
"""Field → names (without signs between words, lower case), in tiers of which an earlier one goes first.

'duration' is the whole length, 'answer' and 'end' are moments; a record's seconds and ring follow from them."""


@dataclass(frozen=True)
class Chosen:
    """The source `column` of a field; `format` as of strptime, where a map gave one."""

    column: str
    format: str | None = None
    scale: int = 1
    """So many of the column's units are a second (1000: milliseconds)."""


@dataclass(frozen=True)
class Columns:
    """Fields with their columns, and sentences on what was decided."""

    fields: Mapping[str, Chosen]
    notes: tuple[str, ...] = ()

    def shown(self) -> dict[str, str]:
        """Field → source column, for the user."""
        return {name: each.column for name, each in self.fields.items()}


def given(texts: Iterable[str]) -> dict[str, Chosen]:
    """What the user's --map says: 'calling=ani,start=when:%d.%m.%Y %H:%M:%S'. Raises UsageError."""
    found: dict[str, Chosen] = {}
    for text in texts:
        for part in re.split(r",(?=\s*\w+\s*=)", text):
            name, equals, rest = part.partition("=")
            name = name.strip().lower()
            if not equals or not rest.strip():
                raise UsageError(f"--map {part!r} does not read: write FIELD=COLUMN, such as calling=ani.")
            if name not in NAMES:
                raise UsageError(f"--map names no field {name!r}; there are: {', '.join(NAMES)}.")
            column, mark, form = rest.partition(":%")
            found[name] = Chosen(column.strip(), "%" + form if mark else None)
    return found


def choose(columns: Sequence[str], told: Mapping[str, Chosen], source: str,
           fits: Callable[[str, str], bool] = lambda field, column: True) -> Columns:  # fmt: skip
    """The map of a file with these `columns`; `fits` says whether a column's values can be of a field.

    Raises UsageError where a mandatory field has no column, or several that stand equal.
    """
    fields, notes = _told(columns, told, source), []
    taken = {each.column for each in fields.values()}
    keys = {column: _key(column) for column in columns}
    for field, tiers in NAMES.items():
        if field in fields or field in ("date", "time"):
            continue
        for tier in tiers:
            here = [c for c in columns if keys[c] in tier and c not in taken and fits(field, c)]
            if len(here) > 1 and field in MANDATORY:
                raise UsageError(_ambiguous(source, field, here, columns))
            if here:
                here.sort(key=lambda c: tier.index(keys[c]))
                fields[field] = Chosen(here[0], scale=_scale(field, keys[here[0]]))
                taken.add(here[0])
                if len(here) > 1:
                    notes.append(f"{source}: '{here[0]}' was taken as {field}, not {_listed(here[1:])}.")
                break
    _join_date(fields, keys, columns, fits)
    missing = [field for field in MANDATORY if field not in fields]
    if missing:
        alike = {f: [c for c in columns if any(keys[c] in tier for tier in NAMES[f])] for f in missing}
        raise UsageError(_missing(source, missing, columns, alike))
    return Columns(fields, tuple(notes))


def _told(columns: Sequence[str], told: Mapping[str, Chosen], source: str) -> dict[str, Chosen]:
    """The map that was given, its columns found: by name, by name in any case, or by place from 1."""
    fields = {}
    for field, chosen in told.items():
        name = chosen.column
        same = [c for c in columns if c == name] or [c for c in columns if c.lower() == name.lower()]
        if not same and name.isdigit() and 1 <= int(name) <= len(columns):
            same = [columns[int(name) - 1]]
        if not same:
            raise UsageError(f"{source} has no column '{name}', which --map gives as {field}. "
                             f"It has: {_listed(columns)}.")  # fmt: skip
        fields[field] = Chosen(same[0], chosen.format, _scale(field, _key(same[0])))
    return fields


def _join_date(fields: dict[str, Chosen], keys: Mapping[str, str], columns: Sequence[str],
               fits: Callable[[str, str], bool]) -> None:  # fmt: skip
    """A date and a time of day in two columns stay two, and make the start together."""
    if "date" in fields and "time" in fields:
        fields.setdefault("start", fields["date"])
    if fields.get("start") and fields["start"].format is None and not fits("moment", fields["start"].column):
        named = {
            field: [c for c in columns if keys[c] in NAMES[field][0] and fits(field, c)]
            for field in ("date", "time")
        }
        if named["date"] and named["time"]:
            fields["date"], fields["time"] = Chosen(named["date"][0]), Chosen(named["time"][0])
            fields["start"] = fields["date"]


def _key(column: str) -> str:
    return re.sub(r"[^a-z0-9]", "", column.lower())


def _scale(field: str, key: str) -> int:
    if field not in ("seconds", "duration", "ring"):
        return 1
    if key.endswith("usec") or key == "uduration":
        return 1_000_000
    return 1000 if key.endswith(_MILLIS) or key == "mduration" else 1


def _listed(columns: Iterable[str]) -> str:
    names = [f"'{each}'" for each in columns]
    return ", ".join(names[:40]) + (f" and {len(names) - 40} more" if len(names) > 40 else "")


def _missing(
    source: str, fields: Sequence[str], columns: Sequence[str], alike: Mapping[str, Sequence[str]]
) -> str:
    hint = " ".join(f"--map {field}=COLUMN" for field in fields)
    near = "".join(f" {_listed(names)} is named like {field}, but its values do not read as that." +
                   (f" Give the form of the time: --map 'start={names[0]}:%d.%m.%Y %H:%M:%S'." if field == "start" else "")
                   for field, names in alike.items() if names)  # fmt: skip
    return (f"{source}: no column is known to be {' or '.join(fields)}. It has: {_listed(columns)}.{near} "
            f"Say which it is: {hint}.")  # fmt: skip


def _ambiguous(source: str, field: str, here: Sequence[str], columns: Sequence[str]) -> str:
    return (f"{source}: {_listed(here)} could each be {field}. It has: {_listed(columns)}. "
            f"Say which it is: --map {field}={here[0]}.")  # fmt: skip
