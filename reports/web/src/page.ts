// Chips that light up the picture, the theme, the copy button, the list of keys.

export function chips(): void {
  for (const article of document.querySelectorAll<HTMLElement>(".anomaly")) {
    const light = (ops: string[]|null): void => {
      article.classList.toggle("has-lit", ops !== null);
      for (const element of article.querySelectorAll<HTMLElement>("[data-op]")) {
        const own = (element.dataset["op"] ?? "").split(" ");
        element.classList.toggle("lit", ops !== null && own.some((op) => ops.includes(op)));
      }
    };
    for (const element of article.querySelectorAll<HTMLElement>("[data-op]")) {
      const ops = (element.dataset["op"] ?? "").split(" ");
      for (const begin of ["mouseenter", "focus"])
        element.addEventListener(begin, () => light(ops));
      for (const end of ["mouseleave", "blur"]) element.addEventListener(end, () => light(null));
    }
  }
}

const kTheme = "riptide-theme";

export function theme(changed: () => void): () => void {
  const root = document.documentElement;
  const apply = (value: string|null): void => {
    if (value === "dark" || value === "light") root.dataset["theme"] = value;
    changed();
  };
  try {
    apply(localStorage.getItem(kTheme));
  } catch { /* no storage for files: the system's theme holds */
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  return () => {
    const dark = root.dataset["theme"] ? root.dataset["theme"] === "dark" :
                                         matchMedia("(prefers-color-scheme: dark)").matches;
    const next = dark ? "light" : "dark";
    apply(next);
    try {
      localStorage.setItem(kTheme, next);
    } catch { /* as above */
    }
  };
}

/**
 * Copies the command; where the clipboard is closed to files, selects it for the person to copy.
 */
export async function copyCommand(announce: (text: string) => void): Promise<void> {
  const code = document.getElementById("reproduce-command"),
        button = document.getElementById("copy");
  if (!code) return;
  let copied = false;
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    copied = true;
  } catch {
    getSelection()?.selectAllChildren(code);
    copied = document.execCommand("copy");
  }
  announce(copied ? "Command copied" : "Command selected");
  if (!button) return;
  button.textContent = copied ? "Copied" : "Selected";
  setTimeout(() => (button.textContent = "Copy"), 1600);
}

const kKeys: [string, string][] = [
  ["e E", "next, previous anomaly"], ["f F", "next, previous fault"], ["w s", "zoom in, out"],
  ["a d", "earlier, later"], ["0", "the whole run"], ["r", "copy the command"],
  ["t", "dark or light"], ["?", "this list"]
];

export function helpDialog(): HTMLDialogElement {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", "Keys");
  const heading = document.createElement("h2");
  heading.textContent = "Keys";
  const list = document.createElement("dl");
  for (const [keys, does] of kKeys) {
    const term = document.createElement("dt"), what = document.createElement("dd");
    for (const key of keys.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap, " ");
    }
    what.textContent = does;
    list.append(term, what);
  }
  const hint = document.createElement("p");
  hint.className = "note";
  hint.textContent =
      "Drag over the timeline to zoom into a part of it; Ctrl and the wheel zoom at the pointer; " +
      "a double click shows it all.";
  const form = document.createElement("form");
  form.method = "dialog";
  const close = document.createElement("button");
  close.textContent = "Close";
  form.append(close);
  dialog.append(heading, list, hint, form);
  document.body.append(dialog);
  return dialog;
}
