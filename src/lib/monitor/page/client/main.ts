/** The page in the browser: what is read is drawn, nothing is written but the language somebody chose. */
import { element } from './dom.js';
import { createFormat } from './format.js';
import { createHeader } from './header.js';
import { keepUpToDate } from './live.js';
import { panels } from './panels/index.js';
import { mount } from './panels/panel.js';
import { createStore } from './store.js';
import type { View } from './view.js';
import { type Language, WORDS } from './words/index.js';

const LANGUAGE_KEY = 'viktoria-ops.language';
const AGE_EVERY_MS = 5_000;

start(languageOfViewer());

function start(language: Language): void {
  document.documentElement.lang = language;
  const view: View = { words: WORDS[language], format: createFormat(localeOf(language)) };
  const base = location.pathname.replace(/\/+$/, '');
  const places = panels.map((panel) => mount(panel, { view, base }));
  const store = createStore(base, (changed) => {
    for (const place of places) place.onChange(store.readings(), changed);
    header.update(store.readings());
    if (store.readings()[changed].failure?.kind === 'signedOut') header.showConnection('signedOut');
  });
  const header = createHeader(view, {
    range: store.range(),
    onRange: store.setRange,
    onLanguage() {
      localStorage.setItem(LANGUAGE_KEY, language === 'en' ? 'de' : 'en');
      location.reload();
    },
  });
  const main = element(
    'main',
    { class: 'panels' },
    places.map(({ node }) => node),
  );
  document.getElementById('page')?.replaceChildren(header.node, main);
  keepUpToDate(store, base, header.showConnection);
  setInterval(() => {
    for (const place of places) place.showAge(store.readings(), Date.now());
    header.update(store.readings());
  }, AGE_EVERY_MS);
}

/** The viewer's own way to write times and numbers, where it is of this language. */
function localeOf(language: Language): string {
  return navigator.languages.find((locale) => locale.startsWith(language)) ?? language;
}

/** As once chosen, else as the server understood the browser. */
function languageOfViewer(): Language {
  const chosen = localStorage.getItem(LANGUAGE_KEY) ?? document.documentElement.lang;
  return chosen === 'de' ? 'de' : 'en';
}
