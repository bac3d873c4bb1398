// The timeline that can be zoomed: a view, an overview with a brush, a tooltip, keys.

import {kInfo, label, outcome, type Run} from "./columns";
import {endOf, kBarsMax, kFaultRow, lanesOf, layout, type Layout} from "./tracks";
import {readColors, Tracks, visibleOperations} from "./tracks";
import {around, clamp, fromHash, pan, timeLabel, toHash, zoom, type Window} from "./window";

const kOverview = 34;

export class Timeline {
  private window: Window;
  private layout: Layout|null = null;
  private visible: number[] = [];
  private anomaly = -1;
  private fault = -1;
  private readonly root = document.createElement("div");
  private readonly view = document.createElement("canvas");
  private readonly overview = document.createElement("canvas");
  private readonly tip = document.createElement("div");
  private readonly range = document.createElement("span");
  private scheduled = false;

  constructor(
      private readonly run: Run, figure: HTMLElement,
      private readonly announce: (text: string) => void) {
    this.window = fromHash(location.hash, run.end) ?? {begin: 0, end: run.end};
    this.root.className = "live";
    this.root.append(this.bar(), this.view, this.overview, this.tip);
    this.view.className = "view";
    this.view.setAttribute("role", "img");
    this.view.setAttribute(
        "aria-label", "Timeline; the table below has it in numbers, ? lists the keys");
    this.tip.className = "tip";
    this.tip.hidden = true;
    figure.append(this.root);
    this.listen();
    new ResizeObserver(() => this.redraw()).observe(this.root);
    window.addEventListener("hashchange", () => {
      const linked = fromHash(location.hash, run.end);
      if (linked) this.show(linked, false);
    });
    this.redraw();
  }

  private bar(): HTMLElement {
    const bar = document.createElement("div");
    bar.className = "bar";
    const add = (text: string, title: string, act: () => void): void => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.title = title;
      button.addEventListener("click", act);
      bar.append(button);
    };
    if (this.run.anomalies.length > 0) add("Next anomaly", "e", () => this.nextAnomaly(1));
    if (this.run.faults.length > 0) add("Next fault", "f", () => this.nextFault(1));
    add("Zoom in", "w", () => this.zoomBy(0.5));
    add("Zoom out", "s", () => this.zoomBy(2));
    add("Whole run", "0", () => this.fit());
    this.range.className = "range";
    bar.append(this.range);
    return bar;
  }

  show(next: Window, link = true): void {
    this.window = clamp(next, this.run.end);
    if (link) {
      try {
        const whole = this.window.begin === 0 && this.window.end === this.run.end;
        history.replaceState(
            null, "", whole ? location.pathname + location.search : toHash(this.window));
      } catch { /* some browsers refuse it for files; the view is right all the same */
      }
    }
    this.redraw();
  }

  fit(): void {
    this.show({begin: 0, end: this.run.end});
    this.announce("The whole run");
  }
  zoomBy(factor: number): void {
    this.show(zoom(this.window, factor, (this.window.begin + this.window.end) / 2, this.run.end));
  }
  panBy(share: number): void {
    this.show(pan(this.window, share, this.run.end));
  }

  nextAnomaly(step: number): void {
    const all = this.run.anomalies;
    if (all.length === 0) return this.announce("No anomaly in this run");
    this.anomaly =
        (this.anomaly + step + all.length + (this.anomaly < 0 && step < 0 ? 1 : 0)) % all.length;
    const at = all[this.anomaly];
    if (!at) return;
    this.show(around(at.begin, at.end, this.run.end));
    this.announce(`Anomaly ${this.anomaly + 1} of ${all.length}: ${at.klass}`);
  }

  nextFault(step: number): void {
    const all = this.run.faults;
    if (all.length === 0) return this.announce("No fault in this run");
    this.fault =
        (this.fault + step + all.length + (this.fault < 0 && step < 0 ? 1 : 0)) % all.length;
    const at = all[this.fault];
    if (!at) return;
    this.show(around(at.asked ?? at.effect ?? 0, at.healed ?? this.run.end, this.run.end));
    this.announce(`Fault ${this.fault + 1} of ${all.length}: ${at.description || at.name}`);
  }

  redraw(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.paint();
    });
  }

  private prepare(canvas: HTMLCanvasElement, width: number, height: number):
      CanvasRenderingContext2D|null {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d");
    context?.setTransform(ratio, 0, 0, ratio, 0, 0);
    return context;
  }

  private paint(): void {
    const width = this.root.clientWidth;
    if (width < 80) return;
    const colors = readColors();
    this.visible = visibleOperations(this.run, this.window);
    this.layout = layout(this.run, width, this.visible);
    const context = this.prepare(this.view, width, this.layout.height);
    if (!context) return;
    new Tracks(context, this.run, this.window, this.layout, colors).draw(this.visible);
    this.paintOverview(width, colors);
    const span = this.window.end - this.window.begin, step = span / 50;
    this.range.textContent =
        `${timeLabel(this.window.begin, step)} to ${timeLabel(this.window.end, step)} · ` +
        `${(this.visible.length * this.run.stride).toLocaleString("en")} operations`;
    this.root.dataset["begin"] = String(this.window.begin);
    this.root.dataset["end"] = String(this.window.end);
  }

  private paintOverview(width: number, colors: {[name: string]: string}): void {
    const context = this.prepare(this.overview, width, kOverview);
    if (!context || !this.layout) return;
    const {left, right} = this.layout, end = this.run.end;
    const x = (t: number): number => left + (t / end) * (right - left);
    context.fillStyle = colors["lane"] ?? "";
    context.fillRect(left, 8, right - left, 22);
    context.fillStyle = colors["band"] ?? "";
    context.globalAlpha = 0.5;
    for (const fault of this.run.faults) {
      if (fault.effect !== null)
        context.fillRect(
            x(fault.effect), 10, Math.max(1, x(fault.healed ?? end) - x(fault.effect)), 18);
    }
    context.globalAlpha = 1;
    context.fillStyle = colors["fail"] ?? "";
    for (const anomaly of this.run.anomalies) context.fillRect(x(anomaly.end) - 1, 8, 2, 22);
    context.strokeStyle = colors["ink"] ?? "";
    context.lineWidth = 1.5;
    const begin = x(this.window.begin);
    context.strokeRect(begin, 8, Math.max(3, x(this.window.end) - begin), 22);
    context.fillStyle = colors["muted"] ?? "";
    context.font = "11px system-ui, \"DejaVu Sans\", sans-serif";
    context.fillText("whole run", 0, 23);
  }

  private time(event: PointerEvent, whole: boolean): number {
    const at = this.layout;
    if (!at) return 0;
    const from = whole ? {begin: 0, end: this.run.end} : this.window;
    const share = (event.offsetX - at.left) / (at.right - at.left);
    return from.begin + Math.min(1, Math.max(0, share)) * (from.end - from.begin);
  }

  private listen(): void {
    const brush = (canvas: HTMLCanvasElement, whole: boolean): void => {
      let from: {t: number; x: number}|null = null;
      canvas.addEventListener("pointerdown", (event) => {
        from = {t: this.time(event, whole), x: event.offsetX};
        canvas.setPointerCapture(event.pointerId);
      });
      canvas.addEventListener("pointerup", (event) => {
        if (!from) return;
        const to = this.time(event, whole), far = Math.abs(event.offsetX - from.x) > 4;
        if (far) {
          this.show({begin: Math.min(from.t, to), end: Math.max(from.t, to)});
        } else if (whole) {
          const half = (this.window.end - this.window.begin) / 2;
          this.show({begin: to - half, end: to + half});
        }
        from = null;
      });
    };
    brush(this.view, false);
    brush(this.overview, true);
    this.view.addEventListener("dblclick", () => this.fit());
    this.view.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;  // a plain wheel scrolls the page
      event.preventDefault();
      const share = this.layout ?
          (event.offsetX - this.layout.left) / (this.layout.right - this.layout.left) :
          0.5;
      const about = this.window.begin + share * (this.window.end - this.window.begin);
      this.show(zoom(this.window, event.deltaY > 0 ? 1.25 : 0.8, about, this.run.end));
    }, {passive: false});
    this.view.addEventListener("pointermove", (event) => this.hover(event));
    this.view.addEventListener("pointerleave", () => (this.tip.hidden = true));
  }

  private hover(event: PointerEvent): void {
    const text = this.under(event);
    this.tip.hidden = text === "";
    if (text === "") return;
    this.tip.textContent = text;
    const room = this.root.clientWidth - this.tip.offsetWidth - 8;
    this.tip.style.left = `${Math.max(0, Math.min(event.offsetX + 14, room))}px`;
    this.tip.style.top = `${this.view.offsetTop + event.offsetY + 14}px`;
  }

  /** What stands under the pointer, in words. */
  private under(event: PointerEvent): string {
    const at = this.layout, run = this.run, t = this.time(event, false), y = event.offsetY;
    if (!at || event.offsetX < at.left) return "";
    if (y >= at.faults && y < at.leaders) {
      const row = Math.floor((y - at.faults) / kFaultRow);
      const fault = run.faults.find(
          (f) => f.row === row && (f.asked ?? 0) <= t && t <= (f.healed ?? run.end));
      return fault ? `${fault.name}\n${fault.description}` : "";
    }
    if (at.clientHeight === 0 || this.visible.length > kBarsMax || y < at.clients || y >= at.axis)
      return "";
    const row = Math.floor((y - at.clients) / at.clientHeight), rows = lanesOf(run, this.visible);
    const slack = (3 * (this.window.end - this.window.begin)) / (at.right - at.left);
    const i = this.visible.find(
        (k) => rows.get(run.lane[k] ?? 0) === row && (run.time[k] ?? 0) - slack <= t &&
            t <= endOf(run, k) + slack);
    if (i === undefined) return "";
    const words = ["ok", "fail: surely not applied", "info: nobody knows"][outcome(run, i)] ?? "";
    const node = run.nodes[run.node[i] ?? 0] ?? "";
    const took =
        outcome(run, i) === kInfo ? "" : `, ${((run.latency[i] ?? 0) / 1e3).toFixed(2)} ms`;
    return `${label(run, i)} on key ${run.keys[run.key[i] ?? 0] ?? "?"}\nclient ${
               run.processes[run.lane[i] ?? 0] ?? "?"}` +
        `${node ? `, ${node}` : ""}${took}\n${words}`;
  }
}
