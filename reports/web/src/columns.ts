// Reads the page's data: the columns that reports/columns.cpp writes.

export interface Fault {
  name: string;
  description: string;
  asked: number|null;
  effect: number|null;
  healAsked: number|null;
  healed: number|null;
  row: number;
}
export interface Leader {
  t: number;
  node: string;
  term: number
}
export interface Anomaly {
  begin: number;
  end: number;
  culprit: number;
  klass: string
}

/** Outcomes as the columns number them. */
export const kOk = 0;
export const kFail = 1;
export const kInfo = 2;

/** All times are microseconds since the start of the run. */
export interface Run {
  end: number;
  count: number;
  stride: number;
  index: Float64Array;
  time: Float64Array;
  /** Negative when the operation never ended, not even by giving up. */
  latency: Float64Array;
  /** The client's row on the screen. */
  lane: Uint32Array;
  /** The clients' own numbers, by lane. */
  processes: number[];
  kind: Uint32Array;
  key: Uint32Array;
  node: Uint32Array;
  first: string[];
  second: string[];
  functions: string[];
  keys: string[];
  nodes: string[];
  faults: Fault[];
  leaders: Leader[];
  anomalies: Anomaly[];
}

type FaultRow =
    [string, string, number | null, number | null, number | null, number | null, number];
interface Raw {
  version: number;
  end_us: number;
  count: number;
  stride: number;
  index: string;
  time: string;
  latency: string;
  process: string;
  kind: string;
  key: string;
  node: string;
  first: string;
  second: string;
  functions: string[];
  keys: string[];
  nodes: string[];
  values: string[];
  faults: FaultRow[];
  leaders: [number, string, number][];
  anomalies: [number, number, number, string][];
}

/** A plain loop: Uint8Array.from(atob()) is many times slower on large columns. */
function bytes(base64: string): Uint8Array {
  const binary = atob(base64);
  const out = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; ++i) out[i] = binary.charCodeAt(i);
  return out;
}

/** Arithmetic, not bit operators, which would cut at 32 bits. */
function varints(base64: string, count: number): Float64Array {
  const from = bytes(base64);
  const out = new Float64Array(count);
  let at = 0;
  for (let i = 0; i < count; ++i) {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = from[at++];
      if (byte === undefined) throw new Error("a column ends early");
      value += (byte % 128) * scale;
      if (byte < 128) break;
    }
    out[i] = value;
  }
  return out;
}

const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

function sums(deltas: Float64Array, signed: boolean, start: number): Float64Array {
  let at = start;
  return deltas.map((delta) => (at += signed ? unzigzag(delta) : delta));
}

function values(column: Float64Array, table: string[]): string[] {
  return Array.from(
      column,
      (v) => v === 0  ? "nil" :
          v % 2 === 1 ? String(unzigzag((v - 1) / 2)) :
                        (table[v / 2 - 1] ?? "?"));
}

export function readRun(text: string): Run {
  const raw = JSON.parse(text) as Raw;
  if (raw.version !== 1) throw new Error(`page data of version ${raw.version}`);
  const n = raw.count;
  const processOf = varints(raw.process, n).map(unzigzag);
  const processes = [...new Set(processOf)].sort((a, b) => a - b);
  const laneOf = new Map(processes.map((p, lane) => [p, lane]));
  return {
    end: raw.end_us,
    count: n,
    stride: raw.stride,
    index: raw.stride > 1 ? sums(varints(raw.index, n), false, -1) :
                            Float64Array.from({length: n}, (_, i) => i),
    time: sums(varints(raw.time, n), true, 0),
    latency: varints(raw.latency, n).map((v) => v - 1),
    lane: Uint32Array.from(processOf, (p) => laneOf.get(p) ?? 0),
    processes,
    kind: Uint32Array.from(varints(raw.kind, n)),
    key: Uint32Array.from(varints(raw.key, n)),
    node: Uint32Array.from(varints(raw.node, n)),
    first: values(varints(raw.first, n), raw.values),
    second: values(varints(raw.second, n), raw.values),
    functions: raw.functions,
    keys: raw.keys,
    nodes: raw.nodes,
    faults: raw.faults.map(([name, description, asked, effect, healAsked, healed,
                             row]) => ({name, description, asked, effect, healAsked, healed, row})),
    leaders: raw.leaders.map(([t, node, term]) => ({t, node, term})),
    anomalies: raw.anomalies.map(([begin, end, culprit, klass]) => ({begin, end, culprit, klass})),
  };
}

/** "read → 12", as reports/words.cpp says it. */
export function label(run: Run, i: number): string {
  const f = run.functions[Math.floor((run.kind[i] ?? 0) / 3)] ?? "?";
  const first = run.first[i] ?? "", second = run.second[i] ?? "";
  if (f === "read") return outcome(run, i) === kOk ? `read → ${first}` : "read …";
  if (f === "cas") return `cas ${first} → ${second}`;
  return first === "nil" ? f : `${f} ${first}`;
}

export function outcome(run: Run, i: number): number {
  return (run.kind[i] ?? 0) % 3;
}
