"""Which services the settings turn on, and which settings are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app import create_app
from app.config import Config
from app.errors import ConfigError
from app.sources.live.services import LiveServices, all_of, services_in

ON = Config(live="on", contact="operator@doorstep.example")


def test_nothing_is_asked_unless_live_mode_is_on() -> None:
    assert all_of(services_in(Config())) == ()
    assert services_in(Config()) == LiveServices((), None)


def test_it_turns_on_what_needs_no_key() -> None:
    assert [service.name for service in all_of(services_in(ON))] == ["nominatim", "photon", "overpass", "fema"]


def test_it_turns_on_what_has_a_key_in_the_order_given() -> None:
    config = replace(
        ON, geocoders=" google, census,nominatim", extras="google,walkscore", google_key="g", walkscore_key="w"
    )
    services = services_in(replace(config, overpass="off"))
    assert [service.name for service in services.geocoders] == ["google", "census", "nominatim"]
    assert (services.overpass, services.fema) == (None, None)
    assert services.ratings
    assert services.walkscore
    assert [services.geocoders[0].key, services.ratings.key, services.walkscore.key] == ["g", "g", "w"]
    assert "'g'" not in repr(services)
    assert services.ratings.url == services.geocoders[0].url == "https://maps.googleapis.com"
    assert (services.ratings.requests_per_day, services.walkscore.requests_per_day) == (200, 5_000)


def test_public_services_keep_their_rules_and_own_ones_the_operators() -> None:
    config = replace(ON, own_service_pause_seconds=0.0, nominatim_url="http://127.0.0.1:8080/nominatim/")
    own, photon, overpass, _ = all_of(services_in(config))
    assert (own.url, own.pause_s, own.title) == ("http://127.0.0.1:8080/nominatim", 0.0, "Nominatim")
    assert photon.pause_s >= 1
    assert overpass.rest_s >= 30
    assert all_of(services_in(ON))[0].pause_s >= 1


def test_every_wait_ends_before_its_stage_does() -> None:
    everything = replace(
        ON,
        geocoders="nominatim,photon,census,google",
        extras="fema,walkscore,google",
        google_key="g",
        walkscore_key="w",
    )
    services = all_of(services_in(everything))
    assert len(services) == 8
    assert max(service.read_s for service in services) + 10 < everything.stage_timeout_seconds
    assert all(service.policy.startswith("https://") for service in services)


def test_answers_are_kept_as_long_as_the_settings_and_the_terms_say() -> None:
    config = replace(ON, geocoders="google,nominatim", extras="google", google_key="g", answer_days=90)
    days = {service.name: service.keep_days for service in all_of(services_in(config))}
    assert days == {"google": 30, "nominatim": 90, "overpass": 90, "ratings": 0}


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("contact", "", "DOORSTEP_LIVE=on needs it: the services want to know whom to write to"),
        ("contact", "me", "it is neither an e-mail address nor an http or https page"),
        ("contact", "me@doorstep.example\r\nX-Bad: 1", "it is neither an e-mail address nor an http or https page"),
        ("contact", "ftp://doorstep.example", "it is neither an e-mail address nor an http or https page"),
        ("contact", "é@doorstep.example", "it is neither an e-mail address nor an http or https page"),
        ("geocoders", "nominatim,bing", "'bing' is not one of nominatim, photon, census, google"),
        ("geocoders", "photon,photon", "it names a service twice"),
        ("geocoders", "google", "google needs a key, DOORSTEP_GOOGLE_KEY"),
        ("extras", "weather", "'weather' is not one of fema, walkscore, google"),
        ("extras", "walkscore", "walkscore needs a key, DOORSTEP_WALKSCORE_KEY"),
        ("overpass_url", "file:///etc/passwd", "it is not an http or https address"),
        ("overpass_url", "", "it is not an http or https address"),
        ("photon_url", "https://", "it is not an http or https address"),
        ("photon_url", "https://a.example:port", "it is not an http or https address"),
        ("photon_url", "https://a.example/\n", "it is not an http or https address"),
        ("nominatim_url", "https://me:secret@a.example", "it may have no name, password, query or fragment in it"),
        ("nominatim_url", "https://a.example/?key=1", "it may have no name, password, query or fragment in it"),
    ],
)
def test_it_refuses_what_is_wrong(setting: str, value: str, why: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        services_in(replace(ON, **{setting: value}))
    assert refusal.value.message == f"The setting DOORSTEP_{setting.upper()} is wrong: {why}."


@pytest.mark.parametrize("contact", ["a@b.example", "https://doorstep.example/about", "http://doorstep.example"])
def test_it_takes_whatever_one_can_write_to(contact: str) -> None:
    assert services_in(replace(ON, contact=contact)).overpass


def test_the_site_does_not_start_with_wrong_settings(config: Config) -> None:
    with pytest.raises(ConfigError):
        create_app(replace(config, contact=""))
    with pytest.raises(ConfigError):
        create_app(replace(config, live="off", geocoders="bing"))
