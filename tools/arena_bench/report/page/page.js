// Puts the page together, and keeps it as its reader wants it.

const dark_wanted = window.matchMedia("(prefers-color-scheme: dark)");
const room_beside = window.matchMedia("(min-width: 64rem)");
let scheme = "auto";

function apply_scheme(name) {
    const dark = name === "dark" || (name === "auto" && dark_wanted.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    if (have_charts) refresh_charts();
}

function set_up_scheme() {
    by_id("theme").append(...choice("scheme", "", [["auto", "auto"], ["light", "light"], ["dark", "dark"]], scheme, (name) => {
        scheme = name;
        apply_scheme(scheme);
    }));
    dark_wanted.addEventListener("change", () => apply_scheme(scheme));
}

function backend_box(name) {
    const input = element("input", {type: "checkbox", name: "backend", value: name, checked: true});
    input.addEventListener("change", () => {
        if (input.checked) view.hidden.delete(name);
        else view.hidden.add(name);
        refresh_charts();
    });
    return element("label", {class: is_ours(name) ? "ours" : null}, input, " ", swatch(name), name);
}

function view_choice(key, legend, values) {
    return element("fieldset", {class: "choice"}, choice(key, legend, values, view[key], (value) => {
        view[key] = value;
        refresh_charts();
    }));
}

function set_up_controls() {
    by_id("controls").hidden = false;
    by_id("controls_form").append(
        view_choice("state", "Memory", [["warm", "warm"], ["cold", "cold"]]),
        view_choice("lines", "Lines", [["leading", "the leading ones"], ["all", "all"]]),
        view_choice("scale", "Bars", [["auto", "as fits"], ["linear", "linear"], ["logarithmic", "logarithmic"]]),
        element("fieldset", {class: "choice"}, element("legend", {}, "Backends"),
            element("div", {class: "options"}, measured_backends().map(backend_box))));
    by_id("controls_form").addEventListener("submit", (event) => event.preventDefault());
}

function set_up_contents(sections) {
    by_id("contents_list").append(...sections.map((each) => element("li", {},
        element("a", {href: `#${each.id}`}, each.querySelector("h2").textContent))));
    by_id("contents_list").addEventListener("click", (event) => {
        if (event.target.matches("a") && !room_beside.matches) by_id("contents").open = false;
    });
}

// Beside the text there is room for both panels; above it they are folded.
function fold_panels() {
    for (const panel of [by_id("contents"), by_id("controls")]) panel.open = room_beside.matches;
}

function follow_the_reader(sections) {
    const links = new Map([...by_id("contents_list").querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
    const watcher = new IntersectionObserver((entries) => {
        for (const entry of entries.filter((each) => each.isIntersecting)) {
            for (const link of links.values()) link.removeAttribute("aria-current");
            links.get(entry.target.id).setAttribute("aria-current", "true");
        }
    }, {rootMargin: "-20% 0px -70% 0px"});
    for (const each of sections) watcher.observe(each);
}

// On paper nothing unfolds: all is open, light, and drawn.
function set_up_printing() {
    let folded = [];
    window.addEventListener("beforeprint", () => {
        folded = [...document.querySelectorAll("main details:not([open])")];
        for (const each of folded) each.open = true;
        apply_scheme("light");
        if (have_charts) draw_all();
    });
    window.addEventListener("afterprint", () => {
        for (const each of folded) each.open = false;
        apply_scheme(scheme);
    });
}

function fill_page() {
    const workloads = known_workloads();
    const sections = [summary_section(), glance_section(workloads), reading_section(), ...workloads.map(workload_section),
        compared_section(), checks_section()];
    by_id("subtitle").textContent = [machine_line(), date_words(report.date)].filter(Boolean).join(" · ");
    by_id("content").append(...banners(), ...sections);
    set_up_contents(sections);
    return sections;
}

const page_sections = fill_page();
set_up_scheme();
if (have_charts) rank_backends();
if (have_charts && all_figures.length > 0) set_up_controls();
fold_panels();
room_beside.addEventListener("change", fold_panels);
apply_scheme(scheme);
if (have_charts) watch_charts();
follow_the_reader(page_sections);
set_up_printing();
