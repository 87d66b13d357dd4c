"""Errors of the sign-in service as it words them: code, OAuth error, sub-error, sentence.

Codes from the tenant facts §3.2; wording from Microsoft's page “Microsoft Entra authentication and authorization error codes”.
The sentences are the service's own answers, so they are not translated.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignInError:
    """One AADSTS error. `shown_only`: the service shows a page and never comes back to the program."""

    code: int
    error: str
    text: str
    suberror: str = ""
    shown_only: bool = False


_TABLE = (
    SignInError(
        65001, "invalid_grant",
        "The user or administrator has not consented to use the application. Send an interactive "
        "authorization request for this user and resource.", "consent_required"),
    SignInError(
        90094, "access_denied",
        "An administrator of the tenant has set a policy that prevents you from granting the application the "
        "permissions it is requesting. Admin consent is required."),
    SignInError(
        50105, "interaction_required",
        "The administrator has configured the application to block users unless they are specifically granted"
        " access. The signed in user is blocked because they are not a direct member of a group with access, "
        "nor had access directly assigned by an administrator."),
    SignInError(
        700016, "unauthorized_client",
        "Application was not found in the directory. This can happen if the application has not been "
        "installed by the administrator of the tenant or consented to by any user in the tenant. You may have"
        " sent your authentication request to the wrong tenant.", shown_only=True),
    SignInError(
        7000218, "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
    SignInError(
        50011, "invalid_request",
        "The redirect URI specified in the request does not match the redirect URIs configured for the "
        "application.", shown_only=True),
    SignInError(
        53000, "interaction_required",
        "Device is not in required device state: compliant. Conditional Access policy requires a compliant "
        "device, and the device is not compliant.", "message_only"),
    SignInError(
        53003, "interaction_required",
        "Access has been blocked by Conditional Access policies. The access policy does not allow token "
        "issuance.", "message_only"),
    SignInError(
        50076, "interaction_required",
        "Due to a configuration change made by your administrator, or because you moved to a new location, "
        "you must use multi-factor authentication to access the resource.", "basic_action"),
    SignInError(
        50079, "interaction_required",
        "Due to a configuration change made by your administrator, or because you moved to a new location, "
        "you must enroll in multi-factor authentication to access the resource.", "basic_action"),
    SignInError(
        50097, "interaction_required",
        "Device authentication is required.", "basic_action"),
    SignInError(
        70043, "invalid_grant",
        "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.", "token_expired"),
    SignInError(
        700082, "invalid_grant",
        "The refresh token has expired due to inactivity. The token was issued earlier and was inactive for "
        "90.00:00:00.", "bad_token"),
    SignInError(
        50173, "invalid_grant",
        "The provided grant has expired due to it being revoked, a fresh auth token is needed.", "bad_token"),
    SignInError(
        70000, "invalid_grant",
        "Provided grant is invalid or malformed."),
    SignInError(
        70008, "invalid_grant",
        "The provided authorization code or refresh token has expired."),
    SignInError(
        70016, "authorization_pending",
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling."),
    SignInError(
        70019, "expired_token",
        "Verification code expired. Have the user retry the sign-in."),
    SignInError(
        70018, "bad_verification_code",
        "Invalid verification code due to user typing in wrong user code for device code flow."),
    SignInError(
        65004, "access_denied",
        "User declined to consent to access the app."),
    SignInError(
        700027, "invalid_client",
        "The certificate with identifier used to sign the client assertion is not registered on application."),
    SignInError(
        50012, "invalid_client",
        "Client assertion failed signature validation."),
    SignInError(
        501481, "invalid_grant",
        "The Code_Verifier does not match the code_challenge supplied in the authorization request."),
    SignInError(
        90002, "invalid_request",
        "Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct"
        " cloud."),
    SignInError(
        900144, "invalid_request",
        "The request body must contain a parameter that is missing."),
    SignInError(
        70003, "unsupported_grant_type",
        "The app returned an unsupported grant type."),
    SignInError(
        70011, "invalid_scope",
        "The provided value for the input parameter 'scope' is not valid."),
)
SIGN_IN_ERRORS = {e.code: e for e in _TABLE}

# Those that a practice run or a test may switch on by name (`sign-in-65001`); the rest follow from what a client sends.
ON_DEMAND = (65001, 90094, 50105, 700016, 7000218, 50011, 53000, 53003, 50076, 50079, 50097, 70043, 700082)
