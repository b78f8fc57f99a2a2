// Every figure of the document, as tables. Each number says whose it is: data-row (the row's place in the document),
// data-backend, data-field, and data-value with all its digits.

function figure_text(row, cell, field, text) {
    const value = cell[field];
    if (!is_number(value)) return element("span", {}, "–");
    return element("span", {"data-row": row.index, "data-backend": cell.backend, "data-field": field, "data-value": value},
        text || format_number(value));
}

function interval_of(row, cell) {
    return [figure_text(row, cell, "low"), " to ", figure_text(row, cell, "high")];
}

const compared_words = {baseline: "", same: "same", better: "loss", worse: "", noisy: "noisy"};

function compared_word({compared}) {
    return Object.hasOwn(compared_words, compared) ? compared_words[compared] : "";
}

function comparison_of(row, cell) {
    if (cell.compared === "baseline") return "1×";
    if (!is_number(cell.to_arena)) return "–";
    const ratio = figure_text(row, cell, "to_arena", format_ratio(cell.to_arena));
    const ours = is_ours(cell.backend);
    const word = ours && cell.compared === "better" ? "better" : compared_word(cell);
    return word === "" ? ratio : [ratio, " ", element("span", {class: `word ${word}`}, word)];
}

function name_cell(name) {
    return element("th", {scope: "row", class: is_ours(name) ? "ours" : null}, is_ours(name) ? "▸ " : "", name);
}

// A box that scrolls by itself, by keys too, so that the page need not.
function table_box(id, caption, head, body) {
    const table = element("table", {},
        element("caption", {id: `${id}-caption`}, caption), element("thead", {}, head), body);
    return element("div", {class: "table", id},
        element("div", {class: "scroll", tabindex: 0, role: "region", "aria-labelledby": `${id}-caption`}, table),
        element("p", {class: "machine"}, machine_line()));
}

function column(text, attributes = {}) {
    return element("th", {scope: "col", ...attributes}, text);
}

// Single rows: a line a backend, the states side by side.
const single_columns = [
    ["median", (row, cell) => figure_text(row, cell, "median"), "main"],
    ["low to high", interval_of],
    ["next to the arena", comparison_of],
    ["deviation", (row, cell) => figure_text(row, cell, "spread")],
    ["least", (row, cell) => figure_text(row, cell, "min")],
    ["most", (row, cell) => figure_text(row, cell, "max")],
    ["rounds", (_, cell) => String(list_of(cell.samples).length)],
];

function single_head(shown) {
    const width = single_columns.length;
    return [
        element("tr", {}, column("backend", {rowspan: 2}),
            shown.map((row) => column(row_state(row), {scope: "colgroup", colspan: width, class: "first"}))),
        element("tr", {}, shown.map(() => single_columns.map(([name], index) =>
            column(name, {class: index === 0 ? "first" : null})))),
    ];
}

function single_line(shown, backend) {
    const cells = shown.flatMap((row) => {
        const cell = cell_of(row, backend);
        if (!cell) return [element("td", {colspan: single_columns.length, class: "first none"}, "not measured")];
        return single_columns.map(([, content, kind], index) =>
            element("td", {class: `${kind || ""} ${index === 0 ? "first" : ""}`}, content(row, cell)));
    });
    return element("tr", {class: is_ours(backend) ? "ours" : null}, name_cell(backend), cells);
}

function figure_words({figure, unit}) {
    return figure === unit ? figure : `${figure}, ${unit}`;
}

function by_speed(row) {
    return [...row.cells].sort((a, b) => a.median - b.median).map((cell) => cell.backend);
}

function single_table(group) {
    const shown = [...group.states.values()].flat();
    const order = [...new Set(shown.flatMap(by_speed))];
    const lines = order.map((backend) => single_line(shown, backend));
    return table_box(`table-${group.id}`, `${group.workload}: ${figure_words(group)}; less is better`,
        single_head(shown), element("tbody", {}, lines));
}

// Sweeps: a line a row, a column a backend.
function sweep_cell(row, backend) {
    const cell = cell_of(row, backend);
    const ours = is_ours(backend) ? "ours" : "";
    if (!cell) return element("td", {class: `none ${ours}`}, "–");
    return element("td", {class: ours},
        element("span", {class: "main"}, figure_text(row, cell, "median")),
        element("span", {class: "small interval"}, interval_of(row, cell)),
        element("span", {class: "small"}, comparison_of(row, cell)));
}

function sweep_line(row, order) {
    return element("tr", {}, element("th", {scope: "row"}, row.at ? row.at.label : ""),
        element("td", {class: "words"}, verdict_words(row)), order.map((backend) => sweep_cell(row, backend)));
}

function sweep_table(group, state, some_rows) {
    const seen = new Set(some_rows.flatMap((row) => row.cells.map((cell) => cell.backend)));
    const order = [...backends.keys()].filter((name) => seen.has(name));
    const head = element("tr", {}, column(group.varied), column("verdict", {class: "words"}),
        order.map((name) => column([is_ours(name) ? "▸ " : "", name], {class: is_ours(name) ? "ours" : null})));
    return table_box(`table-${group.id}-${state}`,
        `${group.workload}: ${figure_words(group)}, ${state}; median, its interval, and next to the arena; less is better`,
        head, element("tbody", {}, some_rows.map((row) => sweep_line(row, order))));
}

function tables_of(group) {
    if (!group.is_sweep) return [single_table(group)];
    return [...group.states].map(([state, some_rows]) => sweep_table(group, state, some_rows));
}
