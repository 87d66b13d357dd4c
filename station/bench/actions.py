"""The actions that steps name: what the station itself does at a step.

An action returns the facts that it brought; it never decides that a step is done, the step's proof does. A new one is a
coroutine over a `Task` and one line here; say `repeatable=False` where doing it twice would be felt outside the station.
"""

from collections.abc import Mapping
from types import MappingProxyType

from station.bench import hash_actions, package_actions, return_actions
from station.bench.work import Action

ACTIONS: Mapping[str, Action] = MappingProxyType({a.name: a for a in (
    Action("await-chord", hash_actions.await_chord),
    Action("await-diagnostics", hash_actions.await_diagnostics),
    Action("harvest", hash_actions.harvest_hash),
    Action("register", hash_actions.register, repeatable=False),
    Action("push-package", package_actions.push_to_root),
    Action("push-package-documents", package_actions.push_to_documents),
    Action("wipe-package", package_actions.wipe),
    Action("return-leave", return_actions.leave, repeatable=False),
    Action("return-reuse", return_actions.reuse, repeatable=False),
)})
