"""Tests of `app.atlas.published`."""
