"""The words that TalentLMS takes for some parameters, and a check that names the nearest right one.

A wrong word is refused before the call: TalentLMS itself would answer no more than "Invalid arguments provided", or
take it and do something else. Time zones, currencies and event types are those of the API document's Appendix B.
"""

import difflib
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias, get_args

from gateway.errors import Unwritable
from gateway.talentlms.time_zones import TIME_ZONES

Status: TypeAlias = Literal["active", "inactive"]
"""Of a user or a branch (*Set status*)."""

Role: TypeAlias = Literal["learner", "instructor"]
"""Of a user in a course (*Enroll user to course*)."""

SignupMethod: TypeAlias = Literal["direct", "captcha", "email", "admin", "manual"]
"""How people get into a domain or a branch (*Domain details*)."""

HEADER_OPTIONS = ("courseName", "units", "sharedFiles", "moreOptions", "certificationIcon")
"""What can be hidden in a course's header (*Goto course*)."""

CURRENCIES: Mapping[str, str] = {
    "dollar": "US Dollar",
    "cad": "Canadian Dollar",
    "aud": "Australian Dollar",
    "nzd": "New Zealand Dollar",
    "sgd": "Singapore Dollar",
    "hkd": "Hong Kong Dollar",
    "jpy": "Japanese Yen",
    "brl": "Brazilian Real",
    "mxn": "Mexican Peso",
    "euro": "Euro",
    "pound": "UK Pound",
    "dkk": "Danish Krone",
    "nok": "Norwegian Krone",
    "sek": "Swedish Krona",
    "chf": "Swiss Franc",
    "try": "Turkish Lira",
    "rub": "Russian Ruble",
    "pln": "Polish Zloty",
    "czk": "Czech Koruna",
    "inr": "Indian Rupee",
    "php": "Philippine Peso",
    "thb": "Thai Baht",
    "ils": "Israeli New Shekel",
}
"""What TalentLMS wants to be sent, and the currency's name."""

EVENT_TYPES: Mapping[str, str] = {
    "user_login_user": "User log in",
    "user_register_user": "User registration",
    "user_self_register": "User self registration",
    "user_delete_user": "User deletion",
    "user_undelete_user": "Undelete user",
    "user_property_change": "User update",
    "user_create_payment": "User payment",
    "user_upgrade_level": "User level",
    "user_unlock_badge": "User badge",
    "course_create_course": "Course creation",
    "course_delete_course": "Course deletion",
    "course_undelete_course": "Undelete course",
    "course_property_change": "Course update",
    "course_add_user": "Added user to course",
    "course_remove_user": "Removed user from course",
    "course_completion": "User completed course",
    "course_failure": "User did not pass course",
    "course_reset_user_progress": "Reset progress",
    "branch_create_branch": "Branch creation",
    "branch_delete_branch": "Branch deletion",
    "branch_property_change": "Branch update",
    "branch_add_user": "Added user to branch",
    "branch_remove_user": "Removed user from branch",
    "branch_add_course": "Added course to branch",
    "branch_remove_course": "Removed course from branch",
    "group_create_group": "Group creation",
    "group_delete_group": "Group deletion",
    "group_property_change": "Group update",
    "group_add_user": "Added user to group",
    "group_remove_user": "Removed user from group",
    "group_add_course": "Added course to group",
    "group_remove_course": "Removed course from group",
    "certification_issue_certification": "Certification issued to user",
    "certification_refresh_certification": "Certification renewed",
    "certification_remove_certification": "Certification removed",
    "certification_expire_certification": "Certification expired",
    "unitprogress_test_completion": "Test completion",
    "unitprogress_test_failed": "Test fail",
    "unitprogress_survey_completion": "Survey completion",
    "unitprogress_assignment_answered": "Assignment submission",
    "unitprogress_assignment_graded": "Assignment grading",
    "unitprogress_ilt_graded": "ILT grading",
    "notification_create_notification": "Notification creation",
    "notification_delete_notification": "Notification deletion",
    "notification_update_notification": "Notification update",
    "automation_create_automation": "Automation creation",
    "automation_delete_automation": "Automation deletion",
    "automation_update_automation": "Automation update",
    "reports_create_custom_report": "Custom report creation",
    "reports_delete_custom_report": "Custom report deletion",
    "reports_update_custom_report": "Custom report update",
}
"""The timeline's event types, and what they are called."""

_WORDS: Mapping[str, Mapping[str, str]] = {
    "status": dict.fromkeys(get_args(Status), ""),
    "role": dict.fromkeys(get_args(Role), ""),
    "signup_method": dict.fromkeys(get_args(SignupMethod), ""),
    "header_hidden_options": dict.fromkeys(HEADER_OPTIONS, ""),
    "timezone": TIME_ZONES,
    "currency": CURRENCIES,
    "event_type": EVENT_TYPES,
}


def checked(parameter: str, word: str) -> str:
    """Return the word to send for a parameter.

    Args:
        parameter: its name on the wire. Parameters without a vocabulary take any word.
        word: one of the vocabulary's words, or the name that belongs to it: ``2`` or ``Athens, Greece``.

    Raises:
        Unwritable: the vocabulary has no such word; the note names the nearest.
    """
    words = _WORDS.get(parameter)
    if words is None or word in words:
        return word
    for known, name in words.items():
        if word and word == name:
            return known
    raise Unwritable(f"{parameter}: there is no {word[:80]!r}; the nearest is {_nearest(word, words)}")


def _nearest(word: str, words: Mapping[str, str]) -> str:
    spoken = {text.casefold(): known for known, name in words.items() for text in (known, name) if text}
    known = spoken[_closest(word.casefold(), spoken)]
    return f"{known!r} ({words[known]})" if words[known] else repr(known)


def _closest(word: str, texts: Iterable[str]) -> str:
    """Return the text with the most in common; one that holds the word's last part goes first, as in Europe/Athens."""
    last = word.rpartition("/")[2].replace("_", " ")
    holding = [text for text in texts if last and last in text]
    return difflib.get_close_matches(word, holding or texts, n=1, cutoff=0.0)[0]
