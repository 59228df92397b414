/** The checks and journeys of an installation: those of its preset, and its own over them. */
import type { Config } from '../config/index.js';
import { Integrity, type IntegrityCheck } from '../config/integrity.js';
import type { Journey } from '../config/journeys.js';
import { OperatorError } from '../errors.js';
import { suggest } from '../suggest.js';
import { football } from './presets/football.js';

const PRESETS = { football } as const satisfies Record<NonNullable<Integrity['preset']>, unknown>;

export interface Named<Item> {
  readonly name: string;
  readonly item: Item;
}

export interface Catalogue {
  readonly checks: readonly Named<IntegrityCheck>[];
  readonly journeys: readonly Named<Journey>[];
}

export function catalogueOf({ integrity }: Pick<Config, 'integrity'>): Catalogue {
  const preset = Integrity.parse(integrity.preset === undefined ? {} : PRESETS[integrity.preset]);
  return {
    checks: named({ ...preset.checks, ...integrity.checks }),
    journeys: named({ ...preset.journeys, ...integrity.journeys }),
  };
}

const named = <Item>(items: Readonly<Record<string, Item>>): Named<Item>[] =>
  Object.entries(items).map(([name, item]) => ({ name, item }));

/** The part of these names. @throws OperatorError VOPS-USAGE for a name that is none. */
export function select({ checks, journeys }: Catalogue, only: readonly string[] | undefined): Catalogue {
  if (only === undefined) return { checks, journeys };
  const all = [...checks, ...journeys].map(({ name }) => name);
  const unknown = only.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    const meant = suggest(unknown, all);
    throw new OperatorError('VOPS-USAGE', `there is no check or journey "${unknown}"`, {
      hint: meant === undefined ? `there are: ${all.join(', ') || 'none'}` : `did you mean ${meant}?`,
    });
  }
  const isChosen = ({ name }: Named<unknown>) => only.includes(name);
  return { checks: checks.filter(isChosen), journeys: journeys.filter(isChosen) };
}
