import { isReadable, type ReadableName, type RouteName, routes } from '../../contract/index.js';
import { explain } from '../../errors.js';
import { type Check, type Diagnosis, type DoctorContext, failedBy, ok, warning } from '../check.js';

/** The backend answers, and which routes of the monitoring API it has. */
export const backend: Check = {
  name: 'backend',
  examine: async ({ context }) => {
    const { url } = (await context.config()).app;
    try {
      await context.api('health');
    } catch (error) {
      return failedBy(error);
    }
    const names = (Object.keys(routes) as RouteName[]).filter(isReadable);
    return diagnoseRoutes(url, await Promise.all(names.map((name) => ask(context, name))));
  },
};

interface Offer {
  readonly name: ReadableName;
  readonly answer: 'offered' | 'missing' | { readonly problem: string };
}

async function ask({ api }: DoctorContext, name: ReadableName): Promise<Offer> {
  try {
    await api(name, { window: '1h' }, { isDirect: true }); // the one parameter that a route requires; the others leave it alone
    return { name, answer: 'offered' };
  } catch (error) {
    const { code, message } = explain(error);
    return { name, answer: code === 'VOPS-API-NOT-OFFERED' ? 'missing' : { problem: message } };
  }
}

/** Optional routes may be missing: the commands that use them say so. */
function diagnoseRoutes(url: string, offers: readonly Offer[]): Diagnosis {
  const missing = offers.filter(({ answer }) => answer === 'missing');
  const required = missing.filter(({ name }) => !('optional' in routes[name]));
  const offered = offers.filter(({ answer }) => answer === 'offered').length;
  if (required.length > 0) {
    return warning(
      `${url} answers, but lacks ${pathsOf(required)}`,
      'update the application side of viktoria-ops in the backend',
    );
  }
  for (const { answer } of offers) {
    if (typeof answer === 'object') return warning(`${url}: ${answer.problem}`, 'see the log of the backend');
  }
  const rest = missing.length > 0 ? `; optional and not offered: ${pathsOf(missing)}` : '';
  return ok(`${url} offers ${offered} of ${offers.length} routes${rest}`);
}

const pathsOf = (offers: readonly Offer[]) => offers.map(({ name }) => routes[name].path).join(', ');
