"""Microsoft Graph: sign-in, the paced HTTP client, the table of routes and scopes. Imports: `station.model`."""
