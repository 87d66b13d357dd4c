"""Mutation of every path: no proof, no conjunct and no alternative of it can be taken away without a run that shows it."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path as FilePath

import pytest

from station.model.events import Faulted, Observed, RunStarted
from station.model.faults import catalogue
from station.model.path import FaultRule, Path, Severity, Step
from station.model.proofs import Proof
from station.model.runs import Phase, Run, asked, reduce
from station.model.words import Who
from station.paths.choosing import NEEDS
from station.paths.registry import PATHS
from station.tenant.checks import CHECKS
from tests.unit.path_evidence import Part, against, carried, for_it, numbered, observed, parts, told

STATION = FilePath(__file__).resolve().parents[2] / "station"
STEPS = [(path, step) for path in PATHS.values() for step in path.steps]
PARTS = [pytest.param(path, step, part, id=f"{path.key} / {step.key} / {part.name}")
         for path, step in STEPS for part in parts(step.proof)]
IMPLIED = {
    "chord": "the archive that comes next is made by the chord alone",
    "register": "what is imported was sent",
    "go-online": "a record in the tenant needs the network", "sign-in": "a record in the tenant needs a sign-in",
    "connect": "a record in the tenant needs the sign-in", "enrol": "a record in the tenant needs the sign-in",
    "applied": "a record in the tenant comes from the package",
}
"""Steps whose missing evidence a later step's evidence makes up for, and why that is right."""


STRICT = {
    ("local-mdm", "applied"): "the sign-in with the account of the package must follow it",
    ("package-mdm", "applied"): "the tenant knows nothing of another MDM",
    ("entra-oobe", "sign-in"): "the rest of setup comes after it and is confirmed after it",
    ("device-enrollment-manager", "sign-in"): "the rest of setup comes after it and is confirmed after it",
}
"""Where nothing makes up for it although a later step looks at the same fact."""


def looked_at(proof: Proof) -> set[str]:
    return set(proof.keys())


def without(path: Path, step: Step, left: Proof) -> Path:
    """The path with another proof at one step."""
    changed = replace(step, proof=left)
    steps = tuple(changed if one.key == step.key else one for one in path.steps)
    mutant = replace(path)
    mutant.__dict__["steps"] = steps
    return mutant


def run_of(path: Path, step: Step, part: Part, *, further: bool) -> Run:
    run = reduce(path, told(PATHS[path.key], step, part.evidence, further=further))
    assert run is not None
    return run


def test_the_parts_of_a_proof_are_many() -> None:
    assert len(PARTS) > 2 * len(STEPS)


@pytest.mark.parametrize(("path", "step", "part"), PARTS)
def test_every_part_of_every_proof_bears_its_load(path: Path, step: Step, part: Part) -> None:
    mutant = without(path, step, part.left)
    as_it_is, mutated = (run_of(p, step, part, further=False).index > path.index(step.key) for p in (path, mutant))
    assert (as_it_is, mutated) == ((True, False) if part.enough else (False, True))


@pytest.mark.parametrize(("path", "step", "part"), [p for p in PARTS if not p.values[2].enough])  # type: ignore[union-attr]
def test_without_its_evidence_a_path_is_not_done_and_with_a_weaker_proof_it_would_be(path: Path, step: Step, part: Part) -> None:
    assert (run_of(path, step, part, further=True).phase is Phase.DONE) is (step.key in IMPLIED and _made_up_for(path, step))
    assert run_of(without(path, step, part.left), step, part, further=True).phase is Phase.DONE


def _made_up_for(path: Path, step: Step) -> bool:
    """Whether a later step looks at what this one looks at."""
    later = set[str]().union(*(looked_at(one.proof) for one in path.steps[path.index(step.key) + 1:]))
    return bool(later & looked_at(step.proof)) and (path.key, step.key) not in STRICT


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_path_can_be_verified_and_undone_names_owner_and_source(path: Path) -> None:
    assert all((path.title, path.summary, path.owner, path.verify, path.undo, path.source))
    assert "enrolment §" in path.source or "tenant §" in path.source


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_path_that_enrols_in_intune_proves_it_by_the_type_of_the_record(path: Path) -> None:
    assert any("tenant.enrolment-type" in looked_at(step.proof) for step in path.steps) is bool(path.enrolment_types)


@pytest.mark.parametrize(("path", "step"), STEPS, ids=lambda value: getattr(value, "key", ""))
def test_every_attestation_is_what_the_proof_looks_for(path: Path, step: Step) -> None:
    asked = {f"attested.{step.attestation.what}"} if step.attestation else set()
    assert asked == {k for k in looked_at(step.proof) if k.startswith("attested.")}


RULES = [pytest.param(path, step, rule, id=f"{path.key} / {step.key} / {rule.code} {'.'.join(rule.when.keys())}")
         for path, step in STEPS for rule in step.faults]


@pytest.mark.parametrize(("path", "step", "rule"), RULES)
def test_every_fault_rule_can_be_reached(path: Path, step: Step, rule: FaultRule) -> None:
    first = step.key == path.steps[0].key
    decided = [p.proof for p in path.preconditions if p.unsure is not rule] if first else []
    evidence = {k: v for proof in (*decided, rule.when) for k, v in for_it(proof).items()}
    events = told(path, step, evidence, further=False)
    run = reduce(path, events)
    assert run is not None
    raised = run.fault if rule.severity is Severity.FAIL else run.hold
    assert raised is not None
    assert raised.code == rule.code


def _strings(*rooms: str) -> Iterator[str]:
    for room in rooms:
        for file in (STATION / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


@cache
def produced() -> frozenset[str]:
    """Fact keys that sensors, actions and tracking bring."""
    return frozenset(_strings("bench", "tenant", "autopilot", "links")) | {"bus.present", "bus.mode", "bus.port"}


@pytest.mark.parametrize("key", sorted({
    k for _, step in STEPS for proof in (step.proof, *(rule.when for rule in step.faults)) for k in looked_at(proof)
    if not k.startswith("attested.")}))
def test_every_fact_that_a_path_looks_at_is_brought_by_a_link(key: str) -> None:
    assert key in produced()


@pytest.mark.parametrize("code", sorted({code for path, step in STEPS for code in (
    *(rule.code for rule in step.faults), *(one.code for one in step.otherwise), *(p.code for p in path.preconditions)) if code}))
def test_every_fault_that_a_path_names_is_in_the_catalogue(code: str) -> None:
    assert code in catalogue()


@pytest.mark.parametrize(("path", "step", "code"), [
    pytest.param(path, step, one.code, id=f"{path.key} / {step.key} / {one.code}")
    for path, step in STEPS for one in step.otherwise if one.code])
def test_what_a_person_reports_at_a_step_fails_it_under_that_name_and_a_retry_goes_on(path: Path, step: Step, code: str) -> None:
    events = told(path, step, {}, further=False)
    report = replace(events[-1], seq=events[-1].seq + 1, body=Faulted(code))
    run = reduce(path, [*events, report])
    assert run is not None
    assert (run.phase, run.fault.code if run.fault else "") == (Phase.FAILED, code)


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_an_unmet_precondition_is_told_before_the_unit_is_touched(path: Path) -> None:
    for condition in path.preconditions:
        facts = {**carried(path), **against(condition.proof)}
        run = reduce(path, numbered([RunStarted(path.key, "b", facts=observed(facts)), Observed(())]))
        assert run is not None
        assert (run.index, run.hold.code if run.hold else "") == (0, condition.code)


ASKING = [pytest.param(p, id=key) for key, p in PATHS.items() if p.minimum and p.minimum.revision]


@pytest.mark.parametrize("path", ASKING)
def test_the_build_is_asked_of_a_person_only_where_the_cable_does_not_tell_enough(path: Path) -> None:
    assert path.minimum is not None

    def question(build: str) -> bool:
        facts = {**carried(path), "unit.build": build, "unit.battery": 1, "unit.storages": 0}
        run = reduce(path, numbered([RunStarted(path.key, "b", facts=observed(facts))]))
        assert run is not None
        return asked(path, run) is not None and run.index == 0

    assert question(str(path.minimum.major))
    assert not question("18362")
    assert not question(str(path.minimum))


FOR_BUSINESS = [pytest.param(p, id=key) for key, p in PATHS.items() if "edition" in {c.key for c in p.preconditions}]


@pytest.mark.parametrize("path", FOR_BUSINESS)
def test_the_edition_is_asked_of_a_first_generation_alone_and_never_where_its_portal_told_it(path: Path) -> None:
    def begun(model: str, **told: str) -> Run:
        facts = {**carried(path), "unit.model": model, "unit.edition": told.get("edition", "")}
        run = reduce(path, numbered([RunStarted(path.key, "b", facts=observed({k: v for k, v in facts.items() if v != ""}))]))
        assert run is not None
        return run

    business, consumer = "Windows Holographic for Business", "Windows Holographic"
    assert begun("HoloLens 2", edition=business).index > 0
    assert begun("Windows Device", edition=business).index > 0
    silent, known = begun("Windows Device"), begun("Windows Device", edition=consumer)
    assert (silent.index, silent.hold.code if silent.hold else "") == (0, "enrolment.edition-not-told")
    assert asked(path, silent) is not None
    assert (known.index, known.hold.code if known.hold else "") == (0, "enrolment.not-for-business")
    assert asked(path, known) is None


NOT_READABLE = {
    "dem-account": "Graph shows no list of enrolment managers", "return-rights": "asked of the token at the return itself",
    "device-certificate-profile": "lies in certificate profiles, which the station has no right to read",
}
"""Needs of the tenant that no check can read, and why."""


@pytest.mark.parametrize("need", sorted({n for path in PATHS.values() for n in path.needs}))
def test_every_need_is_explained_and_one_of_the_tenant_is_checked_there(need: str) -> None:
    assert need in NEEDS
    if NEEDS[need].who is Who.TENANT_ADMIN and need not in NOT_READABLE:
        assert need in {check.key for check in CHECKS}


def test_every_explained_need_is_one_of_a_path() -> None:
    assert set(NEEDS) == {n for path in PATHS.values() for n in path.needs}


@pytest.mark.parametrize(("others", "held"), [("bench.ppkg", ""), ("bench.ppkg|old.ppkg", "package.others-on-unit")])
def test_other_packages_on_the_unit_are_told_before_the_tap_that_applies_all(others: str, held: str) -> None:
    path = PATHS["package-bulk-cable"]
    step = path.step_of("apply")
    run = reduce(path, told(path, step, {"package.pushed": "bench.ppkg", "unit.packages": others}, further=False))
    assert run is not None
    assert (run.step(path), run.hold.code if run.hold else "") == (step, held)
    assert asked(path, run) == step.attestation
