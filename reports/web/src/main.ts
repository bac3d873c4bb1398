// The interactive part of report.html. Without it the page reads the same; with it the timeline can
// be zoomed, chips light up the picture, and keys lead from one anomaly or fault to the next.

import {readRun} from "./columns";
import {chips, copyCommand, helpDialog, theme} from "./page";
import {Timeline} from "./timeline";

function start(): void {
  const announce = (text: string): void => {
    const where = document.getElementById("announce");
    if (where) where.textContent = text;
  };
  for (const element of document.querySelectorAll<HTMLElement>(".js")) element.hidden = false;
  chips();

  let timeline: Timeline|null = null;
  const toggleTheme = theme(() => timeline?.redraw());
  const figure = document.getElementById("timeline-figure"),
        still = document.getElementById("timeline-static");
  const data = document.getElementById("data")?.textContent;
  if (figure && still && data) {
    timeline = new Timeline(readRun(data), figure, announce);
    still.hidden = true;
  }

  const help = helpDialog();
  const toView = (): void => figure?.scrollIntoView({block: "nearest"});
  const keys: {[key: string]: () => void} = {
    e: () => {
      timeline?.nextAnomaly(1);
      toView();
    },
    E: () => {
      timeline?.nextAnomaly(-1);
      toView();
    },
    f: () => {
      timeline?.nextFault(1);
      toView();
    },
    F: () => {
      timeline?.nextFault(-1);
      toView();
    },
    w: () => timeline?.zoomBy(0.5),
    s: () => timeline?.zoomBy(2),
    a: () => timeline?.panBy(-0.3),
    d: () => timeline?.panBy(0.3),
    "0": () => timeline?.fit(),
    r: () => void copyCommand(announce),
    t: toggleTheme,
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const target = event.target;
    if (target instanceof HTMLInputElement && target.type !== "radio") return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.getElementById("theme")?.addEventListener("click", toggleTheme);
  document.getElementById("help")?.addEventListener("click", () => help.showModal());
  document.getElementById("copy")?.addEventListener("click", () => void copyCommand(announce));
}

start();
