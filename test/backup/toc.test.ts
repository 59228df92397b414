import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseToc, shareOut, type TocEntry } from '../../src/lib/backup/database/toc.js';

const LIST = `
;     dbname: shop
203; 1259 16391 TABLE public small strapi
204; 1259 16392 TABLE public large strapi
3301; 0 16391 TABLE DATA public small strapi
3302; 0 16392 TABLE DATA public large strapi
3303; 0 16393 TABLE DATA public middle strapi
3304; 0 0 SEQUENCE SET public small_id_seq strapi
3155; 2606 16401 CONSTRAINT public large large_pkey strapi
3156; 2606 16402 CONSTRAINT public small small_pkey strapi
3157; 2606 16403 CONSTRAINT public parent parent_pkey strapi
3158; 2606 16404 CONSTRAINT other large large_pkey strapi
3159; 1259 16405 INDEX public large_title_idx strapi
3160; 2606 16406 FK CONSTRAINT public small small_large_fk strapi
`;
const SIZES: Readonly<Record<string, number>> = { small: 1, large: 100, middle: 50 };
const sizeOf = ({ name }: TocEntry) => SIZES[name] ?? 0;
const namesOf = (entries: readonly TocEntry[]) => entries.map(({ kind, name }) => `${kind} ${name}`);

describe('a restore shared out to sessions', () => {
  test('the largest table alone, keys with the rows of their table, the rest with the first', () => {
    const shares = shareOut(parseToc(LIST), 2, sizeOf);
    expect(shares.map(({ rows }) => namesOf(rows.filter(({ kind }) => kind.endsWith('DATA'))))).toEqual([
      ['TABLE DATA large'],
      ['TABLE DATA small', 'TABLE DATA middle'],
    ]);
    expect(shares.map(({ keys }) => namesOf(keys))).toEqual([
      ['CONSTRAINT large large_pkey'],
      ['CONSTRAINT small small_pkey'],
    ]);
    expect(namesOf(shares[0]?.rows ?? [])).toEqual(
      expect.arrayContaining(['SEQUENCE SET small_id_seq', 'CONSTRAINT parent parent_pkey', 'INDEX large_title_idx']),
    );
  });

  test('every entry is done by one session, in the order of the dump', () => {
    const entries = parseToc(LIST);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.func(fc.nat(1_000)), (jobs, size) => {
        const shares = shareOut(entries, jobs, size);
        const parts = shares.flatMap(({ rows, keys }) => [rows, keys]);
        expect(new Set(parts.flat()).size).toBe(parts.flat().length);
        expect(parts.flat()).toHaveLength(entries.length);
        for (const part of parts) expect(part).toEqual(entries.filter((entry) => part.includes(entry)));
      }),
    );
  });
});
