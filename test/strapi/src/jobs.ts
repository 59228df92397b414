import PgBoss from 'pg-boss';

let boss: PgBoss | undefined;

/** Nobody works the queue: what is sent stays. */
export async function startJobs(connection: Record<string, unknown>) {
  boss = new PgBoss({ ...connection, max: 2, supervise: false, schedule: false } as PgBoss.ConstructorOptions);
  boss.on('error', () => undefined);
  await boss.start();
  await boss.createQueue('mail');
}

export const sendMail = (match: unknown) => boss?.send('mail', { match });

export const stopJobs = async () => boss?.stop({ graceful: false });
