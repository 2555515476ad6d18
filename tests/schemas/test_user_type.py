import pytest

from schemas.user_type import LEARNERS, is_administrators


@pytest.mark.parametrize(
    "name",
    [
        *(
            "SuperAdmin",
            "Super-Admin",
            "superadmin",
            "Super Administrator",
            "Admin-Type",
            "ADMIN-TYPE",
            "Administrator",
        ),
        *("Branch admin", "Site-Administrator-Type", "Administrateur", "\uff21dmin"),
    ],
)
def test_whatever_is_called_an_administrator_is_one(name):
    assert is_administrators(name)


@pytest.mark.parametrize("name", ["", *sorted(LEARNERS), "Trainer-Type", "Apprentice", "Ad-hoc learner", "Minder"])
def test_others_are_none(name):
    assert not is_administrators(name)
