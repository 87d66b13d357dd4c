"""What a practice tenant holds from the first minute: organization, licences, policies, restrictions, people, group and profile.

Set up as a HoloLens tenant should be (facts: tenant §1.8, enrolment §1.1); the setting-up quirks take single pieces away.
"""

from datetime import timedelta

from station.practice.tenant.directory import Directory
from station.practice.tenant.profiles import Profiles
from station.practice.tenant.state import Row, Table, TenantState, stamp

DOMAIN = "practice.onmicrosoft.com"
FEDERATED_DOMAIN = "practice.example"
LEAD = f"lead@{DOMAIN}"
GROUP_NAME = "HoloLens bench"
PROFILE_NAME = "HoloLens bench"
INTUNE_POLICY = "0000000a-0000-0000-c000-000000000000"
ALL_AUTOPILOT_RULE = '(device.devicePhysicalIDs -any (_ -contains "[ZTDID]"))'
_URLS = {"discoveryUrl": "https://enrollment.manage.microsoft.com/enrollmentserver/discovery.svc",
         "termsOfUseUrl": "https://portal.manage.microsoft.com/TermsofUse.aspx",
         "complianceUrl": "https://portal.manage.microsoft.com/?portalAction=Compliance"}
# Service plans of the practice licences (facts: tenant §1.8).
_PLANS = (("INTUNE_A", "c1ec4a95-1f05-45b3-a911-aa3fa01094f5"), ("AAD_PREMIUM", "41781fb2-bc02-4b7c-bd55-b576c07bb09d"))


def furnish(state: TenantState, directory: Directory, profiles: Profiles) -> None:
    """Put everything in its place."""
    for name in ("skus", "domains", "configurations", "mdm-policies", "events", "troubles"):
        state.lists[name] = Table()
    _organization(state)
    _licences(state)
    _restrictions(state)
    _policies(state)
    _people(state)
    _group_and_profile(state, directory, profiles)
    state.singles["settings"] = state.blank(
        "windowsAutopilotSettings", syncStatus="completed", lastSyncDateTime=stamp(state.moment() - timedelta(hours=9)),
        lastManualSyncTriggerDateTime="0001-01-01T00:00:00Z")
    state.singles["sync"] = {}


def _on(state: TenantState, quirk: str) -> bool:
    return state.strikes.strikes(quirk)


def _organization(state: TenantState) -> None:
    domains = [(DOMAIN, "Managed"), *([(FEDERATED_DOMAIN, "Federated")] if _on(state, "federated-domain") else [])]
    state.singles["organization"] = state.blank(
        "organization", beta=False, id=state.tenant_id, displayName="HoloBench Practice", tenantType="AAD",
        countryLetterCode="FR",
        mobileDeviceManagementAuthority="office365" if _on(state, "mdm-authority-office365") else "intune",
        createdDateTime="2024-02-01T08:00:00Z",
        verifiedDomains=[{"capabilities": "Email", "isDefault": name == DOMAIN, "isInitial": name == DOMAIN, "name": name,
                          "type": kind} for name, kind in domains])
    state.singles["service"] = state.blank(
        "deviceManagement", beta=False, intuneAccountId=state.new_id(),
        subscriptionState="disabled" if _on(state, "subscription-disabled") else "active")
    for name, kind in domains:
        state.lists["domains"].add(state.blank(
            "domain", beta=False, id=name, authenticationType=kind, isDefault=name == DOMAIN, isInitial=name == DOMAIN,
            isVerified=True, isAdminManaged=True, isRoot=True, supportedServices=["Email"]))


def _licences(state: TenantState) -> None:
    if _on(state, "no-licence"):
        return
    plans = [{"servicePlanId": key, "servicePlanName": name, "provisioningStatus": "Success", "appliesTo": "User"}
             for name, key in _PLANS]
    state.lists["skus"].add(state.blank(
        "subscribedSku", beta=False, id=f"{state.tenant_id}_efccb6f7-5641-4e0e-bd10-b4976e1bf68e", skuPartNumber="EMS",
        skuId="efccb6f7-5641-4e0e-bd10-b4976e1bf68e", accountId=state.tenant_id, accountName="practice", appliesTo="User",
        capabilityStatus="Enabled", consumedUnits=12, servicePlans=plans, subscriptionIds=[],
        prepaidUnits={"enabled": 50, "suspended": 0, "warning": 0, "lockedOut": 0}))


def _restrictions(state: TenantState) -> None:
    account = state.singles["service"]["intuneAccountId"]
    restriction = {"platformBlocked": _on(state, "platform-blocked"), "personalDeviceEnrollmentBlocked": False,
                   "osMinimumVersion": "10.0.22621.0" if _on(state, "platform-minimum") else "", "osMaximumVersion": ""}
    state.singles["windows-restriction"] = restriction
    usual = {"platformBlocked": False, "personalDeviceEnrollmentBlocked": False, "osMinimumVersion": "", "osMaximumVersion": ""}
    _configuration(state, "deviceEnrollmentPlatformRestrictionsConfiguration", f"{account}_DefaultPlatformRestrictions",
                   windowsRestriction=restriction, windowsMobileRestriction=dict(usual), iosRestriction=dict(usual),
                   androidRestriction=dict(usual), macOSRestriction=dict(usual))
    _configuration(state, "deviceEnrollmentLimitConfiguration", f"{account}_DefaultLimit", limit=15)
    page = "windows10EnrollmentCompletionPageConfiguration"
    _configuration(state, page, f"{account}_DefaultW{page[1:]}",
                   showInstallationProgress=True, installProgressTimeoutInMinutes=60, allowDeviceResetOnInstallFailure=True,
                   allowLogCollectionOnInstallFailure=True, allowDeviceUseOnInstallFailure=True,
                   trackInstallProgressForAutopilotOnly=True, disableUserStatusTrackingAfterFirstUser=True)


def _configuration(state: TenantState, kind: str, key: str, **known: object) -> None:
    row = state.blank(kind, beta=False, id=key, displayName="All users and all devices", priority=0, version=1,
                      createdDateTime="2024-02-01T08:00:00Z", lastModifiedDateTime="2024-02-01T08:00:00Z", **known)
    row["@odata.type"] = f"#microsoft.graph.{kind}"
    state.lists["configurations"].add(row)


def _policies(state: TenantState) -> None:
    scope = "none" if _on(state, "mdm-scope-none") else "selected" if _on(state, "mdm-scope-selected") else "all"
    urls = dict(_URLS)
    if _on(state, "mdm-wrong-urls"):
        urls["discoveryUrl"] = "https://mdm.example.com/discovery.svc"
    policy: Row = {"id": INTUNE_POLICY, "displayName": "Microsoft Intune", "description": "", "appliesTo": scope, "isValid": True,
                   "isMdmEnrollmentDuringRegistrationDisabled": False, **urls}
    other: Row = {"id": "d4ebce55-015a-49b5-a083-c84d1797ae8c", "displayName": "Microsoft Intune Enrollment", "description": "",
                  "appliesTo": "none", "isValid": True, "isMdmEnrollmentDuringRegistrationDisabled": False, **_URLS}
    for row in (policy, other):
        state.lists["mdm-policies"].add(row)
    state.singles["mdm-policy"] = policy
    forbidden = _on(state, "join-forbidden")
    state.singles["join-policy"] = {"allowed": "none" if forbidden else "all"}
    kind = "noDeviceRegistrationMembership" if forbidden else "allDeviceRegistrationMembership"
    state.singles["registration-policy"] = state.blank(
        "deviceRegistrationPolicy", beta=False, id="deviceRegistrationPolicy", displayName="Device Registration Policy",
        description="Tenant-wide policy that manages initial provisioning controls", userDeviceQuota=50,
        multiFactorAuthConfiguration="notRequired",
        azureADJoin={"isAdminConfigurable": True, "allowedToJoin": {"@odata.type": f"#microsoft.graph.{kind}"}},
        azureADRegistration={"isAdminConfigurable": False,
                             "allowedToRegister": {"@odata.type": "#microsoft.graph.allDeviceRegistrationMembership"}})


def _people(state: TenantState) -> None:
    for name, upn in (("Bench Lead", LEAD), ("Bench Technician", f"technician@{DOMAIN}")):
        _user(state, name, upn)
    if _on(state, "bulk-token-out"):
        package = f"package_{state.new_id()}"
        _user(state, package, f"{package}@{DOMAIN}")


def _user(state: TenantState, name: str, upn: str) -> None:
    row = state.blank("user", beta=False, displayName=name, userPrincipalName=upn, accountEnabled=True, userType="Member",
                      createdDateTime=stamp(state.moment() - timedelta(days=20)))
    row["@odata.type"] = "#microsoft.graph.user"
    state.users.add(row)


def _group_and_profile(state: TenantState, directory: Directory, profiles: Profiles) -> None:
    group = None
    if not _on(state, "no-device-group"):
        group = directory.create_group(
            displayName=GROUP_NAME, mailEnabled=False, mailNickname="hololens-bench", securityEnabled=True,
            groupTypes=["DynamicMembership"], membershipRule=ALL_AUTOPILOT_RULE, membershipRuleProcessingState="On")
    if _on(state, "no-profile"):
        return
    profile = profiles.create(
        displayName=PROFILE_NAME, description="", locale="os-default", deviceType="holoLens", deviceNameTemplate="HL-%SERIAL%",
        hardwareHashExtractionEnabled=False, preprovisioningAllowed=False, managementServiceAppId="",
        outOfBoxExperienceSetting={
            "privacySettingsHidden": True, "eulaHidden": True, "userType": "standard", "deviceUsageType": "shared",
            "keyboardSelectionPageSkipped": True, "escapeLinkHidden": True})
    if group is not None:
        profiles.assign(profile, group["id"])
    state.effects.clear()
