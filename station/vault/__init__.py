"""Secrets under a name: Wi-Fi keys, local passwords, bulk tokens, Device Portal passwords, the key of the sign-in cache.

Blueprints, the journal, logs, support bundles and the command line hold only the names. The room stands right above the model
because packages, links and compositions all ask it. `lock_file` keeps what is one's alone: a file that one program of this
computer holds at a time (the sign-in cache, the sending of hashes). Imports: `station.model`; keyring is loaded on first use.

    secrets = open_secrets()             # the keyring of the person's session, or memory only where there is none
    secrets.persistent                   # False: tell the person that nothing is kept (fault `vault.no-keyring`)
    secrets.put("wifi/bench", "…"); secrets.get("wifi/bench"); secrets.remove("wifi/bench")
"""
