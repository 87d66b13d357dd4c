"""Answers to "this is not what I see" that several paths share. Source: facts/enrolment §1.11, §2.4 to §2.6, §3.7, §3.8."""

from station.model.path import Alternative
from station.model.words import N_

EULA = Alternative(
    N_("The license agreement (“Windows 10 License Agreement”)"),
    N_("Do not accept. The headset found no profile within 15 s. Restart it with the power button "
       "and begin again at the first page."),
    "enrolment.eula-shown")
OWNER_PAGE = Alternative(
    N_("“Who owns this HoloLens?”"),
    N_("Do not choose. Somebody went past the license agreement. Restart the headset; "
       "if the page comes back, reset or reflash it."),
    "enrolment.eula-shown")
CLOCK = Alternative(
    N_("“You need internet for this” although it is connected"),
    N_("The clock of the headset is too old after long storage. Reflash it with the latest build; "
       "a unit registered with Autopilot sets its clock first."),
    "enrolment.clock-too-old")
LOCKED = Alternative(
    N_("“Your organization has set some policies to manage your device”"),
    N_("The unit is locked to an organisation. If that is not yours, it must go back to its owner."),
    "enrolment.tenant-lockdown")
SEARCH_GOES_ON = Alternative(
    N_("“Searching for an Autopilot profile” does not end"),
    N_("It takes about 15 s. A unit that is locked to an organisation waits for the profile of its owner without end."),
    "enrolment.tenant-lockdown")
WEB_PAGE = Alternative(
    N_("The network wants a web page"),
    N_("The documents disagree whether setup can pass such a page. Take an open network or one with a password; "
       "Power + Volume Down leads back to the network page."))
BLUE_BOX = Alternative(
    N_("A blue box instead of the hummingbird"),
    N_("It is the fit page of a first generation: adjust it until the box fits. The network page follows; "
       "the eyes are calibrated after the sign-in."))
FAILURE_LINE = Alternative(
    N_("“We ran into a problem with one of the following setup steps”"),
    N_("Note the line with the cross and its code. If one of the other answers names that code, choose it instead."),
    "enrolment.esp-failed")
REUSED = Alternative(
    N_("Code 0x80180014"),
    N_("The unit was enrolled before, or Windows is blocked. The tenant admin deletes its Intune record or allows Windows; "
       "then reset the unit."), "enrolment.0x80180014")
NOT_ATTESTED = Alternative(
    N_("Code 0x800705B4"),
    N_("The TPM was not attested in time. Restart the headset and try again, in a network without a filter."),
    "enrolment.0x800705b4")
TWO_PROFILES = Alternative(
    N_("Code 0x801C03EA"),
    N_("The unit was not recognised. The tenant admin looks whether two profiles reach it."), "enrolment.0x801c03ea")
OBJECT_DELETED = Alternative(
    N_("Code 80070774"),
    N_("Somebody deleted its Entra object. The tenant admin deletes the Autopilot record; then import the hash again."),
    "enrolment.80070774")
NO_LICENCE = Alternative(
    N_("“Something went wrong” with code 80180018"),
    N_("A licence is missing, or the account has too many devices. Ask the tenant admin."), "enrolment.80180018")
TWO_SCOPES = Alternative(
    N_("Code 0x80180026"),
    N_("MDM and MAM scope contradict each other. Ask the tenant admin."), "enrolment.0x80180026")
NO_RECORD = Alternative(
    N_("The headset is ready, but no record comes"),
    N_("It joined Entra without management (0x8018002b). The tenant admin sets the MDM user scope; "
       "then Access work or school › Connect with the same account, or reset."),
    "enrolment.0x8018002b")
NO_SERVICE = Alternative(
    N_("“OOBEIDPS” instead of a sign-in page"),
    N_("The network blocks the identity service. Tap Power + Volume Down to go back to the network page and take another."),
    "enrolment.oobeidps")
STATUS_PAGE = (REUSED, NOT_ATTESTED, TWO_PROFILES, OBJECT_DELETED, FAILURE_LINE)
"""What the status page of Autopilot may show at its end (facts/enrolment §3.9, §3.10)."""
REFUSALS = (NO_LICENCE, REUSED, TWO_SCOPES)
"""Codes that refuse an account or unit while it enrols (facts/enrolment §1.11; facts/tenant §1.9)."""
AUTOPILOT_BEGAN = Alternative(
    N_("“Welcome! Let's get you set up for work.”"),
    N_("The unit is registered with Autopilot and enrols by itself. Cancel this run and use the Autopilot path."),
    "enrolment.autopilot-began")
CHORD_HELD = Alternative(
    N_("The headset switched off or restarted"),
    N_("The buttons were held too long. Switch it on, wait for the first page, and tap them shortly."),
    "enrolment.chord-held")
PAST_FIRST_PAGE = Alternative(
    N_("The network page"),
    N_("The headset is past the first page. The tap then only leads back to the network page. "
       "Restart it and stay on the first page."), "enrolment.past-first-page")
PACKAGE_PAGE = Alternative(
    N_("A page about provisioning packages"),
    N_("The headset found a package on itself. Cancel there, remove the package, and tap again."),
    "enrolment.package-page")
ASLEEP = Alternative(
    N_("The headset is asleep"),
    N_("Press Power shortly to wake it; it goes to sleep after 3 minutes."))
NOTHING_COLLECTED = Alternative(
    N_("Nothing happens after the tap"),
    N_("Tap again, both at once and shortly. If nothing comes again, a policy may forbid diagnostics."),
    "autopilot.harvest-absent")
NAME_CLEARED = Alternative(
    N_("The user name disappeared"),
    N_("The page clears itself after 2 minutes. Type again, or choose “Sign in from another device” (not there in GCC High)."))
KEY_DEAD = Alternative(
    N_("The “&123” key does nothing"),
    N_("Close and open the keyboard, type a wrong password once, or use a USB keyboard or “Sign in from another device”."))
TERMS_FAILED = Alternative(
    N_("“Can't connect to the URL of your organization's MDM terms of use”"),
    N_("A licence is missing or the address is wrong. Ask the tenant admin."), "enrolment.terms-of-use")
NOT_ALLOWED = Alternative(
    N_("“This account is not allowed on this phone”"),
    N_("The account has no Intune licence. Ask the tenant admin."), "enrolment.account-not-allowed")
ALREADY_ENROLLED = Alternative(
    N_("“The device is already enrolled” (8018000a)"),
    N_("Another account is connected. Remove that connection, or reset the unit."), "enrolment.8018000a")
NOT_JOINED = Alternative(
    N_("A message that the device cannot join"),
    N_("Joining is not permitted or the account has too many devices. Ask the tenant admin."), "enrolment.join-refused")
PACKAGE_FAILED = Alternative(
    N_("A message that the package could not be applied"),
    N_("The package is encrypted, damaged, or its token is no longer good. Build it again and check it with the lint."),
    "enrolment.package-failed")
NO_PACKAGE = Alternative(
    N_("Nothing happens after the tap"),
    N_("The package is not in the root of the storage, or the tap was too long. Check the files and tap again."),
    "enrolment.no-package-found")
STICK_NOT_READ = Alternative(
    N_("Nothing happens with the stick"),
    N_("Older builds want a tap of Power + Volume Down. Else check: first page, package in the root, stick in FAT32 or exFAT "
       "(not documented)."),
    "enrolment.no-package-found")
BULK_REFUSED = Alternative(
    N_("“A setup failure has occurred during bulk enrollment”"),
    N_("The account of the token may not join devices. Ask the tenant admin."), "enrolment.bulk-refused")
NOT_IN_LIST = Alternative(
    N_("The list of packages is empty"),
    N_("Choose This Device › Documents in the picker. If it is empty too, copy the package again."),
    "enrolment.no-package-found")
NO_ADDING = Alternative(
    N_("“Add a package” is missing or grey"),
    N_("Only the device owner may add packages, or a policy forbids it. Sign in as device owner, or ask the lead."),
    "enrolment.package-forbidden")
NO_LINK = Alternative(
    N_("“Enroll only in device management” is missing"),
    N_("Only the device owner may enrol, or a policy hides it. Sign in as device owner, or ask the lead."),
    "enrolment.not-owner")
SETUP_GOES_ON = Alternative(
    N_("Further pages of setup"),
    N_("The package does not skip them. Go through them; the sign-in page comes at their end."))
NO_CONNECT = Alternative(
    N_("“Connect” is missing or grey"),
    N_("Only the device owner may connect, or a policy hides it. Sign in as device owner, or ask the lead."),
    "enrolment.not-owner")
ASKS_SERVER = Alternative(
    N_("It asks for a server address"),
    N_("For Intune type enrollment.manage.microsoft.com, for another MDM its address. "
       "The tenant has no EnterpriseEnrollment name."))
NOT_CONNECTED = Alternative(
    N_("The page does not load"),
    N_("Connect the headset to Wi-Fi in its Settings first; enrolling needs the Internet."))
TRUST = Alternative(
    N_("It asks whether to trust the package"),
    N_("Press Confirm. A first generation and builds before 19041.1128 wait for it."))
CALIBRATION = Alternative(
    N_("A page for eye calibration"),
    N_("Skip it or do it. A first generation asks after the sign-in; "
       "a HoloLens 2 may ask after Autopilot (from 22621.1296 on) or where it was skipped."))
BATTERY_WARNING = Alternative(
    N_("A battery warning"),
    N_("Below 45 % Autopilot does not go on. Charge the headset with its own charger, then wake it with Power."))
NO_LICENCE_PAGE = Alternative(
    N_("“Who owns this HoloLens?” already"),
    N_("A first generation may come here at once. Confirm and go on."))
NO_PIN = Alternative(
    N_("No page asks for a PIN"),
    N_("A HoloLens 2 always asks after a sign-in that succeeded: look whether it joined. A first generation may go without."))
