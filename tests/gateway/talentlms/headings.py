"""The headings of the API document, version 6.0, under which operations are described, by chapter."""

HEADINGS = {
    "Users": (
        *("Retrieving all users", "User login", "Is user online", "User logout", "User signup", "Delete a user"),
        *("Get custom registration fields", "Set status", "Forgot username", "Forgot password", "Edit user"),
        "Get users by custom field value",
    ),
    "Courses": (
        *("Retrieving all courses", "Create a new course", "Delete a course", "Enroll user to course"),
        *("Un-enroll user from course", "Goto course", "Buy course", "Get custom course fields"),
        *("Get courses by custom field value", "Get user status in course", "Reset user progress"),
    ),
    "Categories": ("Retrieving all categories", "Get category leafs and courses", "Buy category courses"),
    "Groups": (
        *("Retrieving all groups", "Create a new group", "Delete a group", "Add user to group"),
        *("Remove user from group", "Add course to group"),
    ),
    "Branches": (
        *("Retrieving all branches", "Create a new branch", "Delete a branch", "Add user to branch"),
        *("Remove user from branch", "Add course to branch", "Set status"),
    ),
    "Units": ("Get test answers", "Get survey answers", "Get ILT sessions"),
    "Domain details": ("Rate limiting", "Get timeline"),
}


def sections():
    """Return every name of a section: chapters, headings, and with its chapter a heading that there is twice."""
    found = list(HEADINGS)
    for chapter, headings in HEADINGS.items():
        for heading in headings:
            twice = sum(heading in others for others in HEADINGS.values()) > 1
            found.append(f"{chapter}: {heading}" if twice else heading)
    return found
