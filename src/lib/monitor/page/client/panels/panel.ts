/** What a panel is: a place on the page with figures of its own, their age, and what keeps it from newer ones. */
import { element, show } from '../dom.js';
import type { PanelName } from '../names.js';
import { reasonOf } from '../reason.js';
import { SOURCES, type SourceName } from '../sources.js';
import type { Readings } from '../store.js';
import type { View } from '../view.js';

export interface Panel {
  readonly name: PanelName;
  /** Readings it is drawn from; the first is the one whose age it shows. */
  readonly sources: readonly [SourceName, ...SourceName[]];
  /** Called once; what it returns is called with every change of one of the sources. */
  readonly create: (body: HTMLElement, surroundings: Surroundings) => (readings: Readings, changed: SourceName) => void;
}

export interface Surroundings {
  readonly view: View;
  /** Path of the page. */
  readonly base: string;
}

/** Figures older than so many of their intervals are stale. */
const STALE_AFTER = 3;

export function mount({ name, sources, create }: Panel, surroundings: Surroundings) {
  const { words, format } = surroundings.view;
  const title = `${name}-title`;
  const age = element('p', { class: 'age' }, words.loading);
  const body = element('div');
  const node = element(
    'section',
    { id: name, class: 'panel', 'aria-labelledby': title, tabindex: -1 },
    element('header', {}, element('h2', { id: title }, words.panels[name]), age),
    body,
  );
  const update = create(body, surroundings);
  const showAge = ({ [sources[0]]: reading }: Readings, now: number) => {
    const { at, failure } = reading;
    const isStale = at !== undefined && now - at > SOURCES[sources[0]].everyMs('1h') * STALE_AFTER;
    node.classList.toggle('stale', isStale || failure !== undefined);
    show(age, [
      at === undefined ? (failure ? '' : words.loading) : words.asOf(format.clock(at)),
      (isStale || (failure && at !== undefined)) && element('strong', {}, ` ${words.stale}`),
      failure && ` ${reasonOf(failure, words)}`,
    ]);
  };
  return {
    node,
    showAge,
    /** Draws anew if this source is one of its own. */
    onChange(readings: Readings, changed: SourceName) {
      if (!sources.includes(changed)) return;
      update(readings, changed);
      showAge(readings, Date.now());
    },
  };
}
