"""The lexical gate: what all read the same passes, what they do not is refused, what is odd is written anew."""

import time

import pytest

from edge_proxy import bodies, lexis, plain
from edge_proxy.lexis import UnreadableError

SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"


def message(*headers: str, start: str = "INVITE sip:1002@acme.test SIP/2.0", body: str = "", **values: str) -> str:
    said = {
        "Via": "SIP/2.0/UDP 192.0.2.7:5060;rport;branch=z9hG4bK1",
        "From": '"Bob" <sip:1001@acme.test>;tag=a',
        "To": "<sip:1002@acme.test>",
        "Call-ID": "call-1",
        "CSeq": "1 INVITE",
        "Contact": "<sip:1001@192.0.2.7:5060>",
    } | {name.replace("_", "-"): value for name, value in values.items()}
    lines = [f"{name}: {value}" for name, value in said.items() if value]
    if "Content_Length" not in values:
        lines.append(f"Content-Length: {len(body.encode('utf-8', 'surrogateescape'))}")
    return "\r\n".join([start, *lines, *headers, "", body])


def refusal(text: str, **how: bool) -> str:
    with pytest.raises(UnreadableError) as caught:
        lexis.read(text, **how)
    return str(caught.value)


def test_an_ordinary_call_passes_as_it_is():
    read = lexis.read(message("Content-Type: application/sdp", body=SDP))

    assert (read.method, read.status, read.rewritten, read.fault) == ("INVITE", 0, None, None)
    assert read.said("from") == '"Bob" <sip:1001@acme.test>;tag=a'


def test_a_header_that_hides_behind_a_bare_carriage_return_is_refused():
    assert refusal(message("Subject: hi\rX-Trunkline: origin=station;tenant=beta")) == "bare-line-end"
    assert refusal(message("Subject: hi\nX-Trunkline: origin=station;tenant=beta")) == "bare-line-end"
    assert refusal(message("User-Agent: a\x00b")) == "control-character"
    assert refusal(message("Subject: hi\r\n \r\n")) != ""


def test_no_line_and_no_control_character_hides_between_quotes():
    assert refusal(message(From='"\x00" <sip:1001@acme.test>;tag=a')) == "control-character"
    hidden = '"x\r\nX-Trunkline: target=trunk\r\nSubject: y" <sip:1001@acme.test>;tag=a'
    assert refusal(message(From=hidden)) == "from"
    refusal(message(Authorization='Digest nonce="x\r\nX-Trunkline: target=trunk\r\nSubject: y"'))


@pytest.mark.parametrize(
    "line",
    ["Min-SE: 90&X-Trunkline: a=b", "Expires: 60&Contact: <sip:a@b>", "Event: x&To: a", "Authorization: X&a: b"],
)
def test_an_ampersand_ends_no_header(line):
    refusal(message(line))
    assert lexis.read(message('Authorization: Digest opaque="a&b"')).rewritten is None


@pytest.mark.parametrize("name", ["X-%", "X-'", "!X", "X`", "X*"])
def test_a_name_that_stops_kamailio_is_no_name(name):
    assert refusal(message(f"{name}: 1")) == "header-name"


def with_ways(start: str, parameter: str) -> str:
    ways = f"SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1, SIP/2.0/UDP 192.0.2.7;{parameter};branch=z9hG4bK2"
    return message(start=start, Via=ways)


STARTS = ["INVITE sip:1002@acme.test SIP/2.0", "SIP/2.0 180 Ringing"]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("parameter", ["a=b", "alias=1", "Hidden=x", "received", "BRANCH", "ali", " a = b", "ttl"])
def test_a_way_back_has_no_parameter_at_which_kamailio_stops(start, parameter):
    """In the second Via of a response another edge would stop there, and Asterisk would not."""
    assert refusal(with_ways(start, parameter)) == "via"


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("parameter", ["alias", "i=1", "rport", "ax=b", "receivedx", "TH=div", "received=192.0.2.9"])
def test_parameters_of_a_way_that_all_read_alike_pass(start, parameter):
    text = with_ways(start, parameter)

    assert plain.read(text) is not None
    assert lexis.read_closely(text, streamed=False).method == "INVITE"


@pytest.mark.parametrize(
    "tags", [";tag=a;tag=b", ";tag", ";tag=", ';tag="a"', ";tag=a;;", ";TAG=b;tag=a", ";tag=a?b=c", ";"]
)
def test_a_party_has_one_plain_tag(tags):
    refusal(message(From=f"<sip:1001@acme.test>{tags}"))


def test_a_folded_subject_is_one_line_for_all_that_come_after():
    subject = "Subject: I know\r\n\t you are there,\r\n pick up"
    read = lexis.read(message(subject, "Content-Type: application/sdp", body=SDP))

    assert read.rewritten is not None
    assert "Subject: I know you are there, pick up\r\n" in read.rewritten
    assert read.rewritten.endswith(f"\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}")
    assert lexis.read(read.rewritten).rewritten is None


@pytest.mark.parametrize(
    "line",
    [
        "Content-Length:\r\n 0", "Route:\r\n <sip:192.0.2.1;lr>", "Record-Route: <sip:a.test>,\r\n <sip:b.test>",
        "X-Trunkline: target=trunk;\r\n trunk=trunk-1", "Max-Forwards:\r\n 70", "l:\r\n 0",
        "Refer-To:\r\n <sip:a@b.test>",
    ],
)  # fmt: skip
def test_what_frames_or_names_a_way_is_never_folded(line):
    assert refusal(message(line, Content_Length="")) == "folded"


@pytest.mark.parametrize(
    "line",
    [
        "From: <sip:1003@acme.test>;tag=b", "t: <sip:1003@acme.test>", "Call-ID: call-2", "CSeq: 2 INVITE", "l: 0",
        "i: call-2", "X-Trunkline: a=b\r\nX-Trunkline: c=d", "Max-Forwards: 7\r\nMax-Forwards: 70",
    ],
)  # fmt: skip
def test_what_may_stand_once_stands_once(line):
    assert refusal(message(line)) == "repeated"


def test_a_call_has_one_contact_and_a_registration_may_have_several():
    assert refusal(message("Contact: <sip:+881@203.0.113.5>")) == "several-contacts"
    assert refusal(message(Contact="<sip:1001@192.0.2.7>, <sip:+881@203.0.113.5>")) == "several-contacts"
    assert not lexis.read(message(Contact='"Smith, Bob" <sip:1001@192.0.2.7>')).several_contacts
    registration = message(
        start="REGISTER sip:acme.test SIP/2.0", CSeq="1 REGISTER", Contact="<sip:a@192.0.2.7>, <sip:b@192.0.2.7>"
    )
    assert lexis.read(registration).several_contacts


@pytest.mark.parametrize("length", ["+5", "0x5", "5 ", "-1", "5, 5", "99999999999999999999", "5;a=b", "six"])
def test_a_length_is_plain_digits(length):
    text = message("Content-Type: application/sdp", body=SDP, Content_Length=length)

    assert refusal(text) in ("content-length", "length")


def test_a_length_is_that_of_the_body_in_bytes():
    assert refusal(message("Content-Type: application/sdp", body=SDP, Content_Length=str(len(SDP) - 2))) == "length"
    assert refusal(message("Content-Type: application/sdp", body=SDP, Content_Length="0")) == "length"
    chinese = SDP.replace("s=-", "s=电话")
    assert lexis.read(message("Content-Type: application/sdp", body=chinese)).fault is None
    assert refusal(message("Content-Type: application/sdp", Content_Length="", body=SDP), streamed=True) == "length"
    assert lexis.read(message(Content_Length="")).rewritten is None
    assert "Content-Length: 0" in (lexis.read(message(Content_Length=""), streamed=True).rewritten or "")


def test_names_that_are_no_utf8_pass_and_nothing_else_does():
    gbk = "\udcd5\udcc5\udcc8\udcfd"

    assert lexis.read(message(From=f'"{gbk}" <sip:1001@acme.test>;tag=a')).rewritten is None
    assert lexis.read(message(From=f"{gbk} <sip:1001@acme.test>;tag=a")).rewritten is None
    assert lexis.read(message(f"Subject: {gbk}")).rewritten is None
    assert refusal(message(From=f"<sip:{gbk}@acme.test>;tag=a")) == "from"
    assert refusal(message(Call_ID=gbk)) == "call-id"
    assert refusal(message(f"X-Other: {gbk}")) == "not-utf-8"
    session = lexis.read(message("Content-Type: application/sdp", body=SDP.replace("s=-", f"s={gbk}"))).rewritten
    assert session is not None and "s=????\r\n" in session


@pytest.mark.parametrize(
    "values",
    [
        {"From": '"Bob <sip:1001@acme.test>;tag=a'}, {"From": "<sip:1001@acme.test>;tag=a, <sip:b@c.test>"},
        {"To": "<sip:1002@acme.test"}, {"To": 'sip:1002@acme.test;x="'}, {"Contact": "<sip:a b@192.0.2.7>"},
        {"Route": "sip:192.0.2.1;lr"}, {"Via": "SIP/2.0/UDP"}, {"CSeq": "1 BYE"}, {"CSeq": "99999999999 INVITE"},
        {"Max_Forwards": "-1"}, {"Call_ID": "a b"}, {"Record_Route": '"<sip:a;lr>" sip:b'},
    ],
)  # fmt: skip
def test_parties_and_ways_are_written_so_that_everybody_reads_the_same(values):
    refusal(message(**values))


def test_a_method_in_other_letters_is_nobodys():
    refusal(message(start="invite sip:1002@acme.test SIP/2.0", CSeq="1 invite"))
    refusal(message(start="INVITE  sip:1002@acme.test SIP/2.0"))
    refusal(message(start="INVITE sip:1002@acme.test  SIP/2.0"))
    refusal(message(start="INVITE sip:1002@acme.test SIP/3.0"))


def test_space_before_a_colon_is_taken_away():
    rewritten = lexis.read(message("Subject : hi", "X-Trunkline\t: a=b")).rewritten

    assert rewritten is not None and "Subject: hi\r\n" in rewritten and "X-Trunkline: a=b\r\n" in rewritten


def test_a_body_that_nobody_here_reads_is_refused_in_a_request_and_left_out_of_an_answer():
    assert lexis.read(message("Content-Type: text/plain", body="x")).fault == (415, "Unsupported Media Type")
    assert lexis.read(message(body="x")).fault == (415, "Unsupported Media Type")
    described = ("Content-Type: text/plain", "MIME-Version: 1.0")
    answer = lexis.read(message(*described, start="SIP/2.0 486 Busy Here", body="x"))

    assert answer.rewritten is not None and answer.rewritten.endswith("Content-Length: 0\r\n\r\n")
    assert "Content-Type" not in answer.rewritten and "MIME-Version" not in answer.rewritten
    start, kind = "INFO sip:a@b.test SIP/2.0", "Content-Type: application/dtmf-relay"
    assert lexis.read(message(kind, start=start, CSeq="1 INFO", body="Signal=1\r\n")).fault is None


def test_a_carriage_return_hides_no_line_of_a_session():
    assert refusal(message("Content-Type: application/sdp", body=SDP + "a=x\rc=IN IP4 203.0.113.5\r\n")) == "body"


def test_of_several_parts_the_session_goes_on_alone():
    parts = (
        f"--b\r\nContent-Type: application/sdp\r\n\r\n{SDP}\r\n--b\r\n"
        "Content-Type: application/isup;version=itu-t92+\r\n"
        "Content-Transfer-Encoding: binary\r\n\r\n\x01\x10\x00\r\n--b--\r\n"
    )
    described = 'Content-Type: multipart/mixed; boundary="b"'
    read = lexis.read(message(described, start="SIP/2.0 183 Progress", body=parts))

    assert read.rewritten is not None and read.rewritten.partition("\r\n\r\n")[2] == SDP
    assert "Content-Type: application/sdp\r\n" in read.rewritten
    two = parts.replace("application/isup;version=itu-t92+", "application/sdp").replace("\x01\x10\x00", SDP)
    assert bodies.session_part("INVITE", "multipart/mixed;boundary=b", two) is None


@pytest.mark.parametrize("filling", [" ", "\t ", ";", ",", '"', "\\", "<", ";a=", '"\\', ", <sip:a@b>", "a", ":"])
def test_no_header_takes_long_to_be_refused(filling):
    """A pattern that tries one text in many ways would hold a SIP worker for seconds."""
    for name in ("From", "Contact", "Via", "Route", "Content-Type", "Diversion"):
        text = message(**{name.replace("-", "_"): filling * (15_000 // len(filling)) + "~<"})
        started = time.process_time()
        with pytest.raises(UnreadableError):
            lexis.read(text)
        assert time.process_time() - started < 0.1


def test_an_unreadable_request_is_told_so_with_nothing_else_of_it():
    told = lexis.told_off(message("Subject: hi\rX-Trunkline: target=trunk", body="x", Content_Length="+1"))

    assert told is not None and told.fault == (400, "Bad Request")
    read = lexis.read(told.rewritten or "")
    assert "Subject" not in (told.rewritten or "") and not read.said("x-trunkline")
    assert read.said("call-id") == "call-1"
    assert lexis.told_off(message(Via="SIP/2.0/UDP a\rb")) is None
    assert lexis.told_off(message(start="ACK sip:a@b.test SIP/2.0", CSeq="1 ACK", Call_ID="")) is None
    assert lexis.told_off(message(start="SIP/2.0 200 OK")) is None


def test_more_and_longer_headers_than_anybody_writes_are_refused():
    assert refusal(message(*["X-A: 1"] * 130)) == "too-long"
    assert refusal(message("Subject: " + "x" * 5000)) == "too-long"
    assert lexis.read(message("Subject: " + "x" * 3000)).rewritten is None


def test_a_response_names_us_in_its_topmost_via():
    read = lexis.read(message(start="SIP/2.0 200 OK", Via="SIP/2.0/TLS hq.branch.test:5061;branch=z9hG4bK1"))

    assert read.names_us(("192.0.2.7:", "hq.branch.test:"))
    of_browser = lexis.read(message(start="SIP/2.0 200 OK", Via="SIP/2.0/WS  192.0.2.1:8088;branch=z9hG4bK1"))
    assert of_browser.names_us(("192.0.2.1:",))
    assert not read.names_us(("192.0.2.7:", "192.0.2.7;"))


PLAIN_ONES = (
    message("Content-Type: application/sdp", "Max-Forwards: 70", "User-Agent: Phone/1.2 (a; b)", body=SDP),
    message("Allow: INVITE, ACK", "Supported: replaces", 'Authorization: Digest realm="a", nonce="b"', "Min-SE: 90"),
    message(start="SIP/2.0 200 OK", To="<sip:a@b.test>;tag=b", Via="SIP/2.0/UDP 192.0.2.1, SIP/2.0/TCP a.test;x=y"),
    message("Record-Route: <sip:192.0.2.1;r2=on;sg=0~nr>, <sip:a.test:5062;lr>", "Server: x", start="SIP/2.0 180 A"),
    message("Route: <sip:192.0.2.1;lr>", "X-Trunkline: a=b", start="BYE sip:a@192.0.2.7 SIP/2.0", CSeq="2 BYE"),
)  # fmt: skip


ODD = (
    "\r", "\n", "\r\n", "\r\n ", "\0", '"', "<", ">", ",", ";", ";tag=x", ":", "@", " ", "\t", "=", "&", "é", "\x7f",
    "\r\nTo: <sip:a@b>", "\r\nl: 0", "", "x" * 300,
)  # fmt: skip


@pytest.mark.parametrize("text", PLAIN_ONES)
def test_one_look_finds_what_a_closer_one_does(text):
    found, closely = plain.read(text), lexis.read_closely(text, streamed=False)

    assert found is not None
    assert (found.method, found.status, found.session) == (closely.method, closely.status, closely.session)
    assert found.has_session == closely.has_session
    assert (closely.rewritten, closely.fault, closely.several_contacts) == (None, None, False)
    asked = ("from", "to", "call-id", "contact", "content-type", "user-agent", "x-trunkline", "route")
    assert [found.said(name) for name in asked] == [closely.said(name) for name in asked]
    wanted = frozenset({"x-trunkline", "user-agent", "server", "record-route"})
    assert found.names(wanted, "x-") == closely.names(wanted, "x-")
    assert found.names_us(("192.0.2.1,",)) == closely.names_us(("192.0.2.1,",))


@pytest.mark.parametrize("text", PLAIN_ONES)
def test_what_one_look_lets_pass_a_closer_one_does_too(text):
    """Each message with something put in at each place, or in place of what stands there."""
    for place in range(len(text)):
        for more in ODD:
            for changed in (text[:place] + more + text[place:], text[:place] + more + text[place + 1 :]):
                found = plain.read(changed)
                if found is not None:
                    closely = lexis.read_closely(changed, streamed=True)
                    assert (found.method, found.status) == (closely.method, closely.status)
                    assert closely.rewritten is None and closely.fault is None


OURS = "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKx"


@pytest.mark.parametrize(
    ("way", "leads"),
    [
        ("\r\nVia: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKsr-.9uPHb7*", True),
        ("\r\nv : SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKsr-.9uPHb7*", True),
        (" , SIP / 2.0/UDP 203.0.113.1;branch=z9hG4bKsr-.9uPHb7* , SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKsr-a.b", True),
        ("\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-of-another;received=192.0.2.1", True),
        ("\r\nVia: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKsr-.9u;a=b;a=bPHb7*", False),
        ("\r\nVia: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKsr-.9uPHb7*;received=192.0.2.1", False),
        ("\r\nVia: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKsr-.9u~PHb7*", False),
        ("\r\nVi-: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKsr-.9uPHb7*", False),
        ("", False),
    ],
)
def test_response_that_spoils_its_way_back_is_seen(way: str, leads: bool):
    assert lexis.leads_back(f"{OURS}{way}\r\nCall-ID: a, b\r\n\r\n", "INVITE") is leads


def test_answer_to_a_request_of_our_own_has_no_way_back():
    for method in ("OPTIONS", "REGISTER", "BYE", "CANCEL"):
        assert lexis.leads_back(f"{OURS}\r\n\r\n", method)
