"""Claims to what TalentLMS is told and given: pure, from claims and settings to an ``Outcome``, without any call."""
