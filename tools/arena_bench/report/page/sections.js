// The page's sections, top to bottom.

function section(id, title, ...children) {
    return element("section", {id, "aria-labelledby": `${id}-title`}, element("h2", {id: `${id}-title`}, title), ...children);
}

function banners() {
    const said = [];
    if (report.format !== known_format) {
        said.push(`These figures are of format ${report.format}, and this page knows format ${known_format}: some may be missing.`);
    }
    if (report.partial) said.push("This run was interrupted. What is shown was measured; workloads, backends or sizes may be missing.");
    if (report.build && report.build.optimised === false) {
        said.push("This program was built without optimisation. Its figures say nothing about speed.");
    }
    if (report.effort === "quick") said.push("A quick run: few rounds and small workloads. Take the figures as a first look.");
    if (!have_charts) {
        said.push(`The charts were left out: ${by_id("why_no_charts").textContent || "Chart.js is not in this file"}. `
            + "Every figure is in the tables. With Debian's libjs-chart.js installed, configure and build arena_bench again.");
    }
    return said.map((text) => element("p", {class: "banner", role: "note"}, text));
}

function summary_section() {
    const sentences = list_of(report.summary);
    const said = sentences.length > 0 ? sentences : ["There are too few figures to say."];
    return section("summary", "What it means for you",
        element("ul", {class: "sentences"}, said.map((sentence) => element("li", {}, sentence))), facts());
}

// "2026-11-23T05:00:00Z" as people write it; anything else as it is.
function date_words(date) {
    const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?Z$/.exec(String(date || ""));
    return parts ? `${parts[1]}, ${parts[2]} UTC` : String(date || "");
}

function clock_words({name, resolution_ns, overhead_ns}) {
    return `${name}; steps of ${format_number(resolution_ns)} ns, ${format_number(overhead_ns)} ns taken off each reading`;
}

function facts() {
    const {machine = {}, build = {}, clock = {}} = report;
    const known = [
        ["Processor", [machine.processor, machine.cores ? plural(machine.cores, "core") : ""].filter(Boolean).join(", ")],
        ["Memory", machine.memory],
        ["Kernel", machine.kernel],
        ["Transparent huge pages", machine.transparent_huge_pages],
        ["C library", machine.c_library],
        ["Compiler", build.compiler],
        ["Flags", [build.type, build.flags].filter(Boolean).join(", ")],
        ["Commit", build.commit],
        ["Clock", clock.name && clock_words(clock)],
        ["Instructions", report.instructions_by ? `counted by ${report.instructions_by}` : "not counted"],
        ["Measured", [date_words(report.date), report.effort && `effort ${report.effort}`, format_seconds(report.seconds)]
            .filter(Boolean).join(", ")],
    ];
    return element("dl", {class: "facts"}, known.filter(([, value]) => value).map(([name, value]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, value))));
}

// All workloads in one table ---------------------------------------------------------------------

function glance_line(workload, shown) {
    const some_rows = rows.filter((row) => row.workload === workload.name);
    const counts = counts_of(some_rows);
    return element("tr", {},
        element("th", {scope: "row"}, element("a", {href: `#${workload.id}`}, workload.name),
            workload.expects_loss ? [" ", element("span", {class: "badge expected"}, "should lose")] : null),
        element("td", {class: "words"}, headline_of(workload)),
        shown.map((name) => element("td", {
            class: counts[name] > 0 ? name : "none", "data-workload": workload.name, "data-category": name,
        }, String(counts[name]))));
}

// What the first figure says, warm if there is such.
function headline_of(workload) {
    const [group] = workload.groups;
    if (!group) return "nothing was measured";
    const some_rows = group.states.get("warm") || [...group.states.values()][0];
    const lead = `${group.figure}, ${some_rows[0].state}: `;
    if (!group.is_sweep) return [lead, badges_of(some_rows[0]), " ", verdict_of(some_rows[0]).text];
    const runs = runs_of(some_rows);
    const parts = runs.slice(0, 3).flatMap((run, index) =>
        [index > 0 ? "; " : "", `${span_words(run)}: `, badge(run.category), " ", run.words]);
    return [lead, ...parts, runs.length > 3 ? `; and ${runs.length - 3} more` : ""];
}

function glance_section(workloads) {
    const total = counts_of(rows);
    const shown = Object.keys(categories).filter((name) => total[name] > 0 || ["win", "tie", "noisy", "loss"].includes(name));
    const head = element("tr", {}, column("workload"), column("its first figure", {class: "words"}),
        shown.map((name) => column(categories[name].column)));
    const lines = workloads.map((workload) => glance_line(workload, shown));
    return section("glance", "At a glance",
        element("p", {}, `${plural(rows.length, "row")} of figures in ${plural(workloads.length, "workload")}: `
            + `an arena is best in ${total.win}, ${total.tie} are ties, ${total.loss} losses, and ${total.noisy} too noisy to say.`),
        table_box("glance-table", "Each workload, and in how many of its rows the arena wins, ties and loses", head,
            element("tbody", {}, lines)));
}

// One workload -----------------------------------------------------------------------------------

function figure_block(group) {
    const title = element("h3", {}, `${group.figure} `, element("span", {class: "unit"}, group.unit === group.figure ? "" : group.unit));
    const kind = group.is_sweep ? "figure wide" : "figure";
    if (!have_charts) return element("div", {class: kind}, title, verdicts_of(group));
    const first_table = `table-${group.id}${group.is_sweep ? `-${[...group.states.keys()][0]}` : ""}`;
    const figure = {
        group, chart: null,
        canvas: element("canvas", {role: "img", "aria-details": first_table}),
        state: element("span", {class: "state shown"}),
        legend: element("ul", {class: "legend"}),
        remark: element("p", {class: "remark", hidden: true}, "A figure of 0 lies at the axis' lower edge."),
    };
    all_figures.push(figure);
    title.append(" ", figure.state);
    return element("div", {class: kind}, title, element("div", {class: "canvas"}, figure.canvas),
        group.is_sweep ? figure.legend : null, figure.remark, verdicts_of(group));
}

function workload_section(workload) {
    const {groups} = workload;
    const notes = list_of(workload.notes);
    const tables = groups.flatMap(tables_of);
    return section(workload.id, workload.name,
        workload.expects_loss ? element("p", {class: "expects"}, element("span", {class: "badge expected"}, "should lose"),
            " An arena is the wrong tool for this, and should lose. It is here so that you see by how much.") : null,
        element("p", {class: "lead"}, sentence(workload.summary)),
        groups.length === 0 ? element("p", {class: "lead"}, "Nothing of it was measured.") : null,
        element("div", {class: "figures"}, groups.map(figure_block)),
        notes.length === 0 ? null : element("details", {class: "notes", open: workload.expects_loss},
            element("summary", {}, `Notes on ${workload.name}`), element("ul", {}, notes.map((note) => element("li", {}, note)))),
        tables.length === 0 ? null : element("details", {class: "tables", open: !have_charts},
            element("summary", {}, `All figures of ${workload.name}: ${plural(tables.length, "table")}`), tables));
}

function sentence(text) {
    const said = String(text || "");
    return said === "" ? "" : said[0].toUpperCase() + said.slice(1) + (/[.!?]$/.test(said) ? "" : ".");
}

// The rest ---------------------------------------------------------------------------------------

const terms = [
    ["Less is better", "in every figure here."],
    ["warm", "what every further round costs, once the memory was used before."],
    ["cold", "the first round on fresh memory, where page faults are most of the cost."],
    ["counted", "not timed: instructions, calls, page faults, memory."],
    ["median, low to high",
        "the middle of all turns, and the interval in which the true middle probably lies. The charts draw the interval as a whisker."],
    ["2.50×",
        "two and a half times the arena's figure; below 1×, the arena is the worse one. With a question mark, the noise is too large to say."],
    ["win", "one of ours is the best, and clearly so."],
    ["tie", "within 10 % of each other."],
    ["noisy", "neither is ahead in nearly every turn: this run can't name a winner."],
    ["loss", "somebody else is clearly better than the arena."],
    ["▸", "what is ours. A bold name and a heavy line say so too."],
];

function reading_section() {
    return section("reading", "How to read this", element("dl", {class: "terms"}, terms.map(([term, meaning]) =>
        element("div", {}, element("dt", {}, term in categories ? badge(term) : term), element("dd", {}, meaning)))));
}

function compared_section() {
    const lines = [...backends.values()].map((each) => element("tr", {class: each.ours ? "ours" : null}, name_cell(each.name),
        element("td", {class: "words"}, each.label || ""), element("td", {}, each.thread_safe ? "yes" : "no")));
    const skipped = list_of(report.skipped);
    return section("backends", "What was compared",
        table_box("backends-table", "The allocators, and whether threads may share one",
            element("tr", {}, column("name"), column("what it is", {class: "words"}), column("thread safe")), element("tbody", {}, lines)),
        skipped.length === 0 ? null : element("h3", {}, "Left out"),
        skipped.length === 0 ? null : element("ul", {}, skipped.map((each) => element("li", {}, `${each.backend}: ${each.why}`))));
}

// All backends of a workload do the same work, so they have the same checksum.
function checks_section() {
    const by_workload = new Map();
    for (const each of list_of(report.checksums)) {
        if (!by_workload.has(each.workload)) by_workload.set(each.workload, new Map());
        const sums = by_workload.get(each.workload);
        sums.set(each.checksum, [...(sums.get(each.checksum) || []), each.backend]);
    }
    const lines = [...by_workload].flatMap(([workload, sums]) => [...sums].map(([sum, names]) => element("tr", {},
        element("th", {scope: "row"}, workload), element("td", {}, element("code", {}, sum)), element("td", {class: "words"}, in_words(names)))));
    const said = ([, value]) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
    const asked = Object.entries(report.asked || {}).filter(said).map(([name, value]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, element("code", {}, JSON.stringify(value)))));
    return section("checks", "What was asked, and whether all did the same",
        asked.length === 0 ? null : element("dl", {class: "facts"}, asked),
        lines.length === 0 ? null : element("details", {},
            element("summary", {}, "Checksums: every backend has to do the same work"),
            table_box("checks-table", "The checksum of each workload's results, and who had it",
                element("tr", {}, column("workload"), column("checksum"), column("backends", {class: "words"})), element("tbody", {}, lines))));
}
