"""Wires what callers hear and what they say: voices, tenants' audio, the player, music on hold, the recogniser."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from callmodel.directory import Lookups
from media_nodes.ari import Ari
from media_nodes.config import MediaSettings
from media_nodes.listening import WordListener
from media_nodes.machineear import SwitchMachineEar
from media_nodes.music import MusicClasses
from media_nodes.playing import PromptPlayer
from media_nodes.ports import Switch
from media_nodes.prompts import CachedPrompts
from media_nodes.recognisers import HttpRecogniser, Recogniser, SphinxRecogniser
from media_nodes.soundcache import SoundCache
from servicekit.lifecycle import Service
from servicekit.objects import open_objects
from servicekit.voices import EspeakVoice, HttpVoice, Voice


@dataclass(frozen=True)
class CallerSounds:
    prompts: CachedPrompts
    music: MusicClasses


def build_sounds(
    service: Service, settings: MediaSettings, ari: Ari, directory: Callable[[], Lookups | None]
) -> CallerSounds:
    """Return prompts and music, which the service keeps running and closes.  Raises ValueError, ObjectError."""
    cache = SoundCache(settings.sounds_dir.resolve(), settings.sound_cache_bytes)
    objects = None
    if settings.objects_url:
        # No link is ever signed here, so any secret does.
        objects = open_objects(settings.objects_url, secrets.token_bytes(32), "", settings.objects_credentials)
        service.on_close(objects.close)
    voice: Voice = EspeakVoice()
    if settings.voice_url:
        voice = HttpVoice(settings.voice_url, voice, _session(service))
    prompts = CachedPrompts(cache, voice, objects, directory)
    music = MusicClasses(settings.instance_dir, prompts, ari)
    service.spawn("sounds", cache.run())
    service.spawn("music", music.run())
    return CallerSounds(prompts, music)


def build_player(service: Service, switch: Switch, sounds: CallerSounds) -> PromptPlayer:
    """Return what plays, which the service keeps running."""
    player = PromptPlayer(switch, sounds.prompts)
    service.spawn("player", player.run())
    return player


def build_ear(service: Service, settings: MediaSettings, switch: Switch) -> WordListener:
    """Return what recognises words, which the service keeps running and closes."""
    recogniser: Recogniser = SphinxRecogniser(settings.recogniser_processes)
    if settings.recogniser_url:
        recogniser = HttpRecogniser(settings.recogniser_url, recogniser, _session(service))
    service.on_close(recogniser.close)
    ear = WordListener(switch, recogniser, settings.control_address)
    service.spawn("ear", ear.run())
    return ear


def build_machine_ear(service: Service, settings: MediaSettings, switch: Switch) -> SwitchMachineEar:
    """Return what tells machines from people, which the service keeps running."""
    ear = SwitchMachineEar(switch, settings.control_address)
    service.spawn("machine-ear", ear.run())
    return ear


def _session(service: Service) -> aiohttp.ClientSession:
    session = aiohttp.ClientSession()
    service.on_close(session.close)
    return session
