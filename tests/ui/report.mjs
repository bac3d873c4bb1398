// Drives the report in headless Chromium. Usage: node report.mjs CHECK CHROMIUM MODULES PAGES
// Exit 0 when the check holds; otherwise the reasons are on stderr.
import {readdirSync} from "node:fs";
import {createRequire} from "node:module";
import {join} from "node:path";
import {pathToFileURL} from "node:url";

const [check, chromiumPath, modules, pages] = process.argv.slice(2);
const {chromium} = createRequire(join(modules, "package.json"))("playwright-core");
const failures = [];
const expect = (condition, what) => condition || failures.push(what);
const kPages = readdirSync(pages).filter((name) => name.endsWith(".html")).sort();
const address = (name) => pathToFileURL(join(pages, name)).href;

const browser = await chromium.launch({
  executablePath: chromiumPath,
  chromiumSandbox: false,
  args: ["--disable-gpu", "--disable-dev-shm-usage"],
});

/**
 * Waits until the predicate holds in the page. Playwright's own waitForFunction evaluates a string
 * in the page when the predicate does not hold at once, which the report's policy rightly forbids.
 */
async function until(page, predicate, argument) {
  const end = Date.now() + 30_000;
  while (!(await page.evaluate(predicate, argument))) {
    if (Date.now() > end) throw new Error(`waited 30 s in vain for ${predicate}`);
    await new Promise((wake) => setTimeout(wake, 10));
  }
}

/** A page that remembers everything that it should not have done. */
async function open(name, options = {}, hash = "") {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, ...options});
  const page = await context.newPage();
  page.sins = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()))
      page.sins.push(`${name} console: ${message.text()}`);
  });
  page.on("pageerror", (error) => page.sins.push(`${name} error: ${error.message}`));
  page.on("dialog", (dialog) => {
    page.sins.push(`${name} dialog`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith("data:") && url.split("#")[0] !== address(name))
      page.sins.push(`${name} request: ${url}`);
  });
  await page.goto(address(name) + hash);
  if (options.javaScriptEnabled !== false) {
    await until(page, () => document.querySelector(".live")?.dataset.end !== undefined);
  }
  return page;
}

const range = (page) => page.evaluate(() => {
  const data = document.querySelector(".live").dataset;
  return {begin: Number(data.begin), end: Number(data.end)};
});
const width = (r) => r.end - r.begin;

/**
 * Presses a key and waits until the window has changed; a key without effect times out and fails.
 */
async function move(page, key) {
  const before = await range(page);
  await page.keyboard.press(key);
  await until(page, (old) => {
    const data = document.querySelector(".live").dataset;
    return Number(data.begin) !== old.begin || Number(data.end) !== old.end;
  }, before);
  return range(page);
}
const theme = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

/** Every text element against the ground it stands on. */
const kContrast = () => {
  const parse = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const light = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = parse(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const out = [];
  const texts =
      "h1,h2,p,li,dt,dd,td,th,b,small,span,button,code,a,summary,label,.glyph,.tag,.word,.note";
  for (const element of document.querySelectorAll(texts)) {
    if (element.closest(".live .tip, .unseen, dialog") || element.getClientRects().length === 0)
      continue;
    if (![...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(getComputedStyle(element).fontSize);
    out.push({
      what: `${element.tagName}.${element.className}: ${element.textContent.slice(0, 30)}`,
      ratio,
      least: size >= 24 ? 3 : 4.5
    });
  }
  return out;
};

const checks = {
  async quiet() {
    for (const name of kPages) {
      const page = await open(name);
      for (const key of ["e", "f", "w", "d", "0", "t"]) await page.keyboard.press(key);
      await page.waitForTimeout(100);
      failures.push(...page.sins);
      expect(
          !(await page.evaluate(() => "xss" in window)),
          `${name} ran a script of the system under test`);
      await page.context().close();
    }
    expect(kPages.some((name) => name.startsWith("hostile")), "there is no hostile page");
  },

  async keys() {
    const page = await open("violation.html");
    const whole = await range(page);
    const anomaly = await move(page, "e");
    expect(width(anomaly) < width(whole) / 5, "e does not zoom to the anomaly");
    const wider = await move(page, "s");
    expect(width(wider) > width(anomaly), "s does not zoom out");
    expect(width(await move(page, "w")) < width(wider), "w does not zoom in");
    const here = await range(page), later = await move(page, "d");
    expect(
        later.begin > here.begin && Math.abs(width(later) - width(here)) < 1,
        "d does not go on in time");
    expect((await move(page, "a")).begin < later.begin, "a does not go back in time");
    const first = await move(page, "f"), second = await move(page, "f");
    expect(second.begin > first.begin, "f does not go to the next fault");
    expect((await move(page, "F")).begin === first.begin, "F does not go to the fault before");
    expect(width(await move(page, "0")) === width(whole), "0 does not show the whole run");
    const color = await theme(page);
    await page.keyboard.press("t");
    expect((await theme(page)) !== color, "t does not change the theme");
    await page.keyboard.press("?");
    expect(await page.locator("dialog[open]").isVisible(), "? does not show the keys");
    await page.keyboard.press("Escape");
    expect((await page.locator("dialog[open]").count()) === 0, "Escape does not close the list");
    await page.keyboard.press("r");
    await until(
        page, () => /^Command/.test(document.getElementById("announce").textContent));
    failures.push(...page.sins);
  },

  async chips() {
    const page = await open("violation.html");
    const chip = page.locator(".chip").first();
    const op = await chip.getAttribute("data-op");
    const lit = () => page.evaluate(
        () => [...document.querySelectorAll("svg .rp-op.lit")].map(
            (e) => e.getAttribute("data-op")));
    for (const [how, begin, end] of [
             ["hover", () => chip.hover(), () => page.mouse.move(2, 2)],
             ["focus", () => chip.focus(), () => chip.blur()]]) {
      await begin();
      const now = await lit();
      expect(
          now.length > 0 && now.every((o) => o === op),
          `${how} lights up ${now} for operation ${op}`);
      await end();
      expect((await lit()).length === 0, `after ${how} the picture stays lit`);
    }
  },

  async deep_link() {
    const page = await open("violation.html", {}, "#t=1400-2300");
    expect(
        JSON.stringify(await range(page)) === "{\"begin\":1400000,\"end\":2300000}",
        "the link's window is not shown");
    await move(page, "d");
    expect(/#t=\d/.test(page.url()), "the address does not follow the window");
    const broken = await open("violation.html", {}, "#t=9-3");
    expect((await range(broken)).begin === 0, "a broken link does not fall back to the whole run");
  },

  async brush() {
    const page = await open("violation.html");
    await page.locator("canvas.view").scrollIntoViewIfNeeded();
    const before = await range(page), box = await page.locator("canvas.view").boundingBox();
    await page.mouse.move(box.x + 300, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 500, box.y + 100, {steps: 4});
    await page.mouse.up();
    await until(
        page, (old) => Number(document.querySelector(".live").dataset.begin) !== old.begin, before);
    const after = await range(page);
    expect(
        width(after) < width(before) / 3,
        "dragging does not zoom to the part that was dragged over");
    await page.locator("canvas.view").dblclick();
    await until(
        page, (end) => Number(document.querySelector(".live").dataset.end) === end, before.end);
  },

  async without_script() {
    const page = await open("violation.html", {javaScriptEnabled: false});
    for (const text
             of ["Not linearizable", "Why it is wrong", "no order can place it",
                 "Was it a test?"]) {
      expect(await page.getByText(text).first().isVisible(), `“${text}” is not to be seen`);
    }
    expect(
        await page.locator("#timeline-static svg").isVisible(), "the timeline is not to be seen");
    expect(await page.locator(".by-time svg").isVisible(), "the picture is not to be seen");
    expect(!(await page.locator(".by-order svg").isVisible()), "both pictures are shown");
    await page.getByText("Event by event").click();
    expect(await page.locator(".by-order svg").isVisible(), "the picture cannot be switched");
    for (const button of await page.locator("button").all()) {
      expect(!(await button.isVisible()), "a button that can do nothing is shown");
    }
  },

  async narrow() {
    for (const name of kPages) {
      const page = await open(name);
      for (const css of [640, 360]) {  // 1280 and 720 pixels at 200 % zoom
        await page.setViewportSize({width: css, height: 800});
        await page.evaluate(
            () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        const wide = await page.evaluate(() => {
          const out = [];
          const root = document.documentElement;
          if (root.scrollWidth > innerWidth) out.push(`the page: ${root.scrollWidth}`);
          for (const e of document.querySelectorAll("main *, nav *, footer")) {
            if (e.closest(".scroll, dialog, .unseen")) continue;
            const box = e.getBoundingClientRect();
            if (box.width > 0 && box.right > innerWidth + 1)
              out.push(`${e.tagName}.${e.className}`);
          }
          return out;
        });
        expect(wide.length === 0, `${name} at ${css} px overflows: ${wide.slice(0, 4)}`);
      }
      await page.context().close();
    }
  },

  async contrast() {
    for (const name of kPages.filter((page) => !page.startsWith("hostile"))) {
      for (const colorScheme of ["light", "dark"]) {
        const page = await open(name, {colorScheme});
        const measured = await page.evaluate(kContrast);
        expect(measured.length > 40, `${name}: only ${measured.length} texts were measured`);
        for (const {what, ratio, least} of measured) {
          expect(
              ratio >= least, `${name} ${colorScheme}: ${ratio.toFixed(2)} < ${least} for ${what}`);
        }
        await page.context().close();
      }
    }
  },

  async statuses() {
    const seen =
        {color: new Set(), border: new Set(), glyph: new Set(), word: new Set(), icon: new Set()};
    const four = ["violation.html", "valid.html", "unknown.html", "error.html"];
    for (const name of four) {
      const page = await open(name);
      const bar = await page.evaluate(() => {
        const style = getComputedStyle(document.querySelector(".verdict"));
        return {
          color: style.borderLeftColor,
          border: style.borderLeftStyle,
          glyph: document.querySelector(".glyph").textContent,
          word: document.querySelector(".word").textContent,
          icon: document.querySelector("link[rel=icon]").href,
          title: document.title
        };
      });
      expect(bar.title.startsWith(bar.glyph), `${name}: the title does not begin with the glyph`);
      for (const key of Object.keys(seen)) seen[key].add(bar[key]);
    }
    for (const [key, values] of Object.entries(seen)) {
      expect(
          values.size === four.length,
          `${key} does not tell the four statuses apart: ${[...values]}`);
    }
  },

  async picture_texts() {
    const page = await open("violation.html");
    const hits = await page.evaluate(() => {
      const out = [];
      for (const svg of document.querySelectorAll("svg.rp-picture")) {
        const boxes = [...svg.querySelectorAll("text")]
                          .map((e) => [e.textContent, e.getBoundingClientRect()])
                          .filter(([, b]) => b.width > 0);
        boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
          if (p.left < q.right - 0.5 && q.left < p.right - 0.5 && p.top < q.bottom - 3 &&
              q.top < p.bottom - 3)
            out.push(`${a} | ${b}`);
        }));
      }
      return out;
    });
    expect(hits.length === 0, `texts overlap: ${hits.slice(0, 5).join("; ")}`);
  },

  async paper() {
    const page = await open("violation.html");
    await page.emulateMedia({media: "print"});
    expect(await page.locator("#timeline-static svg").isVisible(), "the timeline is not printed");
    expect(!(await page.locator(".live").isVisible()), "the canvas is printed, too");
    expect(!(await page.locator("#copy").isVisible()), "a button is printed");
    expect((await page.pdf()).length > 10000, "the page does not print");
  },
};

try {
  if (!checks[check]) throw new Error(`no such check: ${check}`);
  await checks[check]();
} catch (error) {
  failures.push(String(error.message ?? error));
} finally {
  await browser.close();
}
for (const failure of failures.slice(0, 20)) console.error(failure);
process.exit(failures.length === 0 ? 0 : 1);
