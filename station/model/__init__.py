"""Values and rules of the bench, with no input or output.

    words, facts, events    what is said: the fixed words; one observation each; what the journal keeps of all that happens
    path, proofs            what a path is made of, and the predicates that prove a step; the paths are data in `station.paths`
    runs                    `reduce`: events to the state of a run, the only way to Done
    board                   `fold` and `tile`: events to what every slot shows
    faults, fault_search    the catalogue of failures, and finding one by what somebody saw
    errors, timing          the one error family; clocks, deadlines and cancel tokens

Start with `events`, then `runs`. Imports: the standard library only, and the data of `resources`.
"""
