"""The API document's examples as shapes: their keys, the order of these, and the types of the values.

Where the document's text is not valid JSON, its nearest valid reading is taken. ``usersignup`` and ``create*`` answer
their id as a number, which the document shows as a text.
"""

from types import NoneType

from tests.sandbox.talentlms.shapes import MapOf

TEXT_OR_NONE = (str, NoneType)


def texts(names):
    return dict.fromkeys(names.split(), str)


USER = texts(
    "id login first_name last_name email restrict_email user_type timezone language status deactivation_date level "
    "points credits created_on last_updated last_updated_timestamp avatar"
) | {"bio": TEXT_OR_NONE, "login_key": str}
CERTIFICATION = texts("course_id course_name unique_id issued_date") | {
    "issued_date_timestamp": int,
    "expiration_date": str,
    "expiration_date_timestamp": int,
    "download_url": str,
}
ENROLMENT = texts(
    "id name role enrolled_on enrolled_on_timestamp completed_on completed_on_timestamp completion_status "
    "completion_status_formatted completion_percentage expired_on expired_on_timestamp total_time"
) | {"total_time_seconds": int, "last_accessed_unit_url": str}
NAMED = texts("id name")
USER_WHOLE = USER | {
    "courses": [ENROLMENT],
    "branches": [NAMED],
    "groups": [NAMED],
    "certifications": [CERTIFICATION | {"public_url": str}],
    "badges": [texts("name type image_url criteria issued_on") | {"issued_on_timestamp": int}],
}
SIGNED_UP = (
    {"id": int}
    | texts(
        "login first_name last_name email restrict_email user_type timezone status language level points credits "
        "created_on last_updated last_updated_timestamp avatar"
    )
    | {"bio": TEXT_OR_NONE, "login_key": str}
)
USER_BY_FIELD = texts(
    "id login first_name last_name email restrict_email status language deactivation_date created_on last_updated "
    "last_updated_timestamp"
) | {"certifications": [CERTIFICATION], "public_url": str}
COURSE_FIELD = texts(
    "key type name mandatory visible_on_reports dropdown_values checkbox_status selective_availability"
) | {"branch": NoneType, "main_domain_availability": TEXT_OR_NONE, "previous_key": TEXT_OR_NONE}
USER_FIELD = COURSE_FIELD | {"dropdown_values": TEXT_OR_NONE, "order": str}
COURSE = (
    texts(
        "id name code category_id description price status creation_date last_update_on creator_id "
        "hide_from_catalog time_limit"
    )
    | {"start_datetime": TEXT_OR_NONE, "expiration_datetime": TEXT_OR_NONE}
    | texts("level shared shared_url avatar big_avatar certification certification_duration")
)
UNIT = texts("id type name url")
SECTION = texts("id type name delay_time aggregated_delay_time formatted_aggregated_delay_time")
COURSE_WHOLE = COURSE | {
    "users": [
        texts(
            "id name role enrolled_on enrolled_on_timestamp completed_on completed_on_timestamp "
            "completion_percentage expired_on expired_on_timestamp total_time"
        )
        | {"total_time_seconds": int}
    ],
    "units": [UNIT, SECTION],
    "rules": [str],
    "prerequisites": [texts("course_id course_name")],
    "prerequisite_rule_sets": [texts("course_id course_name rule_set")],
}
STATUS_IN_COURSE = texts(
    "role enrolled_on enrolled_on_timestamp completion_status completion_percentage completed_on "
    "completed_on_timestamp expired_on expired_on_timestamp total_time"
) | {
    "total_time_seconds": int,
    "units": [
        texts("id name type completion_status completed_on completed_on_timestamp score total_time")
        | {"total_time_seconds": int}
    ],
}
CATEGORY = texts("id name price") | {"parent_category_id": TEXT_OR_NONE}
CATEGORY_COURSE = texts("id name description price status hide_from_catalog level shared shared_url avatar big_avatar")
LEAF_COURSE = texts("id name description shared shared_url avatar big_avatar") | {"units": [UNIT, SECTION]}
GROUP = texts("id name description key price owner_id belongs_to_branch max_redemptions redemptions_sofar")
MEMBERS = {"users": [NAMED], "courses": [NAMED]}
BRANCH = (
    texts(
        "id name description avatar theme timezone signup_method signup_type verification "
        "internal_announcement external_announcement language user_type_id user_type"
    )
    | dict.fromkeys(("group_id", "registration_email_restriction", "users_limit"), TEXT_OR_NONE)
    | texts(
        "disallow_global_login payment_processor currency paypal_email ecommerce_subscription "
        "ecommerce_subscription_price ecommerce_subscription_interval ecommerce_credits"
    )
)
ANSWERS = (dict, list)
COMPLETION = texts("completion_status completed_on completed_on_timestamp total_time") | {"total_time_seconds": int}
QUESTION = texts("id text type")
LIKERT = QUESTION | {"answers": [str], "user_answers": dict}
SESSION = texts(
    "id name multiname linked_to type owner_id instructor_id description location start_timestamp start_date "
    "capacity duration_minutes"
)
EVENT = texts(
    "action message timestamp unix_timestamp user_id user_username user_email user_fullname object_id "
    "object_name event_counter"
)
DONE = {"message": str}

EXAMPLES = {
    "users": [USER],
    "users/id": USER_WHOLE,
    "users/email": USER_WHOLE,
    "users/username": USER_WHOLE,
    "userlogin": texts("user_id login_key"),
    "isuseronline": {"online": bool},
    "userlogout": {"redirect_url": str},
    "usersignup": SIGNED_UP,
    "deleteuser": DONE,
    "edituser": USER,
    "usersetstatus": texts("user_id status"),
    "getcustomregistrationfields": [USER_FIELD],
    "getusersbycustomfield": MapOf(USER_BY_FIELD),
    "forgotusername": {"user_id": str},
    "forgotpassword": {"user_id": str},
    "courses": [COURSE],
    "courses/id": COURSE_WHOLE,
    "createcourse": COURSE | {"id": int},
    "deletecourse": DONE,
    "addusertocourse": [texts("user_id course_id role")],
    "removeuserfromcourse": texts("user_id course_id course_name"),
    "gotocourse": {"goto_url": str},
    "buycourse": {"redirect_url": str},
    "getcustomcoursefields": [COURSE_FIELD],
    "getcoursesbycustomfield": [COURSE | texts("custom_field_1 custom_field_2")],
    "getuserstatusincourse": STATUS_IN_COURSE,
    "resetuserprogress": DONE,
    "categories": [CATEGORY],
    "categories/id": CATEGORY | {"courses": [CATEGORY_COURSE]},
    "categoryleafsandcourses": MapOf(CATEGORY | {"courses": [LEAF_COURSE]}),
    "buycategorycourses": {"redirect_url": str},
    "groups": [GROUP],
    "groups/id": GROUP | MEMBERS,
    "creategroup": GROUP | {"id": int},
    "deletegroup": DONE,
    "addusertogroup": texts("user_id group_id group_name"),
    "removeuserfromgroup": texts("user_id group_id group_name"),
    "addcoursetogroup": texts("course_id group_id group_name"),
    "branches": [BRANCH],
    "branches/id": BRANCH | MEMBERS,
    "createbranch": BRANCH | {"id": int},
    "deletebranch": DONE,
    "branchsetstatus": texts("branch_id status"),
    "addusertobranch": texts("user_id branch_id branch_name"),
    "removeuserfrombranch": texts("user_id branch_id branch_name"),
    "addcoursetobranch": texts("course_id branch_id branch_name"),
    "getusersprogressinunits": [texts("user_id status score")],
    "gettestanswers": texts("test_id test_name user_id user_name score")
    | COMPLETION
    | {
        "questions": [
            QUESTION
            | {
                "weight": str,
                "correct": str,
                "answers": ANSWERS,
                "correct_answers": ANSWERS,
                "user_answers": ANSWERS,
            }
        ]
    },
    "getsurveyanswers": texts("survey_id survey_name user_id user_name")
    | COMPLETION
    | {
        "questions": [
            QUESTION | {"answers": ANSWERS, "user_answers": ANSWERS},
            QUESTION | {"answers": list, "user_answers": list, "child_questions": [LIKERT]},
        ]
    },
    "getiltsessions": [SESSION],
    "siteinfo": texts(
        "total_users total_courses total_categories total_groups total_branches monthly_active_users "
        "signup_method signup_type verification paypal_email domain_map date_format"
    )
    | {"limits": {"maximum_brances": int}},
    "ratelimit": texts("limit remaining reset formatted_reset"),
    "gettimeline": [EVENT],
}
