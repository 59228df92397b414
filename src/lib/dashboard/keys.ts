/** What the keys do. Pure. */

export interface Ui {
  readonly isPaused: boolean;
  readonly isHelpShown: boolean;
  /** The panel the arrows have come to. */
  readonly selected: number;
  /** It alone is on the screen, in full. */
  readonly isZoomed: boolean;
  /** Lines above the first one shown of a panel in full. */
  readonly scroll: number;
  /** How often fresh figures were asked for. */
  readonly refreshes: number;
  readonly isOver: boolean;
}

export const BEGINNING: Ui = {
  isPaused: false,
  isHelpShown: false,
  selected: 0,
  isZoomed: false,
  scroll: 0,
  refreshes: 0,
  isOver: false,
};

/** What each key does, for the help. */
export const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['1–8', 'a panel in full; the same key again goes back'],
  ['← →', 'the panel before, the next one'],
  ['Enter', 'the chosen panel in full'],
  ['↑ ↓', 'move among the panels; in a panel, scroll'],
  ['Esc', 'back'],
  ['p', 'pause, go on'],
  ['r', 'read everything now'],
  ['?', 'this help'],
  ['q, Ctrl-C', 'quit; Ctrl-Z stops the program, fg brings it back'],
];

/** The state after a key. A key that means nothing changes nothing. */
export function press(ui: Ui, key: string, panelCount: number): Ui {
  if (ui.isHelpShown && key !== 'q' && key !== 'ctrl-c') return { ...ui, isHelpShown: false };
  const number = /^[1-9]$/.test(key) ? Number(key) - 1 : undefined;
  if (number !== undefined) return number < panelCount ? choose(ui, number) : ui;
  return ACTIONS[key]?.(ui, panelCount) ?? ui;
}

const choose = (ui: Ui, selected: number): Ui => ({
  ...ui,
  selected,
  isZoomed: !(ui.isZoomed && ui.selected === selected),
  scroll: 0,
});

const step = (ui: Ui, by: number, panelCount: number): Ui => ({
  ...ui,
  selected: (ui.selected + by + panelCount) % panelCount,
  scroll: 0,
});

const PAGE = 10;
const scrollBy = (ui: Ui, by: number): Ui => ({ ...ui, scroll: Math.max(0, ui.scroll + by) });

/** After a picture that had fewer lines: what was pressed beyond the end need not be taken back, key by key. */
export const scrolledBack = (ui: Ui, overscroll: number): Ui => (overscroll > 0 ? scrollBy(ui, -overscroll) : ui);

const quit = (ui: Ui): Ui => ({ ...ui, isOver: true });

const ACTIONS: Readonly<Record<string, (ui: Ui, panelCount: number) => Ui>> = {
  q: quit,
  'ctrl-c': quit,
  p: (ui) => ({ ...ui, isPaused: !ui.isPaused }),
  r: (ui) => ({ ...ui, refreshes: ui.refreshes + 1 }),
  '?': (ui) => ({ ...ui, isHelpShown: true }),
  return: (ui) => choose(ui, ui.selected),
  escape: (ui) => ({ ...ui, isZoomed: false, scroll: 0 }),
  left: (ui, count) => step(ui, -1, count),
  right: (ui, count) => step(ui, 1, count),
  up: (ui, count) => (ui.isZoomed ? scrollBy(ui, -1) : step(ui, -1, count)),
  down: (ui, count) => (ui.isZoomed ? scrollBy(ui, 1) : step(ui, 1, count)),
  pageup: (ui) => scrollBy(ui, -PAGE),
  pagedown: (ui) => scrollBy(ui, PAGE),
};
