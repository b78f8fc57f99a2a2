// The charts, by Chart.js 3. Each is drawn when it comes near the screen, and again when something about it changes;
// nothing moves by itself. Colours come from the style sheet, so that they follow its scheme.

const have_charts = typeof Chart !== "undefined";

const view = {state: "warm", lines: "leading", scale: "auto", hidden: new Set()};

const all_figures = [];

function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// What tells one line from another: colour, dashes and marks, no two alike.
const hues = 7;
const dashes = [[], [7, 4], [2, 3]];
const marks = ["circle", "rect", "triangle", "rectRot"];

function look_of(name) {
    if (name === baseline) return {colour: "--arena", dash: [], mark: "circle", width: 4, radius: 5};
    const place = by_importance.filter((each) => is_ours(each) === is_ours(name)).indexOf(name);
    if (is_ours(name)) return {colour: "--ours", dash: dashes[(place + 1) % 3], mark: marks[place % 4], width: 3, radius: 4};
    return {colour: `--series-${place % hues}`, dash: dashes[place % 3], mark: marks[place % 4], width: 1.75, radius: 4};
}

// Those that lead most often come first, so that they differ by colour, and the others by dashes and marks as well.
const by_importance = [];

function rank_backends() {
    const leads = new Map([...backends.keys()].map((name) => [name, 0]));
    for (const {group} of all_figures.filter((each) => each.group.is_sweep)) {
        for (const some_rows of group.states.values()) {
            for (const name of leading_in(some_rows)) leads.set(name, leads.get(name) + 1);
        }
    }
    by_importance.push(...[...leads.keys()].filter((name) => name !== baseline).sort((a, b) => leads.get(b) - leads.get(a)));
}

// A piece of the line as the legend shows it.
function swatch(name) {
    const look = look_of(name);
    const shapes = {circle: "M12 2a4 4 0 1 1 0 8a4 4 0 1 1 0-8z", rect: "M8.5 2.5h7v7h-7z", triangle: "M12 1.5l4.5 8h-9z",
        rectRot: "M12 1l5 5l-5 5l-5-5z"};
    const stroke = `stroke: var(${look.colour})`;
    return svg_element("svg", {class: "swatch", viewBox: "0 0 24 12", "aria-hidden": "true"},
        svg_element("path", {d: "M0 6H24", style: `${stroke}; stroke-width: ${look.width}`,
            "stroke-dasharray": look.dash.join(" ") || "none"}),
        svg_element("path", {d: shapes[look.mark], style: `fill: var(${look.colour})`}));
}

// Which backends ---------------------------------------------------------------------------------

function present_in(some_rows) {
    const seen = new Set(some_rows.flatMap((row) => row.cells.map((cell) => cell.backend)));
    return [...backends.keys()].filter((name) => seen.has(name) && !view.hidden.has(name));
}

// The mean distance, in powers, from the best of each row: the smaller, the better.
function distance_of(name, some_rows) {
    const logs = [];
    for (const row of some_rows) {
        const cell = cell_of(row, name);
        const best = Math.min(...row.cells.map((each) => each.median));
        if (cell && best > 0) logs.push(Math.log(cell.median / best));
    }
    return logs.reduce((sum, each) => sum + each, 0) / Math.max(logs.length, 1);
}

const leading_peers = 4;

// All lines at once are a thicket: ours, malloc as what everybody has, and the best of the others.
function leading_in(some_rows) {
    const present = present_in(some_rows);
    const always = (name) => is_ours(name) || name === "malloc";
    const peers = present.filter((name) => !always(name))
        .sort((a, b) => distance_of(a, some_rows) - distance_of(b, some_rows)).slice(0, leading_peers);
    return present.filter((name) => always(name) || peers.includes(name));
}

function shown_in(figure) {
    const some_rows = rows_shown(figure);
    return figure.group.is_sweep && view.lines === "leading" ? leading_in(some_rows) : present_in(some_rows);
}

// The state that is asked for, or the one that there is.
function state_shown(group) {
    return group.states.has(view.state) ? view.state : [...group.states.keys()][0];
}

function rows_shown(figure) {
    return figure.group.states.get(state_shown(figure.group));
}

// What is drawn ----------------------------------------------------------------------------------

function bars_of(figure) {
    const [row] = rows_shown(figure);
    const shown = new Set(shown_in(figure));
    return row.cells.filter((cell) => shown.has(cell.backend)).sort((a, b) => a.median - b.median);
}

// Doublings and tenfolds lie evenly; so do percentiles, whose last steps would else be invisible.
function positions_of(some_rows) {
    const values = some_rows.map((row) => row.at.value);
    const even = some_rows[0].at.unit === "%" || values.some((value) => !(value > 0));
    return values.map((value, index) => even ? index : Math.log2(value));
}

function line_of(name, some_rows, positions) {
    return some_rows.flatMap((row, index) => {
        const cell = cell_of(row, name);
        return cell ? [{x: positions[index], cell, row}] : [];
    });
}

// A logarithmic axis has no zero: what is none lies at its lower edge, and the page says so.
function floor_of(cells) {
    const positive = cells.flatMap((cell) => [cell.median, cell.low]).filter((value) => value > 0);
    return positive.length === 0 ? 1 : Math.min(...positive);
}

function logarithmic_bars(cells) {
    if (view.scale !== "auto") return view.scale === "logarithmic";
    const values = cells.map((cell) => cell.median).filter((value) => value > 0);
    return values.length > 0 && Math.max(...values) > 30 * Math.min(...values);
}

function value_ticks(figure) {
    return {
        color: colour("--soft"),
        maxRotation: 0,
        autoSkipPadding: 8,
        callback(value) {
            // On a long logarithmic axis only 1, 2 and 5 of each power; the lines say the rest.
            const digit = Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9));
            const all = !figure.logarithmic || this.max < 8 * this.min;
            return all || [1, 2, 5].includes(digit) ? format_number(value) : null;
        },
    };
}

function value_axis(figure, cells, title) {
    return {
        type: figure.logarithmic ? "logarithmic" : "linear",
        min: figure.logarithmic ? figure.edge : 0,
        suggestedMax: Math.max(...cells.map((cell) => Math.max(cell.median, cell.high))),
        grid: {color: colour("--line"), borderColor: colour("--line")},
        title: {display: true, text: title, color: colour("--soft")},
        ticks: value_ticks(figure),
    };
}

function axis_title({group, logarithmic}) {
    return `${group.unit}${logarithmic ? ", logarithmic" : ""}; less is better`;
}

function bar_config(figure) {
    const cells = bars_of(figure);
    figure.logarithmic = logarithmic_bars(cells);
    figure.edge = 10 ** Math.floor(Math.log10(floor_of(cells)) - 0.2);
    const ours = (name) => name === baseline ? "--arena" : is_ours(name) ? "--ours" : "--peer";
    const colours = cells.map((cell) => colour(ours(cell.backend)));
    return {
        type: "bar",
        data: {
            labels: cells.map((cell) => (is_ours(cell.backend) ? "▸ " : "") + cell.backend),
            datasets: [{
                data: cells.map((cell) => figure.logarithmic ? Math.max(cell.median, figure.edge) : cell.median),
                cells, backgroundColor: colours, barThickness: figure.logarithmic ? 3 : 14,
            }],
        },
        options: {
            ...common_options(figure),
            indexAxis: "y",
            layout: {padding: {right: figure.canvas.parentElement.clientWidth < 420 ? 62 : 118}},
            scales: {
                x: value_axis(figure, cells, axis_title(figure)),
                y: {
                    grid: {display: false, borderColor: colour("--line")},
                    ticks: {
                        autoSkip: false, color: (context) => colour(is_mine(cells, context.index) ? "--text" : "--soft"),
                        font: (context) => ({weight: is_mine(cells, context.index) ? "bold" : "normal"}),
                    },
                },
            },
        },
        plugins: [whiskers, bar_labels],
    };
}

function is_mine(cells, index) {
    return Boolean(cells[index]) && is_ours(cells[index].backend);
}

// As on a phone: no room for names at the ends of lines, nor for large marks.
function is_narrow(figure) {
    return figure.canvas.parentElement.clientWidth < 560;
}

function line_dataset(figure, name, some_rows, positions) {
    const look = look_of(name);
    const radius = is_narrow(figure) ? 0.6 * look.radius : look.radius;
    const points = line_of(name, some_rows, positions);
    const shade = colour(look.colour);
    return {
        label: name, clip: 12, borderColor: shade, backgroundColor: shade, borderWidth: look.width, borderDash: look.dash,
        pointStyle: look.mark, pointRadius: radius, pointHoverRadius: radius + 2, order: name === baseline ? 0 : 1,
        cells: points.map((point) => point.cell),
        data: points.map((point) => ({x: point.x, y: Math.max(point.cell.median, figure.edge)})),
    };
}

function line_config(figure) {
    const some_rows = rows_shown(figure);
    const names = shown_in(figure);
    const cells = some_rows.flatMap((row) => row.cells).filter((cell) => names.includes(cell.backend));
    const positions = positions_of(some_rows);
    figure.logarithmic = true;
    figure.edge = floor_of(cells) / 1.3;
    return {
        type: "line",
        data: {datasets: names.map((name) => line_dataset(figure, name, some_rows, positions))},
        options: {
            ...common_options(figure),
            layout: {padding: {right: is_narrow(figure) ? 8 : 130}},
            scales: {x: place_axis(figure, some_rows, positions), y: value_axis(figure, cells, axis_title(figure))},
        },
        plugins: [whiskers, line_labels],
    };
}

// A tick at each point that was measured, and nowhere else.
function place_axis(figure, some_rows, positions) {
    return {
        type: "linear",
        min: positions[0],
        max: positions.length > 1 ? positions[positions.length - 1] : positions[0] + 1,
        grid: {color: colour("--line"), borderColor: colour("--line")},
        title: {display: true, text: figure.group.varied, color: colour("--soft")},
        afterBuildTicks(axis) {
            axis.ticks = positions.map((value) => ({value}));
        },
        ticks: {
            color: colour("--soft"), maxRotation: 40, autoSkipPadding: 6,
            callback: (value) => some_rows[positions.indexOf(value)].at.label,
        },
    };
}

function common_options(figure) {
    return {
        animation: false, responsive: true, maintainAspectRatio: false,
        font: {size: 12},
        interaction: {mode: "nearest", intersect: false, axis: figure.group.is_sweep ? "xy" : "y"},
        plugins: {
            legend: {display: false},
            tooltip: {
                backgroundColor: colour("--text"), titleColor: colour("--page"), bodyColor: colour("--page"),
                displayColors: false,
                callbacks: {
                    title: ([item]) => item.dataset.cells[item.dataIndex].backend,
                    label: (item) => cell_words(figure.group, item.dataset.cells[item.dataIndex]),
                },
            },
        },
    };
}

function cell_words(group, cell) {
    return `${format_number(cell.median)} ${group.unit} (${format_number(cell.low)} to ${format_number(cell.high)})`;
}

// What Chart.js does not draw by itself ----------------------------------------------------------

// Where the median may lie: low to high.
const whiskers = {
    id: "whiskers",
    afterDatasetsDraw(chart) {
        const flat = chart.options.indexAxis === "y";
        const axis = flat ? chart.scales.x : chart.scales.y;
        chart.data.datasets.forEach((dataset, index) => {
            chart.getDatasetMeta(index).data.forEach((mark, place) => {
                const cell = dataset.cells[place];
                const begin = axis.getPixelForValue(Math.max(cell.low, axis.min));
                const end = axis.getPixelForValue(Math.max(cell.high, axis.min));
                const dotted = flat && axis.type === "logarithmic";
                if (dotted) draw_dot(chart.ctx, mark, dataset.backgroundColor[place]);
                if (Math.abs(end - begin) < (dotted ? 2 * dot_radius : 2)) return;  // it would be a blot
                draw_whisker(chart.ctx, flat ? colour("--text") : dataset.borderColor, begin, end, flat ? mark.y : mark.x, flat);
            });
        });
    },
};

const dot_radius = 5.5;

// A bar on a logarithmic axis begins nowhere in particular; a dot doesn't claim otherwise.
function draw_dot(context, mark, shade) {
    context.save();
    context.fillStyle = shade;
    context.beginPath();
    context.arc(mark.x, mark.y, dot_radius, 0, 2 * Math.PI);
    context.fill();
    context.restore();
}

function draw_whisker(context, shade, begin, end, across, flat) {
    const point = (along, aside) => flat ? [along, across + aside] : [across + aside, along];
    context.save();
    context.strokeStyle = shade;
    context.lineWidth = 1.25;
    context.beginPath();
    for (const [from, to] of [[point(begin, 0), point(end, 0)], [point(begin, -3), point(begin, 3)],
        [point(end, -3), point(end, 3)]]) {
        context.moveTo(...from);
        context.lineTo(...to);
    }
    context.stroke();
    context.restore();
}

function write_on(chart, text, x, y, mine) {
    const {ctx} = chart;
    ctx.save();
    ctx.font = `${mine ? "bold " : ""}12px ${Chart.defaults.font.family}`;
    ctx.fillStyle = colour(mine ? "--text" : "--soft");
    ctx.textBaseline = "middle";
    ctx.strokeStyle = colour("--page");
    ctx.lineWidth = 4;
    ctx.lineJoin = "round";
    ctx.strokeText(text, x, y);
    ctx.fillText(text, x, y);
    ctx.restore();
}

// The number at the end of each bar, and how many times the arena's it is.
const bar_labels = {
    id: "bar_labels",
    afterDatasetsDraw(chart) {
        const [dataset] = chart.data.datasets;
        const wide = chart.options.layout.padding.right > 100;
        chart.getDatasetMeta(0).data.forEach((bar, index) => {
            const cell = dataset.cells[index];
            const ratio = wide && cell.backend !== baseline ? format_ratio(cell.to_arena) : "";
            const end = Math.max(bar.x, chart.scales.x.getPixelForValue(Math.max(cell.high, chart.scales.x.min)));
            const noisy = cell.compared === "noisy" ? "?" : "";
            write_on(chart, format_number(cell.median) + (ratio && `  ·  ${ratio}${noisy}`), end + 9, bar.y, is_ours(cell.backend));
        });
    },
};

// Each line's name at its end, moved apart where ends are close.
const line_labels = {
    id: "line_labels",
    afterDatasetsDraw(chart) {
        if (chart.options.layout.padding.right < 100) return;
        const ends = chart.data.datasets.flatMap((dataset, index) => {
            const {data} = chart.getDatasetMeta(index);
            return data.length === 0 ? [] : [{name: dataset.label, shade: dataset.borderColor, y: data[data.length - 1].y,
                x: data[data.length - 1].x}];
        });
        for (const {name, shade, x, y, place} of moved_apart(ends, chart.chartArea)) {
            const edge = chart.chartArea.right;
            chart.ctx.save();
            chart.ctx.strokeStyle = shade;
            chart.ctx.beginPath();
            chart.ctx.moveTo(x + 6, y);
            chart.ctx.lineTo(edge + 18, place);
            chart.ctx.stroke();
            chart.ctx.restore();
            write_on(chart, name, edge + 22, place, is_ours(name));
        }
    },
};

function moved_apart(ends, area) {
    const height = 14;
    const sorted = ends.sort((a, b) => a.y - b.y).map((end) => ({...end, place: end.y}));
    for (let i = 1; i < sorted.length; ++i) sorted[i].place = Math.max(sorted[i].place, sorted[i - 1].place + height);
    // What was pushed out at the bottom pushes the others up again.
    let limit = area.bottom;
    for (const each of [...sorted].reverse()) {
        each.place = Math.min(each.place, limit);
        limit = each.place - height;
    }
    return sorted;
}

// In words ---------------------------------------------------------------------------------------

function bars_in_words(figure) {
    const {group} = figure;
    const [row] = rows_shown(figure);
    const list = bars_of(figure).map((cell) => `${cell.backend} ${format_number(cell.median)}`);
    return `Bar chart: ${group.figure} in ${group.unit}, ${row_state(row)}; less is better. ${in_words(list)}. `
        + `${verdict_of(row).text}. ${loss_words(row)}`;
}

function lines_in_words(figure) {
    const {group} = figure;
    const some_rows = rows_shown(figure);
    const [first, last] = [some_rows[0], some_rows[some_rows.length - 1]];
    const list = shown_in(figure).map((name) => {
        const cells = some_rows.map((row) => cell_of(row, name)).filter(Boolean);
        return `${name} from ${format_number(cells[0].median)} to ${format_number(cells[cells.length - 1].median)}`;
    });
    const verdicts = runs_of(some_rows).map((run) => `${span_words(run)}: ${categories[run.category].badge}, ${run.words}`);
    return `Line chart: ${group.figure} in ${group.unit} over ${group.varied}, ${first.at.label} to ${last.at.label}, `
        + `${first.state}; less is better. ${list.join("; ")}. ${verdicts.join("; ")}.`;
}

// Drawing and drawing again ----------------------------------------------------------------------

function chart_height(figure) {
    return figure.group.is_sweep ? 380 : 64 + 22 * Math.max(bars_of(figure).length, 2);
}

function legend_of(figure) {
    const names = shown_in(figure);
    const others = new Set(rows_shown(figure).flatMap((row) => row.cells.map((cell) => cell.backend))).size - names.length;
    const more = others > 0 ? [element("li", {class: "more"}, `${plural(others, "other")} not drawn, see the table`)] : [];
    return [...names.map((name) => element("li", {class: is_ours(name) ? "ours" : null}, swatch(name), name)), ...more];
}

function has_zeros(figure) {
    const names = new Set(shown_in(figure));
    return rows_shown(figure).some((row) => row.cells.some((cell) => cell.median <= 0 && names.has(cell.backend)));
}

function describe(figure) {
    const {canvas, group} = figure;
    figure.state.textContent = rows_shown(figure)[0].at && !group.is_sweep
        ? row_state(rows_shown(figure)[0]) : state_shown(group);
    canvas.setAttribute("aria-label", group.is_sweep ? lines_in_words(figure) : bars_in_words(figure));
    canvas.parentElement.style.height = `${chart_height(figure)}px`;
    if (group.is_sweep) figure.legend.replaceChildren(...legend_of(figure));
}

function draw(figure) {
    if (figure.chart) figure.chart.destroy();
    figure.chart = new Chart(figure.canvas, figure.group.is_sweep ? line_config(figure) : bar_config(figure));
    figure.remark.hidden = !(figure.logarithmic && has_zeros(figure));
}

function refresh_charts() {
    for (const figure of all_figures) {
        describe(figure);
        if (figure.chart) draw(figure);
    }
}

function draw_all() {
    for (const figure of all_figures) {
        if (!figure.chart) draw(figure);
    }
}

function watch_charts() {
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    const watcher = new IntersectionObserver((entries) => {
        for (const entry of entries.filter((each) => each.isIntersecting)) {
            const figure = all_figures.find((each) => each.canvas === entry.target);
            if (figure && !figure.chart) draw(figure);
            watcher.unobserve(entry.target);
        }
    }, {rootMargin: "600px 0px"});
    for (const figure of all_figures) {
        describe(figure);
        watcher.observe(figure.canvas);
    }
}
