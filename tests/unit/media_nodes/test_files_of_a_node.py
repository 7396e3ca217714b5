"""What a node writes: WAV files, journal, configuration."""

import stat
import wave
from dataclasses import replace
from pathlib import Path

import pytest
from media_fakes import ACME, NODE, directory

from callmodel import calls
from callmodel.beginnings import StationDialled
from callmodel.callstate import Call
from callmodel.flows.visit import Visit
from callmodel.ids import CallId, Extension, LegId, SiteId
from callmodel.orders import LookUp, Order
from callmodel.routing import plan_call
from media_nodes import journal as journal_module
from media_nodes.config import MediaSettings
from media_nodes.journal import Entry, Journal
from media_nodes.rendering import TEMPLATES, TreeMissingError, passwords_of, render
from media_nodes.wav import wrap


def test_header_tells_the_length_that_is_there(tmp_path: Path):
    raw, wav = tmp_path / "a.raw", tmp_path / "out" / "a.wav"
    # A process killed while writing leaves half a frame.
    raw.write_bytes(bytes(range(256)) * 100 + b"xyz")

    seconds = wrap(raw, wav)

    with wave.open(str(wav)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 8000, 6400)
        assert file.readframes(6400) == bytes(range(256)) * 100
    assert seconds == 0.8
    assert [path.name for path in wav.parent.iterdir()] == ["a.wav"]


@pytest.mark.parametrize(
    ("lasted", "length"),
    [(100.0, 100.0), (101.9, 101.9), (102.5, 100.0), (160.0, 100.0), (99.0, 100.0), (0.0, 100.0)],
)
def test_recording_is_as_long_as_it_lasted_where_a_fiftieth_is_missing(tmp_path: Path, lasted: float, length: float):
    raw, wav = tmp_path / "a.raw", tmp_path / "out" / "a.wav"
    sound = b"\x01\x02\x03\x04" * 800_000
    raw.write_bytes(sound)

    seconds = wrap(raw, wav, lasted)

    assert seconds == pytest.approx(length, abs=0.001)
    with wave.open(str(wav)) as file:
        frames = file.readframes(file.getnframes())
    assert len(frames) == round(length * 8000) * 4 == wav.stat().st_size - 44
    assert frames[: len(sound)] == sound
    assert not frames[len(sound) :].strip(b"\0")


def call_of_station() -> Call:
    return begun()[0]


def begun() -> tuple[Call, list[Order]]:
    dialled = StationDialled(CallId("c1"), ACME, NODE, LegId("in.1"), Extension("1001"), SiteId("hq"), "1002", 5)
    return calls.begin(dialled, plan_call(directory(), ACME, "13812345678"))


def test_journal_reads_what_it_wrote(tmp_path: Path):
    call, orders = begun()
    entry = Entry(call, tuple(orders), "life-1")

    Journal(tmp_path).write(entry)

    assert Journal(tmp_path).entries() == [entry]


def test_hidden_digits_are_not_in_the_journal(tmp_path: Path):
    call = replace(call_of_station(), visit=Visit("card", digits="4111", secret=True, hidden={"code": "9876"}))
    look_up = LookUp("l1", "https://crm.example/", 800, {"caller": "c-1"}, hidden={"card": "4111"})

    Journal(tmp_path).write(Entry(call, (look_up,), "life-1"))

    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"4111" not in written and b"9876" not in written
    (entry,) = Journal(tmp_path).entries()
    assert entry.call.visit == Visit("card", secret=True)
    assert entry.orders == (replace(look_up, hidden={}),)


def test_digits_that_are_not_hidden_outlive_a_conductor(tmp_path: Path):
    entry = Entry(replace(call_of_station(), visit=Visit("account", digits="47")), (), "life-1")

    Journal(tmp_path).write(entry)

    assert Journal(tmp_path).entries() == [entry]


def test_half_a_journal_line_is_passed_over(tmp_path: Path):
    entry = Entry(call_of_station(), (), "life-1")
    Journal(tmp_path).write(entry)
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(b'{"id":"c2","call":{')

    assert Journal(tmp_path).entries() == [entry]


def test_forgotten_call_stays_forgotten_and_the_file_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(journal_module, "COMPACT_BYTES", 10_000)
    journal = Journal(tmp_path)
    entry = Entry(call_of_station(), (), "life-1")

    for _ in range(100):
        journal.write(entry)
    journal.forget(entry.call.call_id)

    assert (tmp_path / "journal.jsonl").stat().st_size < 12_000
    assert Journal(tmp_path).entries() == []


def settings(tmp_path: Path) -> MediaSettings:
    modules = tmp_path / "tree/usr/lib/x86_64-linux-gnu/asterisk/modules"
    modules.mkdir(parents=True)
    return MediaSettings(
        run_dir=tmp_path / "run",
        node_id="media-1",
        node_address="127.9.11.1",
        edge_internal="127.9.10.1:5062, 127.9.10.2:5062",
        asterisk_root=tmp_path / "tree",
        spool_dir=tmp_path / "spool",
    )


def test_every_place_of_the_templates_is_filled(tmp_path: Path):
    etc = render(settings(tmp_path)).parent

    rendered = {path.name: path.read_text() for path in etc.iterdir()}
    assert rendered.keys() == {path.name for path in TEMPLATES.glob("*.conf")}
    assert not [name for name, text in rendered.items() if "@" in text.replace("@lr", "")]
    assert "endpoint=edge\nmatch=127.9.10.1\n" in rendered["pjsip.conf"]
    assert "endpoint=edge-2\nmatch=127.9.10.2\n" in rendered["pjsip.conf"]
    assert "PJSIP_HEADER(read,X-Trunkline)" in rendered["extensions.conf"]


def test_passwords_are_kept_and_belong_to_their_owner_only(tmp_path: Path):
    node = settings(tmp_path)

    first = passwords_of(node)
    etc = render(node).parent

    assert passwords_of(node) == first
    assert first.ari in (etc / "ari.conf").read_text()
    for path in (node.instance_dir / "passwords.json", etc / "ari.conf", etc / "manager.conf"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_missing_tree_is_named(tmp_path: Path):
    node = settings(tmp_path).model_copy(update={"asterisk_root": tmp_path / "nowhere"})

    with pytest.raises(TreeMissingError, match="doctor"):
        render(node)
