/** Days of evaluations → what a flag says, since when, and when that changed. Pure. */
import type { FlagDay } from '../pg/queries/flag-days.js';
import type { Answer, FlagUsage } from './flag.js';

/** Days in a row with the same answer. */
export interface Run {
  readonly answer: Answer;
  readonly days: readonly FlagDay[];
}

export interface FlagChange {
  readonly flag: string;
  /** Of UTC: the day of the change itself, or the first one after it with an evaluation. */
  readonly day: string;
  readonly from: Answer;
  readonly to: Answer;
}

/**
 * How unlikely it must be that a flag which answers by who asks gave everybody the same answer for a while, so that the
 * while counts as a change.
 */
const CHANCE = 0.001;

/** @param days of one flag, oldest first, each with an evaluation */
export function runsOf(days: readonly FlagDay[]): readonly Run[] {
  const runs = join(days.map((day) => ({ answer: answerOf(day), days: [day] })));
  return join(runs.map((run, index) => (isChance(run, [runs[index - 1], runs[index + 1]]) ? mixed(run) : run)));
}

/** Evaluations from `since` on; the answer and its beginning from all the days. */
export function usageOf(days: readonly FlagDay[], since: string): FlagUsage {
  const recent = days.filter(({ day }) => day >= since);
  const { evaluations, enabledEvaluations } = totalOf(recent);
  const last = runsOf(days).at(-1);
  return {
    evaluations,
    enabledShare: evaluations === 0 ? null : enabledEvaluations / evaluations,
    days: recent.length,
    lastDay: days.at(-1)?.day ?? null,
    answer: last?.answer ?? null,
    answerSince: last?.days[0]?.day ?? null,
  };
}

/** A single day of both answers between "off" and "on" is the day of the switch. */
export function changesOf(days: readonly FlagDay[]): readonly FlagChange[] {
  const runs = runsOf(days);
  const isSwitch = (index: number) => {
    const [before, run, after] = [runs[index - 1], runs[index], runs[index + 1]];
    return run?.answer === 'mixed' && run.days.length === 1 && before && after && before.answer !== after.answer;
  };
  return runs.flatMap((run, index) => {
    const from = runs[isSwitch(index - 1) ? index - 2 : index - 1];
    const first = (isSwitch(index - 1) ? runs[index - 1] : run)?.days[0];
    if (!from || !first || isSwitch(index)) return [];
    return [{ flag: first.flag, day: first.day, from: from.answer, to: run.answer }];
  });
}

function answerOf({ evaluations, enabledEvaluations }: FlagDay): Answer {
  if (enabledEvaluations === 0) return 'off';
  return enabledEvaluations === evaluations ? 'on' : 'mixed';
}

function join(runs: readonly Run[]): Run[] {
  const joined: Run[] = [];
  for (const run of runs) {
    const last = joined.at(-1);
    if (last?.answer === run.answer) joined.splice(-1, 1, { ...last, days: [...last.days, ...run.days] });
    else joined.push(run);
  }
  return joined;
}

/** Beside days of both answers, a few evaluations that agree show nothing. */
function isChance({ answer, days }: Run, neighbours: readonly (Run | undefined)[]): boolean {
  if (answer === 'mixed') return false;
  const { evaluations } = totalOf(days);
  return neighbours.some((neighbour) => {
    if (neighbour?.answer !== 'mixed') return false;
    const around = totalOf(neighbour.days);
    const share = around.enabledEvaluations / around.evaluations;
    return (answer === 'on' ? share : 1 - share) ** evaluations > CHANCE;
  });
}

const mixed = ({ days }: Run): Run => ({ answer: 'mixed', days });

function totalOf(days: readonly FlagDay[]): Pick<FlagDay, 'evaluations' | 'enabledEvaluations'> {
  let [evaluations, enabledEvaluations] = [0, 0];
  for (const day of days) {
    evaluations += day.evaluations;
    enabledEvaluations += day.enabledEvaluations;
  }
  return { evaluations, enabledEvaluations };
}
