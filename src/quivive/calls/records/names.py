"""What do exporters of call records call their columns? In lower case, without signs between the words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _made(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    """Every word of the one put before every word of the other."""
    return tuple(a + b for a, b in product(first, second))


_CALLERS = _words("""
    calling caller source src from orig originating originator origin a ani cli
""")
_CALLEES = _words("""
    called callee destination dest dst to term terminating terminator b dnis dialed dialled
""")
_NUMBERS = _words("""
    number num no nr nbr party partynumber partynum partyid msisdn tn did phone phonenumber phoneno
    telephone telephonenumber e164 uri user digits subscriber normalized normalised addr address aor
""")
_IN = _words("""
    in ingress inbound incoming src source orig originating from a originator origination input
""")
_OUT = _words("""
    out egress outbound outgoing dst dest destination term terminating to b terminator termination output
""")
_WAYS = _words("""
    trunk trunkgroup trunkgrp trunkid trunkname trunkgroupname trunkgroupid tg tgid peer peername gateway gw
    gatewayname carrier carriername carrierid route routename ip ipaddress ipaddr host provider vendor
    operator interconnect partner leg realm sbc border
""")
_TIMES = _words("""
    time timestamp date datetime at ts epoch utc stamp ms us timeutc timems tsms epochms dt timeiso iso tm
""")
_UNITS = ("", "s", "sec", "secs", "second", "seconds")
MILLIS = ("ms", "msec", "msecs", "millis", "milliseconds")
_STARTS = _words("""
    start setup begin callstart callbegin callsetup invite attempt seizure initiation origination starting
    calldate callinitiated initiated
""")
_ANSWERS = _words("""
    answer answered connect connected pickup callanswer callanswered callconnect accept
""")
_ENDS = _words("""
    end stop release disconnect hangup teardown finish callend callstop ended bye disconnected callrelease
    calldisconnect
""")
_TALKS = _words("""
    conv billsec bill billable billed talk talktime talking conversation conversationtime
    conversationduration talkduration billduration billedduration billableduration chargeable
    chargeableduration charged connectedduration connectduration answeredduration talked answeredtime
    durationanswered billabletime answeredseconds billingduration
""")
_LONG = _words("""
    duration callduration totalduration length calllength elapsed dur sessiontime acctsessiontime usage
    totaltime
""")
_RINGS = _words("""
    ring ringing ringtime ringduration alerting alertingtime ringingtime pdd waittime setupduration
    timetoanswer ringingduration
""")

NAMES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "start": (
        _words("""
            start
        """),
        _words("""
            starttime starttimestamp startdatetime startts startepoch startstamp startutc calldate
            callstarttime callstart callstarttime callstartdatetime callstarttimestamp
        """),
        (*_STARTS, *_made(_STARTS, _TIMES)),
        _words("""
            timestamp datetime calltime calltimestamp calldatetime eventtime eventtimestamp recordtime
            dateandtime datetimeutc timestamputc epoch ts unixtime tstamp timestampms timestampus eventdate
            timeofcall callts
        """),
        _words("""
            time timeutc timeepoch createdat created createdon when date t
        """),
    ),
    "calling": (
        _words("""
            calling
        """),
        _words("""
            callingnumber callingpartynumber callernumber calleridnumber calleridnum
        """),
        (
            *_CALLERS,
            *_made(_CALLERS, _NUMBERS),
            *_made(_words("msisdn number num tn did phone"), _CALLERS),
            *_words("""
            calleridall anumbernormalized apartynumber aparty apty callerphone pai passertedidentity
            callerani callingstationid origcallingnumber cgpn cgpa cgnumber
        """),
        ),
        _words("""
            callerid callingid clid sourceid fromid pcharge fromheader user
        """),
    ),
    "called": (
        _words("""
            called
        """),
        _words("""
            callednumber calledpartynumber calleenumber destinationnumber dialednumber diallednumber
        """),
        (
            *_CALLEES,
            *_made(_CALLEES, _NUMBERS),
            *_made(_words("msisdn number num tn did phone"), _CALLEES),
            *_words("""
            bparty bpty bpartynumber dialeddigits dialleddigits calledstationid cdpn cdpa
            finalcalledpartynumber ruri requesturi dstouser ruriuser
        """),
        ),
        _words("""
            calleeid calledid destinationid toid toheader lrn target recipient
        """),
    ),
    "seconds": (
        _words("""
            seconds
        """),
        _made(_TALKS, _UNITS),
        (*_made(_TALKS, MILLIS), "billmsec", "billusec"),
    ),
    "duration": (
        _made(_LONG, _UNITS),
        (*_made(_LONG, MILLIS), "mduration", "uduration"),
        _words("""
            secs sec durationinseconds
        """),
    ),
    "ring": (
        _made(_RINGS, _UNITS),
        (*_made(_RINGS, MILLIS), "waitsec", "waitmsec", "progresssec", "progressmsec"),
    ),
    "answered": (
        _words("""
            answered isanswered wasanswered answeredflag connected isconnected answeredyn ans
            answerindicator answerflag answeryn
        """),
        _words("""
            disposition calldisposition answerstatus callresult result outcome calloutcome callstatus status
            finalstatus completion completed successful success state callstate
        """),
    ),
    "answer": (
        _made(_ANSWERS, _TIMES),
        _words("""
            answer connect pickup
        """),
    ),
    "end": (
        _made(_ENDS, _TIMES),
        _words("""
            end stop
        """),
    ),
    "trunk": (
        _words("""
            trunk trunkin ingress ingresstrunk
        """),
        (*_made(_IN, _WAYS), *_made(_WAYS, _IN)),
        _words("""
            trunkgroup trunkname trunkid trunkgroupid trunkgroupname tg customertrunk interconnect peer
            peername peerip gateway gatewayname gw networkaddr sipnetworkip remoteip sourceaddress srcaddr
            originhost upstream upstreamcarrier upstreamprovider customer carrier route sipreceivedip
            account accountcode channel channelname
        """),
    ),
    "egress": (
        _words("""
            egress trunkout egresstrunk
        """),
        (*_made(_OUT, _WAYS), *_made(_WAYS, _OUT)),
        _words("""
            downstream downstreamcarrier downstreamprovider routeout sipgatewayname nexthop
            destinationaddress dstaddr route vendor gateway dstchannel destinationchannel bridgechannel
        """),
    ),
    "spc": (
        _words("""
            spc signingspc spcode
        """),
        _words("""
            signer signerspc signedby serviceprovidercode signingocn signerocn signingprovider ocn
            signingparty signingpartyspc attestingprovider spid certspc certificatespc
            signingserviceprovider signeridentifier signerid origocn originatingocn stispc
        """),
    ),
    "certificate": (
        _words("""
            certificate cert x5u
        """),
        _words("""
            certurl certificateurl certuri certificateuri certsha256 certificatesha256 certificatehash
            certhash certfingerprint certificatefingerprint signingcert signingcertificate stircertificate
            infourl signercert signercertificate certificateid certid stix5u x5url certificatechainurl
            stirx5u shakencert
        """),
    ),
    "origid": (
        _words("""
            origid originationid originationidentifier stirorigid shakenorigid origidentifier origiduuid
            passportorigid originationuuid originid origuuid
        """),
    ),
    "attest": (
        _words("""
            attest attestation attestationlevel attestlevel stirattest stirattestation shakenattest
            shakenattestation stirshakenattestation attestreceived attestationreceived attestindicator
            attestationindicator passportattest stirshaken attestin attestationinfo shakenlevel
            stirshakenlevel stirshakenattest
        """),
    ),
    "verstat": (
        _words("""
            verstat verificationstatus stirverstat stirstatus verificationresult tnvalidation verstatus
            callvalidation sipverstat stirshakenverstat verification verified identitystatus
            stirverification stirresult shakenverstat
        """),
    ),
    "sip_code": (
        _words("""
            sipcode sipstatus sipresponse sipresponsecode sipstatuscode sipfinalcode sipresult sipcause
            finalsipcode finalresponse responsecode statuscode resultcode finalcode sipterminationcode
            sipfinalresponse siprc sipresp sipreply sipreplycode lastsipcode siphanguppcause siptermstatus
            proximatestatus sipreleasecode sipinviteresponse
        """),
        _words("""
            code replycode response releasecode errorcode
        """),
    ),
    "cause": (
        _words("""
            cause hangupcause q850 q850cause hangupcauseq850 releasecause causecode isdncause
            disconnectcause terminationcause isupcause hangupcausecode causevalue releasecausecode
            callendreason endcause endreason hangupreason disconnectreason causeq850 termcause clearingcause
            hangupcode releasereason terminatingcause causeid relcause clearcause
        """),
        _words("""
            releasecode
        """),
    ),
    "imei": (
        _words("""
            imei imeisv callerimei imeinumber originatingimei servedimei aimei callingimei deviceimei
            deviceid handset handsetid equipmentid imeia origimei tac
        """),
    ),
    "imsi": (
        _words("""
            imsi callerimsi imsinumber originatingimsi servedimsi aimsi callingimsi imsia origimsi
            subscriberimsi
        """),
    ),
    "cell": (
        _words("""
            cell cellid cellidentity cgi ecgi firstcell firstcellid startcell startcellid cid servingcell
            lacci cellname celltower tower towerid acell callingcell locationcell callercell origcell ncgi
            eutrancgi cellglobalid enodeb callercellid originatingcell siteid userlocation
        """),
    ),
    "call_id": (
        _words("""
            callid sipcallid callidentifier acctsessionid sipcallidheader siphcallid sipid
        """),
    ),
    "id": (
        _words("""
            id uniqueid uuid recordid cdrid calluuid record callreference reference ref sessionid rowid
            callref recordnumber globalcallid linkedid calluid guid callguid sequence recordno eventid
            transactionid rownum row index no
        """),
    ),
    "date": (
        _words("""
            date calldate startdate callstartdate day
        """),
    ),
    "time": (
        _words("""
            time calltime starttime timeofday callstarttime
        """),
    ),
}
"""Field → names in tiers, of which an earlier one goes first.

'duration' is the whole length, 'answer' and 'end' are moments: seconds and ring follow from them."""

PREFIXES = _words("stirshaken stir shaken passport identity call cdr record sip")
"""Words before a name that say nothing of which field it is: 'stir_spc', 'call_secs'."""
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "spc": ("spc", "ocn"), "certificate": ("x5u", "certificate", "certurl", "cert"), "origid": ("origid",),
    "attest": ("attest", "attestation"), "verstat": ("verstat",), "imei": ("imei",), "imsi": ("imsi",),
    "cell": ("cellid",), "sip_code": ("sipcode",), "cause": ("causecode",),
}  # fmt: skip
"""Words that tell the field at the end of any name: 'orig_tn_spc'."""
