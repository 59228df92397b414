/** The screen of a command that asks for one; what draws it is loaded only then. */
import type { Context } from '../context.js';
import type { OwnedScreen, Screening } from './screen.js';

/** The context's `screen`, and what the caller needs around it. */
export function lendScreen(screening: Screening) {
  let taken: OwnedScreen | undefined;
  let isOn = false;
  const screen: Context['screen'] = async () => {
    const { takeScreen } = await import('./screen.js');
    taken ??= takeScreen(screening);
    isOn = taken !== undefined;
    return taken;
  };
  return {
    screen,
    /** Whether there is a picture now, which a line of text would spoil. */
    isHeldBack: () => isOn,
    /** Takes it back. Tells whether it was lent: who has watched needs no report that all went well. */
    takeBack: (): boolean => {
      taken?.close();
      isOn = false;
      return taken !== undefined;
    },
  };
}
