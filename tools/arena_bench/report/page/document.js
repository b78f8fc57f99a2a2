// The document of arena_bench, put in the order in which the page needs it. A run that was interrupted may lack any
// part of it, so every list may be empty.

function list_of(value) {
    return Array.isArray(value) ? value : [];
}

const known_format = 2;
const report = JSON.parse(by_id("data").textContent);
const rows = list_of(report.rows);
rows.forEach((row, index) => {
    row.index = index;
    row.cells = list_of(row.cells).filter((cell) => is_number(cell.median));
});

const backends = known_backends();
const baseline = "arena";

// Those that were announced, and then any that has figures nevertheless.
function known_backends() {
    const known = new Map(list_of(report.backends).map((each) => [each.name, each]));
    for (const row of rows) {
        for (const {backend} of row.cells) {
            if (!known.has(backend)) known.set(backend, {name: backend, label: backend, ours: false});
        }
    }
    return known;
}

function is_ours(name) {
    const known = backends.get(name);
    return Boolean(known && known.ours);
}

function measured_backends() {
    const seen = new Set(rows.flatMap((row) => row.cells.map((cell) => cell.backend)));
    return [...backends.keys()].filter((name) => seen.has(name));
}

function cell_of(row, backend) {
    return row.cells.find((cell) => cell.backend === backend);
}

// What one chart shows: all rows of a figure that vary the same thing, or nothing.
function groups_of(workload) {
    const groups = new Map();
    for (const row of rows.filter((each) => each.workload === workload)) {
        const varied = row.at ? row.at.name : "";
        const key = JSON.stringify([row.figure, varied]);
        if (!groups.has(key)) groups.set(key, new_group(workload, row, varied));
        const {states} = groups.get(key);
        if (!states.has(row.state)) states.set(row.state, []);
        states.get(row.state).push(row);
    }
    return [...groups.values()].map(finished_group);
}

function new_group(workload, row, varied) {
    return {workload, figure: row.figure, unit: row.unit, varied, states: new Map()};
}

function finished_group(group, number) {
    group.id = unique_id(`${group.workload}-${number}`);
    // One point makes no line.
    group.is_sweep = group.varied !== "" && [...group.states.values()].some((some) => some.length > 1);
    return group;
}

// The workloads that were announced, and then any that has rows nevertheless.
function known_workloads() {
    const known = new Map(list_of(report.workloads).map((each) => [each.name, each]));
    for (const row of rows) {
        if (!known.has(row.workload)) known.set(row.workload, {name: row.workload, summary: "", notes: []});
    }
    return [...known.values()].map((each) => ({...each, id: unique_id(`workload-${each.name}`), groups: groups_of(each.name)}));
}

const ids = new Set();

// A name as an id, readable in a link; two names that look alike there get a number.
function unique_id(name) {
    const plain = name.replace(/[^A-Za-z0-9_-]+/g, "_");
    let id = plain;
    for (let number = 2; ids.has(id); ++number) id = `${plain}-${number}`;
    ids.add(id);
    return id;
}

// "AMD EPYC, 2 cores · Linux 6.18 · GCC 12.2.0 -O2 · commit d63bef5": beside every table.
function machine_line() {
    const machine = report.machine || {};
    const build = report.build || {};
    return [
        [machine.processor, machine.cores ? plural(machine.cores, "core") : ""].filter(Boolean).join(", "),
        machine.kernel,
        machine.transparent_huge_pages ? `transparent huge pages: ${machine.transparent_huge_pages}` : "",
        [build.compiler, build.flags].filter(Boolean).join(" "),
        build.commit ? `commit ${build.commit}` : "",
    ].filter(Boolean).join(" · ");
}
