// What the rows say, in words. A winner is named only where the document names one.

// Those that are better than the arena in this row, and are none of ours.
function beaten_by(row) {
    return row.cells.filter((cell) => cell.compared === "better" && !is_ours(cell.backend)).map((cell) => cell.backend);
}

function verdict_of(row) {
    const verdict = row.verdict || {};
    return {kind: verdict.kind || "", backends: list_of(verdict.backends), text: verdict.text || ""};
}

function is_loss(row) {
    if (beaten_by(row).length > 0) return true;
    const {kind, backends: winners} = verdict_of(row);
    return kind === "winner" && !winners.some(is_ours) && row.cells.some((cell) => is_ours(cell.backend));
}

const categories = {
    win: {badge: "win", column: "Arena best"},
    tie: {badge: "tie", column: "Tie"},
    noisy: {badge: "noisy", column: "Noisy"},
    loss: {badge: "loss", column: "Loss"},
    other: {badge: "no arena", column: "Without the arena"},
    alone: {badge: "alone", column: "Alone"},
};

// Each row is in one of them; a loss is one whatever else the row is.
function category_of(row) {
    if (is_loss(row)) return "loss";
    const {kind, backends: winners} = verdict_of(row);
    if (kind === "winner") return winners.some(is_ours) ? "win" : "other";
    return Object.hasOwn(categories, kind) ? kind : "noisy";
}

function badge(category) {
    return element("span", {class: `badge ${category}`}, categories[category].badge);
}

// "loss", and what else there is to say: a noisy row may be a loss all the same.
function badges_of(row) {
    const category = category_of(row);
    const {kind} = verdict_of(row);
    const more = category === "loss" && (kind === "noisy" || kind === "tie") ? [" ", badge(kind)] : [];
    return [badge(category), ...more];
}

function loss_words(row) {
    const better = beaten_by(row);
    return better.length > 0 ? `The arena loses to ${in_few_words(better)}.` : "";
}

// The document's own words, and the losses that they may leave out.
function verdict_words(row) {
    const {text, backends: winners} = verdict_of(row);
    const said = beaten_by(row).every((name) => winners.includes(name));
    return element("span", {class: "said"}, badges_of(row), " ", element("span", {"data-verdict-row": row.index}, text),
        said ? null : element("span", {class: "loses"}, ` · ${loss_words(row)}`));
}

function in_order(names) {
    return [...backends.keys()].filter((name) => names.includes(name));
}

// What neighbouring rows of a sweep have in common.
function brief_words(row) {
    const {kind, backends: named} = verdict_of(row);
    if (is_loss(row)) return `to ${in_few_words(kind === "winner" ? named : beaten_by(row))}`;
    if (kind === "winner") return in_words(named);
    if (kind === "tie") return `of ${in_few_words(in_order(named))}`;
    if (kind === "alone") return `only ${in_words(named)}`;
    return "no winner can be named";
}

function runs_of(some_rows) {
    const runs = [];
    for (const row of some_rows) {
        const category = category_of(row);
        const words = brief_words(row);
        const last = runs[runs.length - 1];
        if (last && last.category === category && last.words === words) last.members.push(row);
        else runs.push({category, words, members: [row]});
    }
    return runs;
}

function span_words({members}) {
    const [begin, end] = [members[0], members[members.length - 1]];
    return begin === end ? begin.at.label : `${begin.at.label} to ${end.at.label}`;
}

function run_item(run) {
    return element("li", {"data-rows": run.members.map((row) => row.index).join(" ")},
        element("span", {class: "span"}, span_words(run)), " ", badge(run.category), " ",
        element("span", {class: "run-words"}, run.words));
}

function verdicts_of(group) {
    return [...group.states].map(([state, some_rows]) => group.is_sweep
        ? element("div", {class: "verdict"}, element("p", {class: "state"}, state),
            element("ul", {class: "runs"}, runs_of(some_rows).map(run_item)))
        : element("div", {class: "verdict"}, some_rows.map((row) => element("p", {},
            element("span", {class: "state"}, row_state(row)), " ", verdict_words(row)))));
}

function row_state(row) {
    return row.at ? `${row.state}, ${row.at.label}` : row.state;
}

function counts_of(some_rows) {
    const counts = Object.fromEntries(Object.keys(categories).map((name) => [name, 0]));
    for (const row of some_rows) ++counts[category_of(row)];
    return counts;
}
