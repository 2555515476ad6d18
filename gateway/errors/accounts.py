"""Finding or creating a person's TalentLMS account."""

from gateway.errors.root import GatewayError


class ProvisioningRefused(GatewayError):
    """This person cannot be given a TalentLMS account here. ``note`` says the remedy, for the audit trail."""


class EmailMissing(ProvisioningRefused):
    """No e-mail address among the claims, and TalentLMS needs one."""

    code = "email-missing"


class EmailMalformed(ProvisioningRefused):
    """The claim with the e-mail address holds something that is not one whole address."""

    code = "email-malformed"


class EmailNotVerified(ProvisioningRefused):
    """An account with this address exists, and nobody vouches that the address is this person's."""

    code = "email-not-verified"


class AccountNotALearner(ProvisioningRefused):
    """The account that matches is an administrator's, an instructor's or the like."""

    code = "account-not-a-learner"


class AccountTaken(ProvisioningRefused):
    """The account that matches already belongs to another (issuer, subject).

    Args:
        note: as for every error.
        issuer: of the other sign-in, where the person may have it too; empty where that helps nobody.
    """

    code = "account-taken"

    def __init__(self, note: str = "", *, issuer: str = "") -> None:
        super().__init__(note)
        self.issuer = issuer


class UsernameTaken(ProvisioningRefused):
    """Other accounts have every user name that the person's account could have."""

    code = "username-taken"


class SignUpRefused(ProvisioningRefused):
    """TalentLMS does not accept what a sign-up says of the person, and trying again changes nothing."""

    code = "sign-up-refused"


class ProvisioningBusy(ProvisioningRefused):
    """Another sign-up of the same person has not finished in time."""

    code = "provisioning-busy"
