"""Looks at the pages of arena_bench --html in a browser: report_test.py PATH/TO/report_page.

The documents are made by report/sample.py. Without Chromium or Selenium it is skipped, and says so.
"""

import base64
import json
import re
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "report"))
import browser  # noqa: E402
import sample  # noqa: E402

PROGRAM = ""
CHARTS = re.compile(r'(<script id="chart_js">)(.*?)(</script>)', re.DOTALL)
DATA = re.compile(r'<script id="data" type="application/json">(.*?)</script>', re.DOTALL)

SINGLE_FIELDS = ["median", "low", "high", "spread", "min", "max"]
SWEEP_FIELDS = ["median", "low", "high"]


def write_page(document, folder, name):
    source, page = folder / f"{name}.json", folder / f"{name}.html"
    source.write_text(json.dumps(document, ensure_ascii=False))
    done = subprocess.run([PROGRAM, str(source), str(page)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return page


# What a document should look like, worked out without the page's own scripts -------------------------------------

def key_of(row):
    return row["workload"], row["figure"], row["at"]["name"] if row["at"] else ""


def grouped(document):
    """The rows of each chart, by state."""
    groups = {}
    for index, row in enumerate(document["rows"]):
        groups.setdefault(key_of(row), {}).setdefault(row["state"], []).append((index, row))
    return groups


def is_sweep(key, states):
    return key[2] != "" and any(len(some) > 1 for some in states.values())


def ours(document):
    return {each["name"] for each in document["backends"] if each["ours"]}


def beaten_by(document, row):
    return [each["backend"] for each in row["cells"]
            if each["compared"] == "better" and each["backend"] not in ours(document)]


def category(document, row):
    kind, winners = row["verdict"]["kind"], set(row["verdict"]["backends"])
    measured = {each["backend"] for each in row["cells"]}
    if beaten_by(document, row) or (kind == "winner" and not winners & ours(document) and measured & ours(document)):
        return "loss"
    if kind == "winner":
        return "win" if winners & ours(document) else "no arena"
    return kind


def in_words(names):
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def expected_numbers(document):
    """(row, backend, field) and the number."""
    numbers = {}
    for key, states in grouped(document).items():
        fields = SWEEP_FIELDS if is_sweep(key, states) else SINGLE_FIELDS
        for index, row in (each for some in states.values() for each in some):
            for cell in row["cells"]:
                for field in fields:
                    numbers[str(index), cell["backend"], field] = cell[field]
                if cell["compared"] != "baseline" and cell["to_arena"] is not None:
                    numbers[str(index), cell["backend"], "to_arena"] = cell["to_arena"]
    return numbers


# What the page says ----------------------------------------------------------------------------------------------

NUMBERS = """return [...document.querySelectorAll('td [data-value]')].map(
    (e) => [e.dataset.row, e.dataset.backend, e.dataset.field, e.dataset.value, e.textContent])"""
VERDICTS = """return [...document.querySelectorAll('[data-verdict-row]')].map((e) => [
    e.dataset.verdictRow, e.textContent, [...e.parentElement.querySelectorAll('.badge')].map((b) => b.textContent),
    e.parentElement.textContent])"""
RUNS = """return [...document.querySelectorAll('.runs li')].map((e) => [
    e.dataset.rows.split(' ').map(Number), e.querySelector('.badge').textContent, e.querySelector('.run-words').textContent])"""

# Does a canvas show anything, and anything of this colour?
PIXELS = """
const [canvas, name] = arguments;
const probe = document.createElement('canvas').getContext('2d');
probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
probe.fillRect(0, 0, 1, 1);
const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
let drawn = 0, same = 0;
for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 0) continue;
    ++drawn;
    if (data[i] === r && data[i + 1] === g && data[i + 2] === b) ++same;
}
return [drawn, same];
"""

# Every text that can be seen, with the colours of it and of what is behind it; the lowest contrast of each pair.
CONTRASTS = """
const numbers = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
const light = (text) => {
    const [r, g, b] = numbers(text).slice(0, 3).map((v) => v / 255).map(
        (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (e) => {
    for (; e; e = e.parentElement) {
        const shade = getComputedStyle(e).backgroundColor;
        const parts = numbers(shade);
        if (parts.length < 4 || parts[3] > 0) return shade;
    }
    return 'rgb(255, 255, 255)';
};
const pairs = new Map();
for (const e of document.querySelectorAll('body *')) {
    const text = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join('');
    if (text === '' || e.matches('script, style, noscript') || !e.checkVisibility()) continue;
    const [a, b] = [getComputedStyle(e).color, behind(e)];
    const [x, y] = [light(a), light(b)];
    pairs.set(a + ' on ' + b, [(Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05), text.slice(0, 40)]);
}
const page = light(behind(document.body));
const marks = ['--arena', '--ours', '--peer', ...[0, 1, 2, 3, 4, 5, 6].map((i) => '--series-' + i)].map((name) => {
    const probe = document.createElement('i');
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const x = light(getComputedStyle(probe).color);
    probe.remove();
    return [name, (Math.max(x, page) + 0.05) / (Math.min(x, page) + 0.05)];
});
return [[...pairs].map(([k, [ratio, text]]) => [k, ratio, text]), marks];
"""

# What Tab should stop at: of each group of radio buttons the one that is chosen.
STOPS = """
window.stops = [...document.querySelectorAll('a[href], input, button, select, summary, [tabindex="0"]')].filter(
    (e) => e.checkVisibility() && !(e.type === 'radio' && !e.checked));
return window.stops.map((e) => e.outerHTML.slice(0, 90));
"""
FOCUS = """
const e = document.activeElement;
const style = getComputedStyle(e);
return [window.stops.indexOf(e), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, e.outerHTML.slice(0, 90)];
"""


class with_a_browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = Path(holder.name)
        cls.browser = cls.enterClassContext(browser.browser())

    def setUp(self):
        self.browser.resize(1280)
        self.browser.scheme("light")

    def show(self, document, name="page", change=lambda text: text):
        """Opens the document's page, and returns its file; `change` may alter the page's text."""
        page = write_page(document, self.folder, name)
        page.write_text(change(page.read_text()))
        for log in ("browser", "performance"):
            self.browser.driver.get_log(log)
        self.browser.open(page)
        return page

    def need_charts(self):
        if not self.browser.run("return typeof Chart !== 'undefined'"):
            self.skipTest("built without Chart.js")

    def canvases(self):
        return self.browser.driver.find_elements("tag name", "canvas")

    def draw_all(self):
        """As a reader does: by looking at every chart."""
        for canvas in self.canvases():
            self.browser.run("arguments[0].scrollIntoView({behavior: 'instant'})", canvas)
            self.wait_for("return Boolean(Chart.getChart(arguments[0]))", canvas)

    def wait_for(self, script, *arguments):
        end = time.monotonic() + 20
        while not self.browser.run(script, *arguments):
            self.assertLess(time.monotonic(), end, script)
            time.sleep(0.01)

    def unfold(self):
        self.browser.run("document.querySelectorAll('details').forEach((e) => { e.open = true; })")

    def text(self):
        """What there is to read, be it folded: not the scripts, one of which is the document itself."""
        return self.browser.run("""return [...document.body.children].filter((e) => e.tagName !== 'SCRIPT').map(
            (e) => e.textContent).join(' ')""")

    def banners(self):
        return self.browser.run("return [...document.querySelectorAll('.banner')].map((e) => e.textContent).join(' ')")

    def check_console(self):
        said = [each for each in self.browser.driver.get_log("browser") if each["level"] in ("SEVERE", "WARNING")]
        self.assertEqual(said, [])

    def check_numbers(self, document):
        expected = expected_numbers(document)
        seen = {}
        for row, backend, field, value, text in self.browser.run(NUMBERS):
            key = (row, backend, field)
            self.assertNotIn(key, seen)
            seen[key] = float(value)
            self.check_text(text, float(value))
        wrong = [(key, seen.get(key), expected.get(key)) for key in seen.keys() | expected.keys()
                 if seen.get(key) != expected.get(key)]
        self.assertEqual(wrong[:5], [])

    def check_text(self, text, value):
        """What is shown is rounded, and no more than that."""
        if text.startswith(">"):
            self.assertGreater(value, 9999, text)
            return
        self.assertAlmostEqual(float(text.replace(",", "").rstrip("×")), value, delta=0.0501 * abs(value), msg=text)

    def check_verdicts(self, document):
        said = {}
        for row, text, badges, whole in self.browser.run(VERDICTS):
            said.setdefault(int(row), []).append((text, badges, whole))
        self.assertEqual(sorted(said), list(range(len(document["rows"]))))
        for index, row in enumerate(document["rows"]):
            for text, badges, whole in said[index]:
                self.assertEqual(text, row["verdict"]["text"])
                self.assertEqual(badges[0], category(document, row), (index, row["verdict"]))
                self.assertEqual("win" in badges, category(document, row) == "win")
                unsaid = set(beaten_by(document, row)) - set(row["verdict"]["backends"])
                self.assertEqual("The arena loses to" in whole, bool(unsaid), whole)

    def check_runs(self, document):
        """The verdicts of a sweep, put together: each row is in one of them, and a winner is named where there is one."""
        rows = document["rows"]
        sweeps = [index for key, states in grouped(document).items() if is_sweep(key, states)
                  for some in states.values() for index, _ in some]
        runs = self.browser.run(RUNS)
        self.assertEqual([index for members, _, _ in runs for index in members], sweeps)
        names = {each["name"] for each in document["backends"]}
        for members, badge, words in runs:
            for row in (rows[index] for index in members):
                self.assertEqual(badge, category(document, row))
                if badge == "win":
                    self.assertEqual(words, in_words(row["verdict"]["backends"]))
                if badge == "noisy":
                    self.assertFalse(names & set(re.findall(r"\w+", words)), words)
                if badge == "loss":
                    self.assertTrue(words.startswith("to ") and beaten_by(document, row)[0] in words, words)


class a_full_page(with_a_browser):
    def setUp(self):
        super().setUp()
        self.document = sample.document()
        self.show(self.document)

    def test_has_every_number_of_the_document(self):
        self.check_numbers(self.document)
        self.check_console()

    def test_has_every_verdict(self):
        self.check_verdicts(self.document)
        self.check_runs(self.document)
        kinds = {category(self.document, row) for row in self.document["rows"]}
        self.assertLessEqual({"win", "tie", "noisy", "loss"}, kinds, "the sample has one of each")

    def test_counts_wins_and_losses(self):
        cells = self.browser.run("""return [...document.querySelectorAll('[data-category]')].map(
            (e) => [e.dataset.workload, e.dataset.category, Number(e.textContent)])""")
        for workload in self.document["workloads"]:
            mine = [row for row in self.document["rows"] if row["workload"] == workload["name"]]
            for name in ("win", "tie", "noisy", "loss"):
                count = sum(category(self.document, row) == name for row in mine)
                self.assertIn([workload["name"], name, count], cells)

    def test_says_what_it_was_measured_on(self):
        text = self.text()
        for part in ("machine", "build"):
            for value in self.document[part].values():
                if isinstance(value, str):
                    self.assertIn(value, text)
        tables, lines = self.browser.run("""return [document.querySelectorAll('table').length,
            [...document.querySelectorAll('.table > .machine')].map((e) => e.textContent)]""")
        self.assertEqual(len(lines), tables)
        for line in lines:
            self.assertIn("Example Processor 9000", line)
            self.assertIn("d63bef5", line)
        self.assertIn("rpmalloc: not found when this program was configured", text)
        self.assertEqual(self.browser.run("return [...document.querySelectorAll('.banner')].length"),
                         self.browser.run("return typeof Chart === 'undefined' ? 1 : 0"))

    def test_begins_with_the_summary(self):
        first = self.browser.run("return document.querySelector('main section').textContent")
        self.assertTrue(first.startswith("What it means for you"))
        for sentence in self.document["summary"]:
            self.assertIn(sentence, first)

    def test_marks_the_workloads_that_an_arena_should_lose(self):
        for workload in self.document["workloads"]:
            text = self.browser.run("return document.getElementById('workload-' + arguments[0]).textContent",
                                    workload["name"])
            self.assertEqual("should lose" in text, workload["expects_loss"], workload["name"])
            for note in workload["notes"]:
                self.assertIn(note, text)

    def test_draws_every_chart(self):
        self.need_charts()
        self.draw_all()
        groups = grouped(self.document)
        canvases = self.canvases()
        self.assertEqual(len(canvases), len(groups))
        self.assertEqual(self.browser.run("return Object.keys(Chart.instances).length"), len(groups))
        for canvas, (key, states) in zip(canvases, groups.items()):
            drawn, of_the_arena = self.browser.run(PIXELS, canvas, "--arena")
            self.assertGreater(drawn, 2000, key)
            self.assertGreater(of_the_arena, 30, key)
            self.check_points(canvas, key, states)
        self.check_console()

    def check_points(self, canvas, key, states):
        rows = [row for _, row in states.get("warm") or next(iter(states.values()))]
        found = self.browser.run("""return Chart.getChart(arguments[0]).data.datasets.map(
            (e) => [e.label, e.data.map((d) => typeof d === 'number' ? d : d.y)])""", canvas)
        if not is_sweep(key, states):
            self.assertEqual(found[0][1], sorted(each["median"] for each in rows[0]["cells"]), key)
            return
        self.assertIn("arena", [name for name, _ in found])
        for name, points in found:
            medians = [each["median"] for row in rows for each in row["cells"] if each["backend"] == name]
            self.assertEqual(points, medians, (key, name))

    def test_switches_to_the_first_round(self):
        self.need_charts()
        self.draw_all()
        self.browser.run("document.querySelector('input[name=state][value=cold]').click()")
        states = grouped(self.document)["contention", "time", ""]
        expected = sorted(each["median"] for each in states["cold"][0][1]["cells"])
        label, found = self.browser.run("""const c = document.querySelector('canvas');
            return [c.getAttribute('aria-label'), Chart.getChart(c).data.datasets[0].data]""")
        self.assertEqual(found, expected)
        self.assertIn("cold", label)

    def test_draws_all_lines_or_the_leading_ones(self):
        self.need_charts()
        self.draw_all()
        script = "return Chart.getChart(document.querySelector('#workload-sizes canvas')).data.datasets.map((e) => e.label)"
        leading = self.browser.run(script)
        self.assertLess(len(leading), 9)
        self.assertLessEqual({"arena", "malloc"}, set(leading))
        self.browser.run("document.querySelector('input[name=lines][value=all]').click()")
        self.assertEqual(len(self.browser.run(script)), 15)
        looks = self.browser.run("""return Chart.getChart(document.querySelector('#workload-sizes canvas')).data.datasets.map(
            (e) => JSON.stringify([e.borderColor, e.borderDash, e.pointStyle]))""")
        self.assertEqual(len(set(looks)), 15, "every line looks different")
        widths = self.browser.run("""return Object.fromEntries(Chart.getChart(document.querySelector('#workload-sizes canvas'))
            .data.datasets.map((e) => [e.label, e.borderWidth]))""")
        self.assertGreater(widths.pop("arena"), max(widths.values()))

    def test_hides_backends_by_the_keyboard(self):
        self.need_charts()
        self.draw_all()
        self.browser.run("document.querySelector('input[name=backend][value=sync_pool]').focus()")
        self.browser.press(" ", "Space")
        found = self.browser.run("return Chart.getChart(document.querySelector('canvas')).data.labels")
        self.assertNotIn("sync_pool", found)
        self.assertIn("malloc", found)

    def test_charts_are_described(self):
        self.need_charts()
        described = self.browser.run("""return [...document.querySelectorAll('canvas')].map((e) => {
            const details = document.getElementById(e.getAttribute('aria-details'));
            return [e.getAttribute('role'), e.getAttribute('aria-label'), Boolean(details && details.querySelector('table'))];
        })""")
        for (role, label, has_table), (workload, figure, _) in zip(described, grouped(self.document)):
            self.assertEqual(role, "img")
            self.assertIn(figure, label)
            self.assertRegex(label, r"\barena (from )?\d", workload)
            self.assertTrue(has_table, workload)

    def test_is_built_for_screen_readers(self):
        self.assertEqual(self.browser.run("return document.documentElement.lang"), "en")
        headings = self.browser.run("return [...document.querySelectorAll('h1, h2, h3, h4')].map((e) => Number(e.tagName[1]))")
        self.assertEqual(headings.count(1), 1)
        for above, below in zip(headings, headings[1:]):
            self.assertLessEqual(below, above + 1)
        counts = self.browser.run("""const count = (s) => document.querySelectorAll(s).length;
            return [count('main'), count('nav[aria-label]'), count('th:not([scope])'), count('table:not(:has(caption))'),
                    [...document.querySelectorAll('input')].filter((e) => e.labels.length === 0).length,
                    count('section:not([aria-label], [aria-labelledby])'), count('[onclick], [onload], [onerror]')]""")
        self.assertEqual(counts, [1, 1, 0, 0, 0, 0, 0])
        ids = self.browser.run("return [...document.querySelectorAll('[id]')].map((e) => e.id)")
        self.assertEqual(len(ids), len(set(ids)))
        links = self.browser.run("return [...document.querySelectorAll('a')].map((e) => e.getAttribute('href').slice(1))")
        self.assertLessEqual(set(links), set(ids))

    def test_every_control_is_reached_by_tab_and_shows_it(self):
        self.unfold()
        stops = self.browser.run(STOPS)
        self.assertGreater(len(stops), 60)
        seen = set()
        for _ in range(len(stops) + 2):
            self.browser.press("Tab")
            index, visible, what = self.browser.run(FOCUS)
            if index < 0:
                break
            self.assertTrue(visible, what)
            seen.add(index)
        self.assertEqual([stop for index, stop in enumerate(stops) if index not in seen], [])

    def test_asks_the_network_for_nothing(self):
        page = self.show(self.document, "alone")
        if self.canvases():
            self.draw_all()
        events = [json.loads(each["message"])["message"] for each in self.browser.driver.get_log("performance")]
        asked = [each["params"]["request"]["url"] for each in events if each["method"] == "Network.requestWillBeSent"]
        asked = [url.split("#")[0] for url in asked if not url.startswith("data:")]
        self.assertEqual(asked, [page.resolve().as_uri()])

    def test_forbids_itself_the_network(self):
        blocked = self.browser.driver.execute_async_script("""const done = arguments[0];
            document.addEventListener('securitypolicyviolation', (e) => done(e.effectiveDirective));
            setTimeout(() => done('nothing'), 5000);
            fetch('http://127.0.0.1:9/').catch(() => {});""")
        self.assertEqual(blocked, "connect-src")
        self.browser.driver.get_log("browser")

    def test_fits_a_phone(self):
        self.check_width(360)

    def test_fits_a_desk(self):
        self.check_width(1024)
        self.check_width(1280)

    def check_width(self, width):
        self.browser.resize(width)
        self.unfold()
        if self.canvases():
            self.draw_all()
        wide = self.browser.run("""return [document.documentElement.scrollWidth, [...document.querySelectorAll('main *')].filter(
            (e) => !e.closest('.scroll') && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 80))]""")
        self.assertEqual(wide, [width, []])

    def test_has_a_dark_scheme(self):
        shades = {}
        for scheme in ("light", "dark"):
            self.browser.scheme(scheme)
            shades[scheme] = self.check_contrasts()
        self.assertNotEqual(*shades.values())
        self.browser.run("document.querySelector('input[name=scheme][value=light]').click()")
        self.assertEqual(self.shade(), shades["light"], "the switch wins over the system")

    def shade(self):
        return self.browser.run("return getComputedStyle(document.body).backgroundColor")

    def check_contrasts(self):
        self.unfold()
        pairs, marks = self.browser.run(CONTRASTS)
        self.assertGreater(len(pairs), 6)
        for pair, ratio, text in pairs:
            self.assertGreaterEqual(ratio, 4.5, f"{pair}: {text}")
        for name, ratio in marks:
            self.assertGreaterEqual(ratio, 3, name)
        return self.shade()

    def test_charts_follow_the_scheme(self):
        self.need_charts()
        self.draw_all()
        canvas = self.canvases()[0]
        for scheme in ("light", "dark"):
            self.browser.scheme(scheme)
            self.wait_for("return document.documentElement.dataset.theme === arguments[0]", scheme)
            self.assertGreater(self.browser.run(PIXELS, canvas, "--arena")[1], 30, scheme)

    def test_prints_all_of_it_in_light(self):
        self.browser.scheme("dark")
        self.browser.run("""window.addEventListener('beforeprint', () => {
            window.printed = [document.documentElement.dataset.theme, document.querySelectorAll('main details:not([open])').length,
                typeof Chart === 'undefined' || Object.keys(Chart.instances).length === document.querySelectorAll('canvas').length];
        })""")
        paper = self.browser.driver.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
        self.assertTrue(base64.b64decode(paper["data"]).startswith(b"%PDF"))
        self.assertEqual(self.browser.run("return window.printed"), ["light", 0, True])
        self.assertEqual(self.browser.run("return document.documentElement.dataset.theme"), "dark")


class other_documents(with_a_browser):
    def check(self, document):
        page = self.show(document)
        self.check_numbers(document)
        self.check_verdicts(document)
        self.check_runs(document)
        if self.browser.run("return typeof Chart !== 'undefined'"):
            self.draw_all()
            self.assertEqual(len(self.canvases()), len(grouped(document)))
        self.check_console()
        return page

    def test_a_partial_one_says_so(self):
        self.check(sample.partial())
        self.assertIn("interrupted", self.banners())
        self.assertIn("Nothing of it was measured", self.text())

    def test_one_without_the_peers(self):
        self.check(sample.KINDS["only_the_arena"]())
        self.assertIn("quick run", self.banners())
        self.assertNotIn("win", self.browser.run(
            "return [...document.querySelectorAll('main section[id^=workload] .badge')].map((e) => e.textContent)"))

    def test_one_that_was_not_optimised(self):
        self.check(sample.KINDS["unoptimised"]())
        self.assertIn("without optimisation", self.banners())

    def test_one_without_a_figure(self):
        self.check(sample.KINDS["nothing"]())
        self.assertIn("too few figures", self.text())

    def test_one_of_another_format(self):
        self.show(sample.document(workloads=["churn"], format=3))
        self.assertIn("format 3", self.banners())

    def test_one_with_nothing_in_it(self):
        self.show({})
        self.assertIn("too few figures", self.text())
        self.check_console()

    def test_zeros_have_a_place_on_a_logarithmic_axis(self):
        document = sample.zeros()
        self.check(document)
        if self.canvases():
            remarks = self.browser.run("return [...document.querySelectorAll('#workload-requests .remark')].map((e) => e.hidden)")
            self.assertEqual(remarks, [False])

    def test_hostile_strings_are_text(self):
        document = sample.hostile()
        page = self.check(document)
        text = self.text()
        for where in (document["machine"]["processor"], document["workloads"][1]["notes"][0], document["summary"][1],
                      document["backends"][1]["label"], document["skipped"][0]["why"]):
            self.assertIn("</script><b>", where)
            self.assertIn(where, text)
        self.assertEqual(self.browser.run("return document.title"), "memory_arena, measured")
        self.assertEqual(self.browser.run("return [document.querySelectorAll('b').length, document.scripts.length]"), [0, 4])
        for width in (360, 1280):
            self.browser.resize(width)
            self.assertEqual(self.browser.run("return document.documentElement.scrollWidth"), width)
        data = DATA.search(page.read_text()).group(1)
        self.assertEqual(json.loads(data), document)
        self.assertFalse(re.search("[<\u2028\u2029]", data))

    def test_without_the_charts_there_are_the_tables(self):
        document = sample.document(workloads=["contention", "sizes", "lifo"])
        self.show(document, change=lambda text: CHARTS.sub(r"\1\3", text))
        self.check_console()
        self.assertIn("The charts were left out", self.banners())
        self.assertEqual(self.canvases(), [])
        self.check_numbers(document)
        self.check_verdicts(document)
        self.assertEqual(self.browser.run("return document.querySelectorAll('.tables:not([open])').length"), 0)
        self.assertFalse(self.browser.run("return document.getElementById('controls').checkVisibility()"))


class the_program(unittest.TestCase):
    def test_says_what_it_cannot_write(self):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "document.json"
            source.write_text("{}")
            done = subprocess.run([PROGRAM, str(source), f"{folder}/none/report.html"], capture_output=True, text=True,
                                  timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("none/report.html: cannot be written", done.stderr)


if __name__ == "__main__":
    browser.require()
    PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=2)
