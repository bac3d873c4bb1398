// Draws the tracks of the timeline onto a canvas.

import {kFail, kInfo, kOk, label, outcome, type Run} from "./columns";
import {roundStep, timeLabel, type Window} from "./window";

export interface Colors {
  [name: string]: string
}

const kNames = [
  "ink", "muted", "line", "line-strong", "lane", "panel", "fail", "band", "ok", "refused", "open",
  "write", "write-edge", "cas", "cas-edge"
];

export function readColors(): Colors {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(
      kNames.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

export interface Layout {
  width: number;
  left: number;
  right: number;
  faults: number;  // y of each track
  leaders: number;
  rate: number;
  latency: number;
  clients: number;
  clientHeight: number;
  axis: number;
  height: number;
}

export const kFaultRow = 18;
const kRate = 70, kLatency = 90;

/** Operations become bars in their clients' lanes when so many or fewer are in the window. */
export const kBarsMax = 1500;

export function layout(run: Run, width: number, visible: number[]): Layout {
  const rows = run.faults.reduce((most, f) => Math.max(most, f.row + 1), 1);
  const faults = 22;
  const leaders = faults + rows * kFaultRow + 10;
  const rate = leaders + (run.leaders.length > 0 ? 18 : 0) + 20;
  const latency = rate + kRate + 20;
  const clients = latency + kLatency + 16;
  const lanes = lanesOf(run, visible).size;
  const clientHeight =
      visible.length <= kBarsMax && lanes > 0 ? Math.max(8, Math.min(22, 420 / lanes)) : 0;
  const axis = clients + (clientHeight > 0 ? lanes * clientHeight + 8 : 0);
  return {
    width,
    left: 112,
    right: width - 12,
    faults,
    leaders,
    rate,
    latency,
    clients,
    clientHeight,
    axis,
    height: axis + 24
  };
}

export function lanesOf(run: Run, visible: number[]): Map<number, number> {
  const lanes = [...new Set(visible.map((i) => run.lane[i] ?? 0))].sort((a, b) => a - b);
  return new Map(lanes.map((lane, row) => [lane, row]));
}

/** When an operation left the screen: at its answer, or when its client gave up. */
export function endOf(run: Run, i: number): number {
  const latency = run.latency[i] ?? -1;
  return latency < 0 ? run.end : (run.time[i] ?? 0) + latency;
}

export function visibleOperations(run: Run, window: Window): number[] {
  const out: number[] = [];
  for (let i = 0; i < run.count; ++i) {
    if ((run.time[i] ?? 0) > window.end) break;
    if (endOf(run, i) >= window.begin) out.push(i);
  }
  return out;
}

export class Tracks {
  readonly x: (t: number) => number;
  constructor(
      readonly c: CanvasRenderingContext2D, readonly run: Run, readonly window: Window,
      readonly at: Layout, readonly colors: Colors) {
    const scale = (at.right - at.left) / (window.end - window.begin);
    this.x = (t) =>
        at.left + (Math.min(Math.max(t, window.begin), window.end) - window.begin) * scale;
  }

  color(name: string): string {
    return this.colors[name] || "#888888";
  }

  draw(visible: number[]): void {
    const {c, at} = this;
    c.clearRect(0, 0, at.width, at.height);
    c.font = "11px system-ui, \"Segoe UI\", \"DejaVu Sans\", sans-serif";
    this.faults();
    this.leaders();
    this.rate(visible);
    this.latency(visible);
    if (at.clientHeight > 0) this.clients(visible);
    this.axis();
    this.anomalies();
  }

  private name(text: string, y: number): void {
    this.c.fillStyle = this.color("muted");
    this.c.fillText(text, 0, y);
  }

  private outside(begin: number, end: number): boolean {
    return end < this.window.begin || begin > this.window.end;
  }

  private faults(): void {
    const {c, at, run} = this;
    this.name("faults", at.faults + 11);
    for (const fault of run.faults) {
      const begin = fault.asked ?? fault.effect ?? 0, end = fault.healed ?? run.end;
      if (this.outside(begin, end)) continue;
      const y = at.faults + fault.row * kFaultRow;
      c.strokeStyle = c.fillStyle = this.color("band");
      if (fault.asked !== null) {
        c.beginPath();
        c.moveTo(this.x(fault.asked), y + 2);
        c.lineTo(this.x(fault.asked), y + 12);
        c.moveTo(this.x(fault.asked), y + 7);
        c.lineTo(this.x(fault.effect ?? run.end), y + 7);
        c.stroke();
      }
      if (fault.effect === null) continue;
      const x = this.x(fault.effect), heal = this.x(fault.healAsked ?? end), done = this.x(end);
      c.globalAlpha = 0.1;
      c.fillRect(x, at.faults - 4, Math.max(1, done - x), at.axis - at.faults + 4);
      c.globalAlpha = 1;
      c.fillRect(x, y, Math.max(1.5, heal - x), 14);
      c.globalAlpha = 0.3;
      c.fillRect(heal, y, Math.max(0, done - heal), 14);
      c.globalAlpha = 1;
      this.label([fault.description, fault.name], x + 5, y + 11, heal - x - 8, "panel");
    }
  }

  /** The first of the texts that fits. */
  private label(texts: string[], x: number, y: number, room: number, color: string): void {
    const {c} = this;
    const shown = texts.find((text) => c.measureText(text).width <= room);
    if (!shown) return;
    c.fillStyle = this.color(color);
    c.fillText(shown, x, y);
  }

  private leaders(): void {
    const {c, at, run} = this;
    if (run.leaders.length === 0) return;
    this.name("leader", at.leaders + 12);
    run.leaders.forEach((leader, i) => {
      const end = run.leaders[i + 1]?.t ?? run.end;
      if (leader.node === "" || this.outside(leader.t, end)) return;
      const left = this.x(leader.t), right = this.x(end);
      c.fillStyle = this.color("lane");
      c.strokeStyle = this.color("line-strong");
      c.fillRect(left, at.leaders, Math.max(1, right - left - 1), 17);
      c.strokeRect(left + 0.5, at.leaders + 0.5, Math.max(1, right - left - 2), 16);
      this.label(
          [`${leader.node} term ${leader.term}`, leader.node], left + 5, at.leaders + 12,
          right - left - 9, "ink");
    });
  }

  private rate(visible: number[]): void {
    const {c, at, run, window} = this;
    const columns = Math.max(1, Math.floor((at.right - at.left) / 6));
    const width = (window.end - window.begin) / columns;
    const counts = [new Uint32Array(columns), new Uint32Array(columns), new Uint32Array(columns)];
    for (const i of visible) {
      const column = Math.floor((endOf(run, i) - window.begin) / width);
      const of = counts[outcome(run, i)];
      if (of && column >= 0 && column < columns) of[column] = (of[column] ?? 0) + 1;
    }
    let most = 1;
    for (let k = 0; k < columns; ++k)
      most = Math.max(most, counts.reduce((sum, of) => sum + (of[k] ?? 0), 0));
    this.name("operations", at.rate + 10);
    this.name("per second", at.rate + 23);
    const peak = Math.round((most * run.stride * 1e6) / width);
    this.rule(at.rate, `${peak.toLocaleString("en")}`);
    for (let k = 0; k < columns; ++k) {
      let base = at.rate + kRate;
      ["ok", "refused", "open"].forEach((name, kind) => {
        const height = ((counts[kind]?.[k] ?? 0) / most) * kRate;
        c.fillStyle = this.color(name);
        c.fillRect(at.left + k * 6, base - height, 5.2, height);
        base -= height;
      });
    }
    this.rule(at.rate + kRate, "");
  }

  private rule(y: number, text: string): void {
    const {c, at} = this;
    c.strokeStyle = this.color("line");
    c.beginPath();
    c.moveTo(at.left, y + 0.5);
    c.lineTo(at.right, y + 0.5);
    c.stroke();
    c.fillStyle = this.color("muted");
    c.textAlign = "right";
    c.fillText(text, at.left - 8, y + 4);
    c.textAlign = "left";
  }

  /** One dot an operation, on a logarithmic scale; bounded, so that a redraw stays quick. */
  private latency(visible: number[]): void {
    const {c, at, run} = this;
    this.name("latency", at.latency + 10);
    let low = Infinity, high = 0;
    for (const i of visible) {
      const latency = run.latency[i] ?? -1;
      if (latency <= 0) continue;
      low = Math.min(low, latency);
      high = Math.max(high, latency);
    }
    if (high === 0) return;
    const floor = Math.floor(Math.log10(low)),
          top = Math.max(Math.ceil(Math.log10(high)), floor + 1);
    const y = (us: number): number => at.latency +
        kLatency * (1 - (Math.log10(Math.max(us, 10 ** floor)) - floor) / (top - floor));
    for (let power = floor; power <= top; ++power) {
      this.rule(
          y(10 ** power),
          power >= 6 ? `${10 ** (power - 6)} s` :
              power >= 3 ? `${10 ** (power - 3)} ms` :
                           `${10 ** power} µs`);
    }
    const every = Math.max(1, Math.ceil(visible.length / 20000));
    c.globalAlpha = visible.length > 3000 ? 0.4 : 0.75;
    for (let k = 0; k < visible.length; k += every) {
      const i = visible[k] ?? 0, latency = run.latency[i] ?? -1;
      if (latency < 0) continue;
      const kind = outcome(run, i);
      c.fillStyle = this.color(kind === kInfo ? "open" : kind === kFail ? "refused" : "write-edge");
      c.fillRect(this.x(endOf(run, i)) - 1, y(latency) - 1, 2, 2);
    }
    c.globalAlpha = 1;
    this.percentiles(visible, y);
  }

  /** p50 and p99 of ok operations, in columns of the screen. */
  private percentiles(visible: number[], y: (us: number) => number): void {
    const {c, at, run, window} = this;
    const columns = Math.max(1, Math.floor((at.right - at.left) / 14));
    const width = (window.end - window.begin) / columns;
    const latencies: number[][] = Array.from({length: columns}, () => []);
    for (const i of visible) {
      if (outcome(run, i) !== kOk) continue;
      latencies[Math.floor((endOf(run, i) - window.begin) / width)]?.push(run.latency[i] ?? 0);
    }
    for (const of of latencies) of.sort((a, b) => a - b);
    const lines: [number, string, number[]][] = [[0.99, "band", [4, 2]], [0.5, "ink", []]];
    for (const [share, color, dash] of lines) {
      c.strokeStyle = this.color(color);
      c.lineWidth = 1.5;
      c.setLineDash(dash);
      c.beginPath();
      let down = false;
      latencies.forEach((of, k) => {
        const value = of[Math.max(0, Math.ceil(share * of.length) - 1)];
        if (value === undefined) {
          down = false;
          return;
        }
        const x = at.left + ((k + 0.5) * (at.right - at.left)) / columns;
        if (down)
          c.lineTo(x, y(value));
        else
          c.moveTo(x, y(value));
        down = true;
      });
      c.stroke();
    }
    c.setLineDash([]);
    c.lineWidth = 1;
  }

  private clients(visible: number[]): void {
    const {c, at, run} = this;
    const rows = lanesOf(run, visible), culprits = new Set(run.anomalies.map((a) => a.culprit));
    for (const [lane, row] of rows) {
      const y = at.clients + row * at.clientHeight;
      if (row % 2 === 0) {
        c.fillStyle = this.color("lane");
        c.fillRect(at.left, y, at.right - at.left, at.clientHeight);
      }
      if (at.clientHeight >= 11)
        this.name(`client ${run.processes[lane] ?? "?"}`, y + at.clientHeight / 2 + 4);
    }
    for (const i of visible) {
      const y = at.clients + (rows.get(run.lane[i] ?? 0) ?? 0) * at.clientHeight + 1;
      const left = this.x(run.time[i] ?? 0), width = Math.max(2, this.x(endOf(run, i)) - left);
      const f = run.functions[Math.floor((run.kind[i] ?? 0) / 3)], kind = outcome(run, i);
      c.fillStyle = this.color(f === "read" ? "panel" : f === "cas" ? "cas" : "write");
      c.strokeStyle = this.color(
          kind === kInfo     ? "open" :
              kind === kFail ? "refused" :
              f === "cas"    ? "cas-edge" :
                               "write-edge");
      if (culprits.has(run.index[i] ?? -1)) c.strokeStyle = this.color("fail");
      c.setLineDash(kind === kInfo ? [3, 2] : []);
      c.fillRect(left, y, width, at.clientHeight - 3);
      c.strokeRect(left + 0.5, y + 0.5, Math.max(1, width - 1), at.clientHeight - 4);
      c.setLineDash([]);
      if (at.clientHeight >= 14)
        this.label([label(run, i)], left + 4, y + at.clientHeight / 2 + 3, width - 7, "ink");
    }
  }

  private axis(): void {
    const {c, at, window} = this;
    this.rule(at.axis, "");
    const step = roundStep((window.end - window.begin) / Math.max(2, (at.right - at.left) / 110));
    c.fillStyle = this.color("muted");
    c.textAlign = "center";
    for (let t = Math.ceil(window.begin / step) * step; t <= window.end; t += step) {
      c.fillRect(this.x(t), at.axis, 1, 5);
      c.fillText(timeLabel(t, step), Math.min(this.x(t), at.right - 18), at.axis + 17);
    }
    c.textAlign = "left";
  }

  private anomalies(): void {
    const {c, at, run} = this;
    for (const anomaly of run.anomalies) {
      if (this.outside(anomaly.begin, anomaly.end)) continue;
      const x = this.x(anomaly.end);
      c.strokeStyle = c.fillStyle = this.color("fail");
      c.setLineDash([4, 3]);
      c.beginPath();
      c.moveTo(x, 16);
      c.lineTo(x, at.axis);
      c.stroke();
      c.setLineDash([]);
      c.textAlign = "center";
      c.font = "bold 13px system-ui, \"DejaVu Sans\", sans-serif";
      c.fillText("✗", x, 13);
      c.textAlign = "left";
    }
  }
}
