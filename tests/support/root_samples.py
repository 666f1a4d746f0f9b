"""How to call each root of the admin endpoint. The access test fails for a root or an id it finds no sample of.

A sample takes `Ids`: `ids["cus"]` is the id acted on, of another website in one call and of nothing in the next;
`ids.own("cus")` is of the caller's own website in both. Give several where a root takes several ids.
"""

from customer_gql.graph.nodes import visible_to_everyone
from customer_gql.schema import admin
from customer_gql.schema.nodes import nodes_of
from support.access_walk import Ids, Sample

SOON = "2026-12-24T12:00:00Z"


def by_input(make) -> Sample:
    return lambda ids: {"input": make(ids)}


def about(prefix: str, **more) -> Sample:
    return lambda ids: {"input": {"id": ids[prefix], **more}}


def node(prefix: str) -> Sample:
    return lambda ids: {"id": ids[prefix]}


def nodes(ids: Ids):
    return {"ids": [ids[prefix] for prefix in sorted(private())]}


def private() -> set[str]:
    """Prefixes of what is not for everyone to see."""
    return {
        prefix
        for prefix, (_, declared) in nodes_of(admin.schema).items()
        if declared.visible is not visible_to_everyone
    }


def mass_action(action: str, **more) -> Sample:
    return by_input(lambda ids: {"action": action, "selection": {"ids": [ids["cus"]]}, **more})


def of_website(**more) -> Sample:
    return by_input(lambda ids: {"id": ids.own("cus"), "websiteId": ids["web"], **more})


def mail_text(field: str, prefix: str, **more) -> Sample:
    return by_input(lambda ids: {"template": "WELCOME", field: ids[prefix], **more})


KEY = {"idempotencyKey": "walk"}
TEXT = {"subject": "s", "html": "h", "text": "t"}
GROUP = "grp_" + f"{2:016x}"

# Roots that take arguments. Those without required ones are called as they are.
SAMPLES: dict[str, list[Sample]] = {
    "customer": [lambda ids: {"id": ids["cus"]}],
    "node": [node(prefix) for prefix in sorted(private())],
    "nodes": [nodes],
    "customerForceSignIn": [about("cus"), about("cus", loginCodeReason="Walk")],
    "customerResetPassword": [about("cus")],
    "customerLock": [about("cus"), about("cus", until=SOON)],
    "customerUnlock": [about("cus")],
    "customerActivate": [about("cus")],
    "customerDeactivate": [about("cus")],
    "customerConfirm": [about("cus")],
    "customerResendConfirmation": [about("cus")],
    "customerLoginAs": [about("cus", reason="Walk")],
    "impersonationEnd": [about("imp")],
    "accountSharingSet": [by_input(lambda _: {"sharing": "GLOBAL"})],
    "customerQuickEdit": [
        about("cus", taxVatNumber="X1"),
        about("cus", groupId=GROUP),
        by_input(lambda ids: {"id": ids.own("cus"), "websiteId": ids["web"]}),
    ],
    "customerMassAction": [
        mass_action("SUBSCRIBE"),
        mass_action("UNSUBSCRIBE"),
        mass_action("ASSIGN_GROUP", groupId=GROUP),
        mass_action("DELETE"),
    ],
    "storeCreditAdjust": [about("cus", amount="1.00", **KEY), of_website(amount="1.00", **KEY)],
    "rewardPointsAdjust": [about("cus", points=1, **KEY), of_website(points=1, **KEY)],
    "mailTemplates": [lambda ids: {"storeViewId": ids["stv"]}],
    "mailPreview": [
        lambda ids: {"template": "WELCOME", "storeViewId": ids["stv"]},
        lambda ids: {"template": "WELCOME", "storeViewId": ids.own("stv"), "customerId": ids["cus"]},
    ],
    "mailRetry": [about("mai")],
    "mailTemplateUpdate": [mail_text("websiteId", "web", **TEXT), mail_text("storeViewId", "stv", **TEXT)],
    "mailTemplateReset": [mail_text("websiteId", "web"), mail_text("storeViewId", "stv")],
    "staffCreate": [by_input(lambda ids: {"email": "walk@example.com", "name": "Walk", "roleId": ids["rol"]})],
    "staffUpdate": [
        about("stf", name="Walk"),
        by_input(lambda ids: {"id": ids.own("stf"), "roleId": ids["rol"]}),
    ],
    "staffActivate": [about("stf")],
    "staffDeactivate": [about("stf")],
    "staffForceSignIn": [about("stf")],
    "staffInvite": [about("stf")],
    "staffRoleCreate": [
        by_input(lambda ids: {"name": "Walk", "permissions": ["CUSTOMERS_READ"], "websiteIds": [ids["web"]]}),
    ],
    "staffRoleUpdate": [
        about("rol", name="Walk"),
        by_input(lambda ids: {"id": ids.own("rol"), "websiteIds": [ids["web"]]}),
    ],
    "staffRoleDelete": [about("rol")],
    "staffSessionRevoke": [about("sse")],
    "serviceTokenCreate": [
        by_input(lambda ids: {"name": "Walk", "permissions": [], "websiteIds": [ids["web"]], "expiresAt": SOON}),
    ],
    "serviceTokenRotate": [about("svt")],
    "serviceTokenRevoke": [about("svt")],
    "configuration": [
        lambda ids: {"scope": {"websiteId": ids["web"]}},
        lambda ids: {"scope": {"storeViewId": ids["stv"]}},
    ],
    "configurationSet": [
        by_input(lambda ids: {"path": "walk.lines", "value": 3, "scope": {"websiteId": ids["web"]}}),
        by_input(lambda ids: {"path": "walk.lines", "value": 3, "scope": {"storeViewId": ids["stv"]}}),
    ],
    "configurationReset": [
        by_input(lambda ids: {"path": "walk.lines", "scope": {"websiteId": ids["web"]}}),
        by_input(lambda ids: {"path": "walk.lines", "scope": {"storeViewId": ids["stv"]}}),
    ],
    "staffSignOut": [by_input(lambda _: {})],
    "staffPasswordChange": [by_input(lambda _: {"newPassword": "walking over the bridge"})],
    "staffTotpEnroll": [by_input(lambda _: {})],
    "staffTotpConfirm": [by_input(lambda _: {"code": "000000"})],
    "staffTotpDisable": [by_input(lambda _: {"code": "000000"})],
}
