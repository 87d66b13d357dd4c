#!/usr/bin/env bash
# Registers HoloBench in a tenant: app, rights, consent, and an Intune role with the least rights that a bench needs.
#
#   ./register-app.sh [--dry-run] [--device-code] [--broker] [--no-returns] [--no-entra-delete] [--group GROUP_ID]
#
# For a tenant admin, once per tenant, in Azure Cloud Shell or wherever the Azure CLI is signed in (az login; az cloud set for national
# clouds). Needs a role that may register apps and consent for everybody (Privileged Role Administrator or Global Administrator), and
# Intune Administrator for the role. Every command is shown before it is run; --dry-run only shows. docs/tenant-setup.md explains.
#
#   --device-code       allow signing in by a code on another device (public client flows)
#   --broker            allow signing in by the Windows broker
#   --no-returns        leave out the rights that wipe and delete
#   --no-entra-delete   leave out only Directory.AccessAsUser.All: Entra objects that a return leaves behind are deleted by hand
#   --group ID          Entra group whose members work at the bench: may use the app and get the Intune role
set -euo pipefail

NAME="HoloBench"
ROLE="HoloBench bench"
GRAPH_APP="00000003-0000-0000-c000-000000000000"

SCOPES_LOOK="User.Read DeviceManagementServiceConfig.Read.All DeviceManagementManagedDevices.Read.All Device.Read.All GroupMember.Read.All"
SCOPES_REGISTER="DeviceManagementServiceConfig.ReadWrite.All"
SCOPES_CHECK="Policy.Read.All LicenseAssignment.Read.All User.Read.All"
SCOPES_RETURN="DeviceManagementManagedDevices.ReadWrite.All DeviceManagementManagedDevices.PrivilegedOperations.All"
SCOPES_ENTRA_DELETE="Directory.AccessAsUser.All"

# Intune permissions as the admin center names them: category / permission. Their ids are read from the tenant, never guessed.
ROLE_LOOK="Enrollment programs/Read device|Managed devices/Read|Organization/Read|Corporate device identifiers/Read|Audit data/Read"
ROLE_REGISTER="Enrollment programs/Create device|Enrollment programs/Delete device|Enrollment programs/Sync device"
ROLE_RETURN="Managed devices/Delete|Remote tasks/Wipe"

dry=""; public=false; broker=""; returns=yes; objects=yes; group=""
while [ $# -gt 0 ]; do
  case "$1" in
    --dry-run) dry=yes ;;
    --device-code) public=true ;;
    --broker) broker=yes ;;
    --no-returns) returns=""; objects="" ;;
    --no-entra-delete) objects="" ;;
    --group) group="${2:?--group needs an id}"; shift ;;
    *) sed -n '2,15p' "$0"; exit 2 ;;
  esac
  shift
done

show() { printf '+ %s\n' "$*" >&2; }
change() { show "$@"; [ -n "$dry" ] || "$@"; }

graph="$(az cloud show --query endpoints.microsoftGraphResourceId -o tsv)"; graph="${graph%/}"
tenant="$(az account show --query tenantId -o tsv)"
scopes="$SCOPES_LOOK $SCOPES_REGISTER $SCOPES_CHECK"
actions="$ROLE_LOOK|$ROLE_REGISTER"
if [ -n "$returns" ]; then scopes="$scopes $SCOPES_RETURN"; actions="$actions|$ROLE_RETURN"; fi
if [ -n "$objects" ]; then scopes="$scopes $SCOPES_ENTRA_DELETE"; fi

echo "Tenant $tenant, Graph $graph"

client="$(az ad app list --filter "displayName eq '$NAME'" --query '[0].appId' -o tsv)"
if [ -z "$client" ]; then
  client="$(change az ad app create --display-name "$NAME" --sign-in-audience AzureADMyOrg \
    --public-client-redirect-uris http://localhost --is-fallback-public-client "$public" --query appId -o tsv)"
  client="${client:-<client id>}"
  change az ad sp create --id "$client" --only-show-errors
fi
change az ad app update --id "$client" --is-fallback-public-client "$public"
if [ -n "$broker" ]; then
  change az ad app update --id "$client" \
    --public-client-redirect-uris http://localhost "ms-appx-web://Microsoft.AAD.BrokerPlugin/$client"
fi

for scope in $scopes; do
  id="$(az ad sp show --id "$GRAPH_APP" --query "oauth2PermissionScopes[?value=='$scope'].id | [0]" -o tsv)"
  if [ -z "$id" ]; then echo "This cloud has no permission $scope: left out." >&2; continue; fi
  change az ad app permission add --id "$client" --api "$GRAPH_APP" --api-permissions "$id=Scope" --only-show-errors
done
change az ad app permission admin-consent --id "$client"
change az ad sp update --id "$client" --set appRoleAssignmentRequired=true

operations="$(az rest --method get --url "$graph/v1.0/deviceManagement/resourceOperations" --query 'value' -o json)"
ids=""
while IFS= read -r label; do
  id="$(printf '%s' "$operations" | LABEL="$label" python3 -c '
import json, os, sys
def plain(text): return text.strip().rstrip(".").casefold()
category, _, permission = os.environ["LABEL"].partition("/")
found = [o["id"] for o in json.load(sys.stdin)
         if plain(o.get("resourceName") or "") == plain(category) and plain(o.get("actionName") or "") == plain(permission)]
print(found[0] if len(found) == 1 else "")')"
  if [ -z "$id" ]; then echo "Intune has no permission called $label: add it to the role by hand." >&2; continue; fi
  ids="$ids${ids:+,}\"$id\""
done < <(printf '%s\n' "$actions" | tr '|' '\n')

role="$(az rest --method get --url "$graph/v1.0/deviceManagement/roleDefinitions" \
  --query "value[?displayName=='$ROLE'].id | [0]" -o tsv)"
if [ -z "$role" ]; then
  body="{\"@odata.type\":\"#microsoft.graph.deviceAndAppManagementRoleDefinition\",\"displayName\":\"$ROLE\","
  body="$body\"description\":\"Register, follow and return HoloLens at a provisioning bench\",\"isBuiltIn\":false,"
  body="$body\"rolePermissions\":[{\"resourceActions\":[{\"allowedResourceActions\":[$ids],\"notAllowedResourceActions\":[]}]}]}"
  role="$(change az rest --method post --url "$graph/v1.0/deviceManagement/roleDefinitions" --body "$body" --query id -o tsv)"
  role="${role:-<role id>}"
fi

if [ -n "$group" ]; then
  principal="$(az ad sp show --id "$client" --query id -o tsv 2>/dev/null || echo '<service principal id>')"
  change az rest --method post --url "$graph/v1.0/groups/$group/appRoleAssignments" --body \
    "{\"principalId\":\"$group\",\"resourceId\":\"$principal\",\"appRoleId\":\"00000000-0000-0000-0000-000000000000\"}"
  body="{\"@odata.type\":\"#microsoft.graph.deviceAndAppManagementRoleAssignment\",\"displayName\":\"$ROLE\",\"description\":\"\","
  body="$body\"members\":[\"$group\"],\"resourceScopes\":[],\"scopeType\":\"allDevicesAndLicensedUsers\","
  body="$body\"roleDefinition@odata.bind\":\"$graph/beta/deviceManagement/roleDefinitions('$role')\"}"
  change az rest --method post --url "$graph/beta/deviceManagement/roleAssignments" --body "$body"
fi

cat <<END

For the configuration of the station:

[tenant]
tenant = "$tenant"
client = "$client"
END
