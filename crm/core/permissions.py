"""What each role may do in the admin. The API's rules are in `crm.core.api.permissions` and in `visible_to`."""

from crm.core.choices import Role

# A manager runs the business and asks agents in, but neither makes accounts nor touches the machinery.
MANAGER_MAY_CHANGE = {"leads", "agencies", "pricing", "analytics"}
MANAGER_MAY_VIEW = MANAGER_MAY_CHANGE | {"core"}
MANAGER_ALSO = {"core.change_user", "core.add_invitation"}
MANAGER_MAY_NOT = {"leads.delete_lead", "leads.change_intakepolicy"}


def may(role: Role, perm: str) -> bool:
    """Whether `role` has the admin permission `app_label.action_model`."""
    if role == Role.ADMIN:
        return True
    if role != Role.MANAGER or perm in MANAGER_MAY_NOT:
        return False
    app_label, _, codename = perm.partition(".")
    if codename.startswith("view_"):
        return app_label in MANAGER_MAY_VIEW
    return app_label in MANAGER_MAY_CHANGE or perm in MANAGER_ALSO
