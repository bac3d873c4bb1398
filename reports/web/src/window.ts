// The part of the run that is on the screen, in microseconds. Pure.

export interface Window {
  begin: number;
  end: number
}

export const kNarrowest = 50;

/** The same width, inside the run. */
export function clamp(window: Window, end: number): Window {
  const width = Math.min(Math.max(window.end - window.begin, Math.min(kNarrowest, end)), end);
  const begin = Math.min(Math.max(0, window.begin), end - width);
  return {begin, end: begin + width};
}

/** Narrower (factor < 1) or wider about a point. */
export function zoom(window: Window, factor: number, about: number, end: number): Window {
  const width = Math.max((window.end - window.begin) * factor, kNarrowest);
  const share = (about - window.begin) / (window.end - window.begin);
  return clamp({begin: about - share * width, end: about + (1 - share) * width}, end);
}

export function pan(window: Window, share: number, end: number): Window {
  const by = (window.end - window.begin) * share;
  return clamp({begin: window.begin + by, end: window.end + by}, end);
}

/** Room on both sides of something, so that it is seen among its neighbours. */
export function around(begin: number, finish: number, end: number): Window {
  const room = Math.max((finish - begin) * 0.6, 2000);
  return clamp({begin: begin - room, end: finish + room}, end);
}

/** 1, 2 or 5 times a power of ten. */
export function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  for (const factor of [1, 2, 5])
    if (factor * power >= rough * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

export function timeLabel(us: number, step: number): string {
  if (step >= 1e6) return `${(us / 1e6).toFixed(0)} s`;
  if (step >= 1e5) return `${(us / 1e6).toFixed(1)} s`;
  if (step >= 1e3) return `${(us / 1e3).toFixed(0)} ms`;
  return `${(us / 1e3).toFixed(step >= 100 ? 1 : 2)} ms`;
}

/** "#t=1200.5-3400": milliseconds, a deep link to the window. */
export function toHash(window: Window): string {
  return `#t=${(window.begin / 1e3).toFixed(3)}-${(window.end / 1e3).toFixed(3)}`;
}

export function fromHash(hash: string, end: number): Window|null {
  const match = /^#t=([0-9.]+)-([0-9.]+)$/.exec(hash);
  if (!match) return null;
  const begin = Number(match[1]) * 1e3, finish = Number(match[2]) * 1e3;
  if (!(begin < finish)) return null;
  return clamp({begin, end: finish}, end);
}
